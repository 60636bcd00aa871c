"""The paper that is signed: its parts and sentences, made from the figures alone, in plain words of an office.

The words follow rules: no percentages, no trend from fewer than four periods, "tăng" or "giảm" only
where chance and what still waits cannot explain it, and no words of statistics, which the annex holds. Every sentence
has a key, so that what a person wrote in its place at the desk stays when the figures are counted anew.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from classifiers.concern_topics import OTHER
from classifiers.labels import CLAIM_LABELS, GRIEVANCE_LABELS, LABELS, Label, Section, label_named
from monitor.catalogues import N_
from monitor.reports.figures import STATES, LabelFigures, ReportFigures
from monitor.reports.matter_lines import MOST_NAMED, claim_told, grievance_told, happened, states_told
from monitor.reports.method import FAILED, GAP
from monitor.reports.wording import Wording, day_of, roman, trend_words
from storage.review.matters import OPEN, PASSED, RETURNED

MOST_GRIEVANCES: Final = 10
MOST_CLAIMS: Final = 6
MOST_OFFICES: Final = 5
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
    """A part of the paper, with its heading, which has a number."""

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
        (say("HẠN CHẾ CỦA SỐ LIỆU"), _not_read(figures, words)),
        (say("ĐỀ XUẤT, KIẾN NGHỊ"), _requests(figures, words)),
    ]
    return tuple(
        Part(f"{roman(number)}. {heading}", _edited(list(sentences), edits or {}))
        for number, (heading, sentences) in enumerate(parts, start=1)
    )


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
    order = sorted(figures.labels, key=lambda row: (row.label not in GRIEVANCE_LABELS, row.label not in CLAIM_LABELS))
    found = [told for row in order if (told := _amount(row, figures, words))]
    if not found:
        return say("%(read)s; cán bộ chưa xếp loại bài nào.", read=read)
    text = N_(
        "%(read)s; cán bộ rà soát, xếp loại: %(found)s. Phần trong ngoặc kép dưới đây tóm tắt lời của bài đăng; sự "
        "việc chưa được xác minh."
    )
    return say(text, read=read, found=words.joined(found))


def _amount(row: LabelFigures, figures: ReportFigures, words: Wording) -> str:
    """Say how many grievances, rumours or posts a label has; empty where it has none."""
    name, (amount, _) = label_named(row.label).in_sentence.of(words.code), _counts(row.label, figures)
    if row.label in GRIEVANCE_LABELS[:1] and figures.concerns.matters:
        return words.counted("%(count)s vụ việc %(name)s", amount, name=name)
    return f"{words.number(amount)} {name}" if amount else ""


def _counts(label: str, figures: ReportFigures) -> tuple[int, int]:
    """Count grievances, rumours or else posts of a label, and the posts in which they stand.

    Those of all labels stand with the first that has any.
    """
    concerns, claims, confirmed = figures.concerns, figures.claims, figures.label(label).states["confirmed"]
    if label in GRIEVANCE_LABELS[:1] and concerns.matters:
        return concerns.matters, concerns.posts
    return (claims.total, claims.posts) if label in CLAIM_LABELS[:1] else (confirmed, confirmed)


def _new(figures: ReportFigures, words: Wording) -> str:
    say = words.say
    if not figures.method.complete:
        return say("Kỳ báo cáo chưa kết thúc nên chưa so sánh với kỳ trước.")
    told = [
        trend
        for row in figures.labels
        if (trend := trend_words(row.comparison, label_named(row.label).in_sentence.of(words.code), words))
    ]
    new = [
        _new_topic(row.topic, figures, words)
        for row in figures.concerns.topics
        if row.topic != OTHER and row.matters and row.comparison.previous and not row.comparison.previous.confirmed
    ]
    if new:
        text = N_("Có %(count)s nhóm bức xúc mà kỳ liền trước không có: %(topics)s.")
        told.append(words.counted(text, len(new), topics=words.joined(new)))
    if told:
        return " ".join(told)
    if not figures.previous.posts:
        return say("Kỳ trước chưa có số liệu nên chưa nói được điều gì là mới.")
    return say("Không thấy điều gì mới so với kỳ trước.")


def _new_topic(topic: str, figures: ReportFigures, words: Wording) -> str:
    """Name a topic with the first items that are about it: nhà trọ (II.6)."""
    listed = enumerate(figures.concerns.listed[:MOST_GRIEVANCES], start=1)
    items = [f"{numeral(GRIEVANCE_LABELS)}.{place}" for place, matter in listed if matter.topic == topic]
    return f"{words.topic(topic)} ({', '.join(items[:MOST_NAMED])})" if items else words.topic(topic)


def _sure(figures: ReportFigures, words: Wording) -> str:
    """Say what became of all that the machine suggested."""
    say, total = words.say, sum(row.total for row in figures.labels)
    states = {state: sum(row.states[state] for row in figures.labels) for state in STATES}
    if not total:
        return ""
    text = N_("Trong %(total)s lượt đề xuất của hệ thống, cán bộ đã xếp loại %(confirmed)s, loại bỏ %(rejected)s")
    told = say(
        text,
        total=words.number(total),
        confirmed=words.number(states["confirmed"]),
        rejected=words.number(states["rejected"]),
    )
    if not (pending := states["open"] + states["unsure"]):
        return say("%(told)s, không còn lượt nào chưa kết luận.", told=told)
    return say(
        "%(told)s, còn %(pending)s chưa kết luận; các số trên có thể tăng.",
        told=told,
        pending=words.number(pending),
    )


def sections() -> list[tuple[Label, Section]]:
    """Return the labels that have a part of the report: concerns first, then claims, then what is only counted."""
    order = (GRIEVANCE_LABELS, CLAIM_LABELS)
    labels = sorted(LABELS, key=lambda label: [label.name not in names for names in order])
    return [(label, label.section) for label in labels if label.section]


def numeral(names: Collection[str]) -> str:
    """Return the number of the part that lists the matters of some labels."""
    return next(roman(place) for place, (label, _) in enumerate(sections(), start=2) if label.name in names)


def _label(label: Label, section: Section, figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    """Say how much was found, and list grievances and rumours."""
    amount, posts = _counts(label.name, figures)
    listed = label.name in GRIEVANCE_LABELS[:1] and figures.concerns.matters > 0
    told = section.confirmed.of(words.code, amount) % {"count": words.number(amount), "posts": words.number(posts)}
    told = f"{told}{states_told(figures.concerns, words) if listed else ''}."
    if not amount:
        told = section.none_confirmed.of(words.code)
    elif label.name in GRIEVANCE_LABELS[:1] and not listed:
        told = words.counted("Không có vụ việc mới; %(count)s bài được xếp loại thuộc vụ việc các kỳ trước.", amount)
    yield Sentence(f"count.{label.name}", told, _search(figures, label.name))
    if listed:
        yield from _concerns(figures, words)
    if label.name in CLAIM_LABELS[:1]:
        yield from _claims(figures, words)
    if label.matter_kind and label.name in (*GRIEVANCE_LABELS[:1], *CLAIM_LABELS[:1]):
        counts = figures.claims.counts if label.name in CLAIM_LABELS else figures.concerns.counts
        yield Sentence(f"before.{label.name}", happened(counts, words), f"/matters?kind={label.matter_kind}")


def _concerns(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    counted, concerns = words.counted, figures.concerns
    for place, matter in enumerate(concerns.listed[:MOST_GRIEVANCES], start=1):
        text = f"{place}. {grievance_told(matter, concerns.province, words)}"
        yield Sentence(f"concern.{matter.number}", text, f"/matters/{matter.number}")
    if rest := len(concerns.listed[MOST_GRIEVANCES:]):
        more = N_("Còn %(count)s vụ việc khác, xem theo chủ đề và địa bàn ở Phụ lục.")
        yield Sentence("concerns.more", counted(more, rest), "/matters?kind=grievance")


def _claims(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    claims = figures.claims
    for place, claim in enumerate(claims.listed[:MOST_CLAIMS], start=1):
        text = f"{place}. {claim_told(claim, claims.site, words)}"
        yield Sentence(f"claim.{claim.number}", text, f"/matters/{claim.number}")
    if rest := claims.total - len(claims.listed[:MOST_CLAIMS]):
        yield Sentence("claims.more", words.counted("Còn %(count)s nội dung khác, xem Phụ lục.", rest))


def _not_read(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    say, counted = words.say, words.counted
    broken = troubled(figures)
    if not figures.sources:
        text = say("Trong kỳ chưa có nguồn nào được đăng ký để đọc.")
    elif not broken:
        text = say("Các nguồn đều đọc được.")
    else:
        names = [*broken[:MOST_NAMED], *(["…"] if len(broken) > MOST_NAMED else [])]
        told = N_("Có %(count)s nguồn chỉ đọc được một phần (%(names)s), nên số liệu có thể thiếu.")
        text = counted(told, len(broken), names=", ".join(names))
    if figures.method.unscored:
        unread = counted("Còn %(count)s bài hệ thống chưa phân tích xong khi lập báo cáo.", figures.method.unscored)
        text = f"{text} {unread}"
    yield Sentence("not_read", text, "/sources")


def troubled(figures: ReportFigures) -> list[str]:
    """Return the names of the sources that could not be read whole, the one with most failures first."""
    return list(dict.fromkeys(row.source for row in figures.source_problems if row.problem in (FAILED, GAP)))


def _requests(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    """Say what is asked of whom."""
    asked = list(_asked(figures, words))
    yield from asked or [Sentence("ask.nothing", words.say("Không có đề xuất."))]
    yield Sentence(OWN, "")


def _asked(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    """Say what is asked of whom, by the numbers of the items above."""
    counted = words.counted
    yield from _asked_of_grievances(figures, words)
    if figures.concerns.unsettled_before:
        text = N_(
            "Bộ phận phụ trách bảo vệ quyền lợi: rà soát %(count)s vụ việc của các kỳ trước chưa giải quyết xong."
        )
        yield Sentence("ask.before", f"- {counted(text, figures.concerns.unsettled_before)}", "/matters?kind=grievance")
    yield from _asked_of_claims(figures, words)
    if waiting := sum(row.comparison.now.pending for row in figures.labels):
        text = counted("Cán bộ rà soát: kết luận %(count)s lượt đề xuất còn lại.", waiting)
        yield Sentence("ask.review", f"- {text}", "/queue")
    if broken := len(troubled(figures)):
        part = roman(len(sections()) + 2)
        text = counted("Người vận hành hệ thống: kiểm tra %(count)s nguồn nêu ở mục %(part)s.", broken, part=part)
        yield Sentence("ask.sources", f"- {text}", "/sources")


def _asked_of_grievances(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    say, awaited = words.say, dict[str, list[tuple[int, str]]]()
    untouched, returned = list[tuple[int, str]](), list[tuple[int, str]]()
    for place, matter in enumerate(figures.concerns.listed, start=1):
        if matter.state == OPEN:
            untouched.append((place, ""))
        elif matter.state == RETURNED:
            returned.append((place, ""))
        elif matter.state == PASSED and matter.passed_at:
            note = say("chuyển ngày %(day)s", day=day_of(matter.passed_at))
            until = say(", hạn %(day)s", day=day_of(matter.back_at)) if matter.back_at else ""
            awaited.setdefault(matter.passed_to, []).append((place, f" ({note}{until})"))

    def named(items: Sequence[tuple[int, str]]) -> str:
        shown = [one for one in items if one[0] <= MOST_GRIEVANCES]
        return _by_number(say("vụ việc"), GRIEVANCE_LABELS, shown, len(items), words)

    if untouched:
        text = N_("Bộ phận phụ trách bảo vệ quyền lợi: phân công xử lý %(matters)s chưa chuyển.")
        yield Sentence("ask.open", f"- {say(text, matters=named(untouched))}", "/matters?kind=grievance&state=open")
    if returned:
        text = N_("Bộ phận phụ trách bảo vệ quyền lợi: xem lại %(matters)s xuất hiện trở lại.")
        told = say(text, matters=named(returned))
        yield Sentence("ask.returned", f"- {told}", "/matters?kind=grievance&state=returned")
    for name, items in sorted(awaited.items(), key=lambda one: (-len(one[1]), one[0]))[:MOST_OFFICES]:
        text = say("Đề nghị %(office)s trả lời về %(matters)s.", office=name, matters=named(items))
        yield Sentence(f"ask.answer.{name}", f"- {text}", "/matters?kind=grievance&state=passed")


def _asked_of_claims(figures: ReportFigures, words: Wording) -> Iterator[Sentence]:
    say, tally, listed = words.say, figures.claims.tally, list(enumerate(figures.claims.listed[:MOST_CLAIMS], start=1))
    if tally.to_correct:
        open_ones = [(place, "") for place, one in listed if one.refuted and not one.answers.published]
        claims = _by_number(say("tin"), CLAIM_LABELS, open_ones, tally.to_correct, words)
        text = N_(
            "Bộ phận tuyên truyền: công bố thông tin bác bỏ %(claims)s sau khi đối chiếu với cơ quan có thẩm quyền."
        )
        yield Sentence("ask.correct", f"- {say(text, claims=claims)}", "/corrections")
    if tally.to_verify:
        unknown = [(place, "") for place, one in listed if not one.refuted and not one.borne_out]
        claims = _by_number(say("tin"), CLAIM_LABELS, unknown, tally.to_verify, words)
        text = say("Bộ phận tuyên truyền: hỏi cơ quan có thẩm quyền về %(claims)s.", claims=claims)
        yield Sentence("ask.verify", f"- {text}", _search(figures, CLAIM_LABELS[0]))


def _by_number(kind: str, labels: Collection[str], items: Sequence[tuple[int, str]], total: int, words: Wording) -> str:
    """Name items by their numbers in the paper, each with a note, and count the others: vụ việc II.1 và 4 ở Phụ lục."""
    named = [f"{numeral(labels)}.{place}{note}" for place, note in items]
    left = total - len(named)
    rest = [words.say("%(count)s %(kind)s khác ở Phụ lục", count=words.number(left), kind=kind)] if left else []
    return f"{kind} {words.joined([*named, *rest])}" if named else rest[0]
