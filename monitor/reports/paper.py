"""The paper that is signed: its parts and sentences, made from the figures alone, in plain words of an office.

The words follow rules: no share of fewer than twenty, no trend from fewer than four periods, "tăng" or "giảm" only
where chance and what still waits cannot explain it, and no words of statistics, which the annex holds. Every sentence
has a key, so that what a person wrote in its place at the desk stays when the figures are counted anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from classifiers.concern_topics import OTHER
from classifiers.labels import CASE_LABELS, CLAIM_LABELS, LABELS, Label, Section, label_named
from monitor.catalogues import N_
from monitor.clock import VIETNAM
from monitor.reports.claims import Claim
from monitor.reports.comparison import Trend
from monitor.reports.concerns import ELSEWHERE, ConcernCase
from monitor.reports.figures import ReportFigures
from monitor.reports.method import FAILED, GAP
from monitor.reports.wording import CASE_STATE_NAMES, Wording, capitalised
from storage.figures.report_counts import Spread

MOST_CASES: Final = 10
MOST_CLAIMS: Final = 6
MOST_NAMED: Final = 3
FEWEST_FOR_SHARE: Final = 20
OWN: Final = "ask.own"
"""The key of what the lead asks for beside what follows from the figures."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or line of the paper.

    Args:
        key: Its name over all runs of a period.
        text: What it says.
        behind: The page of the desk that shows the posts behind it; empty where there is none.
        edited: Whether a person wrote it.

    """

    key: str
    text: str
    behind: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the paper, with its heading without a number."""

    heading: str
    sentences: tuple[Sentence, ...]


def paper(figures: ReportFigures, words: Wording, edits: Mapping[str, str] | None = None) -> tuple[Part, ...]:
    """Return the parts of the paper.

    Args:
        figures: What was counted.
        words: The words of its language.
        edits: What people wrote in the place of sentences, by key; an empty text takes a sentence out.

    """
    say, code = words.say, words.code
    parts = [
        (say("ĐIỂM CHÍNH"), _news(figures, words)),
        *((section.heading.of(code), _label(label, section, figures, words)) for label, section in sections()),
        (say("NHỮNG GÌ CHƯA ĐỌC ĐƯỢC"), _not_read(figures, words)),
        (say("KIẾN NGHỊ"), _requests(figures, words)),
    ]
    return tuple(Part(heading, _edited(list(sentences), edits or {})) for heading, sentences in parts)


def _edited(sentences: Sequence[Sentence], edits: Mapping[str, str]) -> tuple[Sentence, ...]:
    written = (replace(one, text=edits[one.key], edited=True) if one.key in edits else one for one in sentences)
    return tuple(one for one in written if one.text or one.edited or one.key == OWN)


def _news(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    """Say what was found, what is new, and how sure that is."""
    yield Sentence("news.found", _found(figures, words), _search(figures))
    if figures.posts.monitored:
        yield Sentence("news.new", _new(figures, words))
    yield Sentence("news.sure", _sure(figures, words), "/queue")


def _search(figures: ReportFigures, label: str = "") -> str:
    period = figures.period
    return f"/search?label={label}&state=confirmed&since={period.first}&until={period.last}" if label else "/overview"


def _found(figures: ReportFigures, words: Wording) -> str:
    say, counted, posts = words.say, words.counted, figures.posts
    if not posts.monitored:
        return say("Trong kỳ không có bài nào của các nguồn theo dõi; điều đó không có nghĩa là không có vấn đề gì.")
    giving = sum(1 for row in figures.sources if row.role == "monitored" and row.posts)
    read = counted(
        "Hệ thống đọc %(count)s bài công khai của %(sources)s nguồn",
        posts.monitored,
        sources=words.number(giving),
    )
    order = sorted(figures.labels, key=lambda row: (row.label not in CASE_LABELS, row.label not in CLAIM_LABELS))
    confirmed = [
        f"{words.number(row.states['confirmed'])} {label_named(row.label).in_sentence.of(words.code)}"
        for row in order
        if row.states["confirmed"]
    ]
    if not confirmed:
        return say("%(read)s; cán bộ chưa xác nhận bài nào.", read=read)
    return say("%(read)s; cán bộ xác nhận %(found)s.", read=read, found=words.joined(confirmed))


def _new(figures: ReportFigures, words: Wording) -> str:
    say = words.say
    if not figures.method.complete:
        return say("Kỳ báo cáo chưa kết thúc nên chưa so sánh với kỳ trước.")
    told = [
        trend
        for row in figures.labels
        if (trend := trend_words(row.comparison.trend_of_mean, words.label(row.label), words))
    ]
    new = [
        words.topic(row.topic)
        for row in figures.concerns.topics
        if row.topic != OTHER and row.cases and row.comparison.previous and not row.comparison.previous.confirmed
    ]
    if new:
        told.append(say("Kỳ trước chưa thấy bức xúc về: %(topics)s.", topics=words.joined(new)))
    if told:
        return " ".join(told)
    if not figures.previous.posts:
        return say("Kỳ trước chưa có số liệu nên chưa nói được điều gì là mới.")
    return say("Không thấy điều gì mới so với kỳ trước.")


def trend_words(trend: Trend, name: str, words: Wording) -> str:
    """Say that a count rose or fell against the four periods before; empty where that cannot be said."""
    say = words.say
    texts = {
        Trend.UP: N_("Số bài “%(name)s” tăng rõ so với bốn kỳ trước."),
        Trend.DOWN: N_("Số bài “%(name)s” giảm rõ so với bốn kỳ trước."),
    }
    return say(texts[trend], name=name) if trend in texts else ""


def amount_words(part: int, whole: int, words: Wording) -> str:
    """Say a part of a whole: "3 trong 7"; with a share from twenty on: "30 trong 40 (75%)"."""
    number = words.number
    told = words.say("%(part)s trong %(whole)s", part=number(part), whole=number(whole))
    return f"{told} ({round(100 * part / whole)}%)" if whole >= FEWEST_FOR_SHARE else told


def spread_words(spread: Spread, words: Wording) -> str:
    """Say how far something went, as far as the counts bear it, and since when."""
    say, number = words.say, words.number
    day = f"{spread.first_at.astimezone(VIETNAM):%d/%m}"
    if spread.posts == 1:
        return say("một bài ngày %(day)s, chưa thấy lan", day=day)
    if spread.sources == 1:
        return words.counted("%(count)s bài ở cùng một nguồn, từ ngày %(day)s", spread.posts, day=day)
    return words.counted(
        "%(count)s bài ở %(sources)s nguồn, từ ngày %(day)s", spread.posts, sources=number(spread.sources), day=day
    )


def _sure(figures: ReportFigures, words: Wording) -> str:
    say = words.say
    flags = sum(row.total for row in figures.labels)
    pending = sum(row.comparison.now.pending for row in figures.labels)
    if not flags:
        return ""
    if not pending:
        return say("Cán bộ đã xem hết các bài máy gợi ý trong kỳ.")
    return say(
        "Còn %(amount)s bài máy gợi ý chưa có kết luận, nên các số trên có thể còn tăng.",
        amount=amount_words(pending, flags, words),
    )


def sections() -> list[tuple[Label, Section]]:
    """Return the labels that have a part of the report: concerns first, then claims, then what is only counted."""
    order = (CASE_LABELS, CLAIM_LABELS)
    labels = sorted(LABELS, key=lambda label: [label.name not in names for names in order])
    return [(label, label.section) for label in labels if label.section]


def _label(label: Label, section: Section, figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    """Say how many posts were confirmed; cases and claims of all labels stand with the first that has any."""
    code, confirmed = words.code, figures.label(label.name).states["confirmed"]
    text = section.confirmed.of(code, confirmed) % {"count": words.number(confirmed)}
    with_cases = label.name in CASE_LABELS[:1] and figures.concerns.cases
    if not confirmed and not with_cases:
        text = section.none_confirmed.of(code).rstrip(".")
    told = f"{text}{_states(figures, words)}." if with_cases else f"{text}."
    yield Sentence(f"count.{label.name}", told, _search(figures, label.name))
    if with_cases:
        yield from _concerns(figures, words)
    if label.name in CLAIM_LABELS[:1]:
        yield from _claims(figures, words)


def _states(figures: ReportFigures, words: Wording) -> str:
    concerns = figures.concerns
    states = [
        f"{words.number(concerns.in_state(state))} {words.name(CASE_STATE_NAMES, state).lower()}"
        for state in CASE_STATE_NAMES
        if concerns.in_state(state)
    ]
    text = N_(", thành %(count)s vụ việc: %(states)s")
    return words.counted(text, concerns.cases, states="; ".join(states))


def _concerns(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    counted, concerns = words.counted, figures.concerns
    for place, case in enumerate(concerns.listed[:MOST_CASES], start=1):
        yield Sentence(f"concern.{case.number}", f"{place}. {_case(case, words)}", f"/cases/{case.number}")
    if rest := len(concerns.listed[MOST_CASES:]):
        more = N_("Còn %(count)s vụ việc khác, xem theo chủ đề và địa bàn ở Phụ lục.")
        yield Sentence("concerns.more", counted(more, rest), "/cases")


def _case(case: ConcernCase, words: Wording) -> str:
    """Say in one line what a case says, what it is about, where, how far it went, and what became of it."""
    say, state = words.say, words.name(CASE_STATE_NAMES, case.state)
    topic = say("Việc khác") if case.topic == OTHER else capitalised(words.topic(case.topic))
    about = topic if case.place == ELSEWHERE else f"{topic}, {_in_sentence(case.place)}"
    done = say("%(state)s (%(office)s)", state=state, office=case.passed_to) if case.passed_to else state
    told = f"{about}: {spread_words(case.spread, words)}. {done}."
    return f"“{case.summary}”. {told}" if case.summary else told


def _in_sentence(place: str) -> str:
    """Write a unit as within a sentence: phường Đoàn Kết, tỉnh Lai Châu."""
    return ", ".join(name[:1].lower() + name[1:] for name in place.split(", "))


def _claims(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    claims = figures.claims
    for place, claim in enumerate(claims.listed[:MOST_CLAIMS], start=1):
        yield Sentence(f"claim.{claim.flag_id}", f"{place}. {_claim(claim, words)}", f"/flags/{claim.flag_id}")
    if rest := claims.total - len(claims.listed[:MOST_CLAIMS]):
        yield Sentence("claims.more", words.counted("Còn %(count)s nội dung khác, xem Phụ lục.", rest))


def _claim(claim: Claim, words: Wording) -> str:
    say = words.say
    if claim.refuted and claim.evidence:
        found = say("Có nguồn bác bỏ: %(sources)s", sources=words.joined(claim.evidence[:MOST_NAMED]))
    else:
        found = say("Có nguồn bác bỏ") if claim.refuted else say("Chưa thấy nguồn nào nói về việc này")
    answered = say("đã duyệt lời đính chính, chưa công bố") if claim.approved else say("chưa có lời đính chính")
    if claim.answered:
        answered = say("đã công bố lời đính chính")
    told = f"{capitalised(spread_words(claim.spread, words))}. {found}; {answered}."
    return f"“{claim.summary}”. {told}" if claim.summary else say("(Chưa có tóm tắt.) %(told)s", told=told)


def _not_read(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    say, counted = words.say, words.counted
    broken = troubled(figures)
    if not figures.sources:
        text = say("Chưa có nguồn nào được đăng ký để đọc.")
    elif not broken:
        text = say("Các nguồn đều đọc được.")
    else:
        names = [*broken[:MOST_NAMED], *(["…"] if len(broken) > MOST_NAMED else [])]
        told = N_("%(count)s nguồn không đọc được đầy đủ (%(names)s), nên số liệu có thể thiếu.")
        text = counted(told, len(broken), names=", ".join(names))
    if figures.method.unscored:
        unread = counted("%(count)s bài máy chưa đọc xong lúc lập báo cáo.", figures.method.unscored)
        text = f"{text} {unread}"
    yield Sentence("not_read", text, "/sources")


def troubled(figures: ReportFigures) -> list[str]:
    """Return the names of the sources that could not be read whole, the one with most failures first."""
    return list(dict.fromkeys(row.source for row in figures.source_problems if row.problem in (FAILED, GAP)))


def _requests(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    """Say what is asked of whom."""
    asked = list(_asked(figures, words))
    yield from asked or [Sentence("ask.nothing", words.say("Không có kiến nghị."))]
    yield Sentence(OWN, "")


def _asked(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    counted, concerns, tally = words.counted, figures.concerns, figures.claims.tally
    if untouched := concerns.in_state("open"):
        text = counted("Bộ phận phụ trách bảo vệ quyền lợi: phân công xử lý %(count)s vụ việc chưa chuyển.", untouched)
        yield Sentence("ask.open", f"- {text}", "/cases?state=open")
    for name, cases in concerns.awaited[:MOST_NAMED]:
        text = counted("%(office)s: trả lời về %(count)s vụ việc đã chuyển.", cases, office=name)
        yield Sentence(f"ask.answer.{name}", f"- {text}", "/cases?state=passed")
    if concerns.unsettled_before:
        text = N_(
            "Bộ phận phụ trách bảo vệ quyền lợi: rà soát %(count)s vụ việc của các kỳ trước chưa giải quyết xong."
        )
        yield Sentence("ask.before", f"- {counted(text, concerns.unsettled_before)}", "/cases")
    if tally.to_correct:
        text = counted("Bộ phận tuyên truyền: đính chính %(count)s thông tin đã có nguồn bác bỏ.", tally.to_correct)
        yield Sentence("ask.correct", f"- {text}", "/corrections")
    if tally.to_verify:
        text = N_("Bộ phận tuyên truyền: hỏi cơ quan có thẩm quyền về %(count)s thông tin chưa thấy nguồn nào.")
        yield Sentence("ask.verify", f"- {counted(text, tally.to_verify)}", _search(figures, CLAIM_LABELS[0]))
    if waiting := sum(row.states["open"] for row in figures.labels):
        yield Sentence(
            "ask.review", f"- {counted('Cán bộ xem xét: kết luận %(count)s bài đang chờ.', waiting)}", "/queue"
        )
    if broken := len(troubled(figures)):
        text = counted("Người vận hành: kiểm tra %(count)s nguồn không đọc được đầy đủ.", broken)
        yield Sentence("ask.sources", f"- {text}", "/sources")
