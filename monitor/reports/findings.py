"""The first page of a report: sentences that are made from the figures alone."""

from collections.abc import Iterator

from classifiers.labels import CONCERN, NEGATIVE, UNVERIFIED
from monitor.catalogues import N_
from monitor.reports.comparison import Comparison, Trend
from monitor.reports.figures import LabelFigures, ReportFigures
from monitor.reports.source_problems import FAILED, GAP
from monitor.reports.wording import Wording

_MOST_NAMED = 3


def findings(figures: ReportFigures, words: Wording) -> tuple[str, ...]:
    """Say what was found, in at most eight sentences."""
    told = [
        _read(figures, words),
        _claims(figures, words),
        _concerns(figures, words),
        _decency(figures, words),
        _waiting(figures, words),
        _not_read(figures, words),
    ]
    return tuple(sentence for sentence in told if sentence)


def news(figures: ReportFigures, words: Wording) -> tuple[str, ...]:
    """Say what was not there in the period before; empty where nothing is new or nothing can be compared."""
    say = words.language.say
    told: list[str] = []
    if figures.posts.older:
        text = N_(
            "Đã nhập bù %(count)s bài đăng từ trước kỳ này; các bài đó được tính vào kỳ đã đăng, không tính vào kỳ này."
        )
        told.append(words.language.counted(text, figures.posts.older))
    new = [
        row
        for row in figures.concerns.topics
        if row.cases and row.comparison.previous and not row.comparison.previous.confirmed
    ]
    if new and figures.method.complete:
        names = ", ".join(words.topic(row.topic) for row in new)
        told.append(say("Chủ đề bức xúc kỳ trước không có: %(topics)s.", topics=names))
    told += [_changed(row, words) for row in figures.labels if row.comparison.trend in (Trend.UP, Trend.DOWN)]
    return tuple(told)


def _changed(row: LabelFigures, words: Wording) -> str:
    before = row.comparison.previous.confirmed if row.comparison.previous else 0
    return words.language.say(
        "“%(label)s” %(trend)s so với kỳ trước: %(now)s so với %(before)s.",
        label=words.label(row.label),
        trend=words.trend(row.comparison.trend),
        now=words.language.number(row.comparison.now.confirmed),
        before=words.language.number(before),
    )


def requests(figures: ReportFigures, words: Wording) -> tuple[str, ...]:
    """Say what is asked of whom."""
    return tuple(_requests(figures, words))


def _requests(figures: ReportFigures, words: Wording) -> Iterator[str]:
    counted, concerns = words.language.counted, figures.concerns
    if untouched := concerns.in_state("open"):
        yield counted("Bộ phận phụ trách bảo vệ quyền lợi: phân công xử lý %(count)s vụ việc chưa chuyển.", untouched)
    for name, cases in concerns.awaited[:_MOST_NAMED]:
        yield counted("%(office)s: trả lời về vụ việc đã chuyển (%(count)s vụ việc).", cases, office=name)
    if concerns.unsettled_before:
        text = N_(
            "Bộ phận phụ trách bảo vệ quyền lợi: rà soát %(count)s vụ việc của các kỳ trước chưa giải quyết xong."
        )
        yield counted(text, concerns.unsettled_before)
    if refuted := figures.claims.tally.to_correct:
        yield counted("Bộ phận tuyên truyền: đăng đính chính cho %(count)s thông tin đã có nguồn bác bỏ.", refuted)
    if open_claims := figures.claims.tally.to_verify:
        text = N_(
            "Bộ phận tuyên truyền: liên hệ cơ quan có thẩm quyền để xác minh %(count)s thông tin chưa thấy nguồn nào."
        )
        yield counted(text, open_claims)
    if waiting := sum(row.states["open"] for row in figures.labels):
        yield counted("Cán bộ xem xét: kết luận %(count)s gợi ý đang chờ.", waiting)
    if broken := _troubled(figures):
        yield counted("Người vận hành hệ thống: kiểm tra %(count)s nguồn không đọc được đầy đủ.", broken)


def _read(figures: ReportFigures, words: Wording) -> str:
    say, counted, posts = words.language.say, words.language.counted, figures.posts
    giving = sum(1 for row in figures.sources if row.role == "monitored" and row.posts)
    if not posts.monitored:
        return say("Trong kỳ không có bài nào của các nguồn theo dõi; điều đó không có nghĩa là không có vấn đề gì.")
    text = counted(
        "Hệ thống đọc %(count)s bài công khai đăng trong kỳ, từ %(sources)s nguồn theo dõi",
        posts.monitored,
        sources=words.language.number(giving),
    )
    if not figures.method.complete:
        return say("%(text)s; kỳ báo cáo chưa kết thúc nên chưa so sánh với kỳ trước.", text=text)
    if not figures.previous.posts:
        return say("%(text)s; kỳ trước không có số liệu để so sánh.", text=text)
    return say("%(text)s (kỳ trước: %(before)s bài).", text=text, before=words.language.number(figures.previous.posts))


def compared(row: Comparison, words: Wording) -> str:
    """Say how a count stands beside the period before and the mean of four, in brackets behind the count."""
    say, told = words.language.say, []
    if row.previous is not None:
        before = words.language.number(row.previous.confirmed)
        trend = words.trend(row.trend)
        told.append(say("kỳ trước %(before)s, %(trend)s", before=before, trend=trend))
    if row.mean is not None:
        trend = words.trend(row.trend_of_mean)
        told.append(say("trung bình bốn kỳ %(mean)s, %(trend)s", mean=words.language.decimal(row.mean), trend=trend))
    return f" ({'; '.join(told)})" if told else ""


def _claims(figures: ReportFigures, words: Wording) -> str:
    say, counted, row = words.language.say, words.language.counted, figures.label(UNVERIFIED.name)
    if not row.states["confirmed"]:
        return say("Chưa có thông tin chưa kiểm chứng nào được cán bộ xác nhận trong kỳ.")
    text = counted("Cán bộ xác nhận %(count)s bài chưa kiểm chứng", row.states["confirmed"])
    claims = counted("thuộc %(count)s nội dung khác nhau", figures.claims.total)
    answered = figures.claims.tally.answered
    said = (
        counted("đã đăng đính chính cho %(count)s nội dung", answered) if answered else say("chưa đăng đính chính nào")
    )
    return f"{text}{compared(row.comparison, words)}, {claims}; {said}."


def _concerns(figures: ReportFigures, words: Wording) -> str:
    say, counted, concerns = words.language.say, words.language.counted, figures.concerns
    row = figures.label(CONCERN.name)
    if not row.states["confirmed"] and not concerns.cases:
        return say("Chưa có bức xúc nào của người lao động được cán bộ xác nhận trong kỳ.")
    text = counted("Cán bộ xác nhận %(count)s bài nêu bức xúc của người lao động", row.states["confirmed"])
    cases = counted("thành %(count)s vụ việc", concerns.cases)
    top = [one for one in concerns.topics if one.cases and one.topic != "other"][:_MOST_NAMED]
    names = ", ".join(f"{words.topic(one.topic)} ({words.language.number(one.cases)})" for one in top)
    about = say(", nhiều nhất về %(topics)s", topics=names) if names else ""
    done = say(
        "%(passed)s đã chuyển và chờ trả lời, %(settled)s đã giải quyết",
        passed=words.language.number(concerns.in_state("passed")),
        settled=words.language.number(concerns.in_state("settled")),
    )
    return f"{text}{compared(row.comparison, words)}, {cases}{about}; {done}."


def _decency(figures: ReportFigures, words: Wording) -> str:
    row = figures.label(NEGATIVE.name)
    if not row.states["confirmed"]:
        return words.language.say("Chưa có bài thiếu chuẩn mực nào được cán bộ xác nhận trong kỳ.")
    text = words.language.counted("Cán bộ xác nhận %(count)s bài thiếu chuẩn mực", row.states["confirmed"])
    return f"{text}{compared(row.comparison, words)}."


def _waiting(figures: ReportFigures, words: Wording) -> str:
    flags = sum(row.total for row in figures.labels)
    pending = sum(row.comparison.now.pending for row in figures.labels)
    if not flags:
        return ""
    if not pending:
        return words.language.say("Mọi gợi ý của máy trong kỳ đã được kết luận.")
    return words.language.counted(
        "Còn %(count)s trong %(flags)s gợi ý của máy chưa được kết luận; các gợi ý đó không được tính là đúng.",
        pending,
        flags=words.language.number(flags),
    )


def _troubled(figures: ReportFigures) -> int:
    return len({row.source for row in figures.source_problems if row.problem in (FAILED, GAP)})


def _not_read(figures: ReportFigures, words: Wording) -> str:
    say, broken = words.language.say, _troubled(figures)
    if not figures.sources:
        return say("Chưa có nguồn nào được đăng ký để đọc.")
    if not broken:
        return say("Không ghi nhận trục trặc khi đọc nguồn.")
    return words.language.counted("Có %(count)s nguồn không đọc được đầy đủ, nên số liệu có thể thiếu.", broken)


def reviewed_share(rows: tuple[LabelFigures, ...]) -> float | None:
    """Return the share of all flags that people confirmed or rejected, 0 to 1; None without flags."""
    flags = sum(row.total for row in rows)
    return sum(row.reviewed for row in rows) / flags if flags else None
