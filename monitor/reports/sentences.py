"""The sentences of a report, made from the figures alone: its first page, and the notes on method and limits."""

from collections.abc import Iterator
from typing import Final

from classifiers.labels import LABELS, Label, Section
from monitor.catalogues import N_
from monitor.reports.comparison import Comparison, Trend
from monitor.reports.figures import SCHEMA, LabelFigures, ReportFigures
from monitor.reports.method import FAILED, GAP, WishFigures, share_interval
from monitor.reports.wording import TRENDS, Wording

_MOST_NAMED = 3
PLACES: Final = N_(
    "Địa bàn được ghi đến cấp xã. Nơi có dưới ba vụ việc được gộp chung để không chỉ ra người cụ thể; vì thế số dưới "
    "ba của các kỳ trước cũng không ghi."
)
_COUNTING: Final = N_(
    "Bài được tính vào kỳ mà bài được đăng, theo giờ Việt Nam; nếu nền tảng không cho biết ngày đăng thì tính theo "
    "lúc hệ thống thấy lần đầu. Bài đăng từ trước mà nay mới thu thập được ghi riêng là “nhập bù” và tính vào kỳ đã "
    "đăng, nên số liệu của kỳ trước có thể thay đổi khi lập lại."
)
_MACHINE: Final = N_(
    "Máy chỉ gợi ý; cán bộ quyết định. Chỉ gợi ý đã được xác nhận mới được tính; gợi ý đang chờ hoặc chưa rõ được "
    "ghi riêng. %(models)s"
)
_COMPARING: Final = N_(
    "So sánh chỉ ghi “tăng” hoặc “giảm” khi mức chênh lệch vượt quá ngẫu nhiên (kiểm định Poisson, 5%) dù các gợi ý "
    "còn chờ có kết luận thế nào; nếu không thì ghi “chưa đủ để kết luận”. Khoảng tin cậy 95% của số đếm theo "
    "Poisson, của tỷ lệ theo Wilson."
)
_LIMITS: Final = N_(
    "Hệ thống chỉ đọc nguồn công khai đã đăng ký và được phép đọc; không đọc nhóm kín, tin nhắn riêng hay trang phải "
    "đăng nhập. Số liệu vì vậy không đại diện cho toàn bộ dư luận, và máy có thể bỏ sót."
)
_PRIVACY: Final = N_(
    "Trích dẫn do cán bộ chọn. Dữ liệu cá nhân được che theo quy tắc tự động và phải được đọc lại trước khi gửi; "
    "trang kèm theo liệt kê những chỗ đã che và những chỗ đã xem và để lại. Từ tục được viết tắt. Báo cáo không nêu "
    "tác giả và không dẫn địa chỉ bài."
)


def findings(figures: ReportFigures, words: Wording) -> tuple[str, ...]:
    """Say what was found: a sentence on what was read, on each label, on what waits, and on what was not read."""
    told = [
        _read(figures, words),
        *(_confirmed(label, section, figures, words) for label, section in sections()),
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
        trend=words.name(TRENDS, row.comparison.trend),
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
        trend = words.name(TRENDS, row.trend)
        told.append(say("kỳ trước %(before)s, %(trend)s", before=before, trend=trend))
    if row.mean is not None:
        trend = words.name(TRENDS, row.trend_of_mean)
        told.append(say("trung bình bốn kỳ %(mean)s, %(trend)s", mean=words.language.decimal(row.mean), trend=trend))
    return f" ({'; '.join(told)})" if told else ""


def sections() -> list[tuple[Label, Section]]:
    """Return the labels with a section of their own, in its order: those that hold numbers alone come last."""
    found = [(label, label.section) for label in LABELS if label.section]
    return sorted(found, key=lambda one: not one[1].quotes)


def _confirmed(label: Label, section: Section, figures: ReportFigures, words: Wording) -> str:
    """Say how many posts were confirmed, how that stands beside the periods before, and what became of them."""
    code, row = words.language.code, figures.label(label.name)
    confirmed, cases = row.states["confirmed"], figures.concerns.cases if label.open_case else 0
    if not confirmed and not cases:
        return section.none_confirmed.of(code)
    text = section.confirmed.of(code, confirmed) % {"count": words.language.number(confirmed)}
    rest = _claims(figures, words) if label.is_claim else _cases(figures, words) if label.open_case else ""
    return f"{text}{compared(row.comparison, words)}{rest}."


def _claims(figures: ReportFigures, words: Wording) -> str:
    say, counted = words.language.say, words.language.counted
    claims = counted("thuộc %(count)s nội dung khác nhau", figures.claims.total)
    answered = figures.claims.tally.answered
    said = (
        counted("đã đăng đính chính cho %(count)s nội dung", answered) if answered else say("chưa đăng đính chính nào")
    )
    return f", {claims}; {said}"


def _cases(figures: ReportFigures, words: Wording) -> str:
    say, concerns = words.language.say, figures.concerns
    cases = words.language.counted("thành %(count)s vụ việc", concerns.cases)
    top = [one for one in concerns.topics if one.cases and one.topic != "other"][:_MOST_NAMED]
    names = ", ".join(f"{words.topic(one.topic)} ({words.language.number(one.cases)})" for one in top)
    about = say(", nhiều nhất về %(topics)s", topics=names) if names else ""
    done = say(
        "%(passed)s đã chuyển và chờ trả lời, %(settled)s đã giải quyết",
        passed=words.language.number(concerns.in_state("passed")),
        settled=words.language.number(concerns.in_state("settled")),
    )
    return f", {cases}{about}; {done}"


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


def notes(figures: ReportFigures, words: Wording) -> tuple[str, ...]:
    """Return the notes on method and limits."""
    return tuple(_notes(figures, words))


def _notes(figures: ReportFigures, words: Wording) -> Iterator[str]:
    say, method = words.language.say, figures.method
    made = say(
        "Lập lúc %(moment)s; phiên bản số liệu %(schema)s.", moment=words.moment(method.generated_at), schema=SCHEMA
    )
    partial = say("Kỳ báo cáo chưa kết thúc: số liệu chỉ tính đến thời điểm này.")
    yield made if method.complete else f"{made} {partial}"
    yield say(_COUNTING)
    yield say(_MACHINE, models=_models(figures, words))
    yield _reviewed(figures, words)
    yield say(_COMPARING)
    yield say(_LIMITS)
    yield _unscored(figures, words)
    yield say(_PRIVACY)


def _models(figures: ReportFigures, words: Wording) -> str:
    say, method = words.language.say, figures.method
    if not method.models:
        return say("Chưa có mô hình nào được dùng.")
    told = []
    for version, thresholds in method.models.items():
        limits = ", ".join(
            f"{words.short_label(name).lower()} {words.share(value)}" for name, value in thresholds.items()
        )
        told.append(f"{version} ({limits})" if limits else version)
    text = say("Mô hình và ngưỡng gợi ý: %(models)s.", models="; ".join(told))
    if not method.wishes:
        return text
    rules = "; ".join(_wish(row, words) for row in method.wishes)
    return f"{text} {say('Người vận hành đã đặt lại ngưỡng: %(rules)s.', rules=rules)}"


def _wish(row: WishFigures, words: Wording) -> str:
    say = words.language.say
    if row.aim == "precision":
        way = f"{say('nhắm tỷ lệ đúng')} {words.share(row.value)}"
    else:
        way = say("vừa khoảng %(number)s gợi ý mỗi ngày", number=words.language.decimal(row.value, 0))
    return f"{words.short_label(row.label).lower()}, {way}"


def _reviewed(figures: ReportFigures, words: Wording) -> str:
    say, counted = words.language.say, words.language.counted
    part = reviewed_share(figures.labels)
    if part is None:
        return say("Trong kỳ máy không gợi ý bài nào.")
    text = say("Cán bộ đã kết luận %(share)s số gợi ý trong kỳ; tỷ lệ gợi ý đúng ở Phụ lục.", share=words.share(part))
    agreement = figures.method.agreement
    if not agreement.flags:
        return f"{text} {say('Chưa có gợi ý nào do từ hai người cùng xem, nên chưa đo được mức thống nhất.')}"
    low, high = share_interval(agreement.agreed, agreement.flags)
    same = counted(
        "Trong %(count)s gợi ý do từ hai người cùng xem, %(agreed)s được kết luận như nhau "
        "(khoảng tin cậy 95%%: %(low)s đến %(high)s).",
        agreement.flags,
        agreed=words.language.number(agreement.agreed),
        low=words.share(low),
        high=words.share(high),
    )
    return f"{text} {same}"


def _unscored(figures: ReportFigures, words: Wording) -> str:
    if figures.method.unscored:
        text = N_("Còn %(count)s bài của kỳ chưa được máy đọc lúc lập báo cáo; các bài đó chưa có trong số gợi ý.")
        return words.language.counted(text, figures.method.unscored)
    if figures.method.models:
        return words.language.say("Mọi bài của kỳ đã được máy đọc.")
    return words.language.say("Chưa có mô hình nào đọc bài.")
