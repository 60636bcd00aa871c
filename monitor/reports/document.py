"""A report as a document: letterhead, blocks in their order, signature. The writers for docx and html only draw it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from classifiers.labels import CASE_LABELS, CLAIM_LABELS, Label, Section
from monitor.clock import VIETNAM
from monitor.reports import content_tables, count_tables, sentences
from monitor.reports.charts import CHARTS
from monitor.reports.drawing import Chart
from monitor.reports.figures import ReportFigures
from monitor.reports.tables import Table, without_empty_columns
from monitor.reports.wording import Language, Wording, roman
from monitor.settings.reports import ReportSettings

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
LONELY_DIGIT = 10  # days below it, and months 1 and 2, get a zero before them
LAST_MONTH_WITH_ZERO = 2


class Style(StrEnum):
    """How a paragraph stands on the page."""

    BODY = "body"
    ITEM = "item"
    QUOTE = "quote"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a part, as `I. TÓM TẮT` (level 1) or `1. Theo chủ đề` (level 2)."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: str
    style: Style = Style.BODY


@dataclass(frozen=True, slots=True)
class Appendix:
    """The beginning of the appendix, on a page of its own."""

    title: str
    subtitle: str
    attached: str


Block = Heading | Paragraph | Table | Chart | Appendix


@dataclass(frozen=True, slots=True)
class Replaced:
    """The report whose place this one takes: when it was made (UTC), and what is different now."""

    made_at: datetime
    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What stands above the text, by Decree 30/2020/NĐ-CP, appendix I: each field is one of its elements."""

    parent: str
    organisation: str
    nation: str
    motto: str
    number: str
    place_and_date: str
    kind: str
    subject: str
    period: str
    greeting: str
    addressed_to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What stands below the text: the copies on the left, who signs on the right."""

    copies_heading: str
    copies: tuple[str, ...]
    titles: tuple[str, ...]
    signer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report as a document.

    Args:
        language: Its language.
        title: One line that names it, for lists of files.
        made_at: When it was made, UTC.
        letterhead: What stands above the text.
        body: The text, up to the signature.
        closing: Copies and signature.
        appendix: What stands behind the signature.

    """

    language: Language
    title: str
    made_at: datetime
    letterhead: Letterhead
    body: tuple[Block, ...]
    closing: Closing
    appendix: tuple[Block, ...]


def build_document(
    figures: ReportFigures,
    office: ReportSettings,
    language: Language,
    *,
    number: int | None = None,
    replaced: Replaced | None = None,
) -> Document:
    """Put a report together.

    Args:
        figures: Its figures.
        office: The form of the office's documents.
        language: Its language.
        number: The number that the office registered it under; None: left open for the clerk.
        replaced: The report whose place it takes.

    """
    words = Wording(language)
    period = words.period(figures.period)
    title = language.say("Báo cáo thông tin trên mạng %(period)s", period=period)
    return Document(
        language=language,
        title=title,
        made_at=figures.method.generated_at,
        letterhead=_letterhead(figures, office, words, number),
        body=(
            *_replacement(replaced, words),
            *_summary(figures, words),
            *_numbered(figures, words),
        ),
        closing=_closing(office, language),
        appendix=_appendix(figures, words, title),
    )


def _letterhead(figures: ReportFigures, office: ReportSettings, words: Wording, number: int | None) -> Letterhead:
    say, made = words.language.say, figures.method.generated_at.astimezone(VIETNAM).date()
    day = f"{made.day:02d}" if made.day < LONELY_DIGIT else str(made.day)
    month = f"{made.month:02d}" if made.month <= LAST_MONTH_WITH_ZERO else str(made.month)
    registered = "      " if number is None else f"{number:02d}"
    date = say("ngày %(day)s tháng %(month)s năm %(year)s", day=day, month=month, year=made.year)
    return Letterhead(
        parent=office.parent.upper(),
        organisation=(office.organisation or say("(tên cơ quan, tổ chức)")).upper(),
        nation=NATION,
        motto=MOTTO,
        number=say("Số: %(number)s/%(symbol)s", number=registered, symbol=office.symbol),
        place_and_date=f"{office.place}, {date}" if office.place else date,
        kind=say("BÁO CÁO"),
        subject=say("Thông tin công khai trên mạng liên quan đến đoàn viên, người lao động"),
        period=f"{words.period(figures.period)} ({words.span(figures.period)})",
        greeting=say("Kính gửi:"),
        addressed_to=office.addressed_to,
    )


def _closing(office: ReportSettings, language: Language) -> Closing:
    """List the copies, each with a dash and a semicolon, the file last with a full stop, as the decree asks."""
    *others, file = (f"- {name.rstrip(' ;.')}" for name in office.copies_to)
    *titles, signer = office.signature or ("",)
    return Closing(
        copies_heading=language.say("Nơi nhận:"),
        copies=(*(f"{name};" for name in others), f"{file}."),
        titles=tuple(line.upper() for line in titles),
        signer=signer,
    )


def _items(lines: tuple[str, ...]) -> list[Block]:
    return [Paragraph(f"- {line}", Style.ITEM) for line in lines]


def _replacement(replaced: Replaced | None, words: Wording) -> list[Block]:
    if replaced is None:
        return []
    text = words.language.say(
        "Báo cáo này thay thế báo cáo cùng kỳ lập lúc %(moment)s, đã thu hồi. Nội dung thay đổi: %(changed)s",
        moment=words.moment(replaced.made_at),
        changed=replaced.changed,
    )
    return [Paragraph(text)]


def _summary(figures: ReportFigures, words: Wording) -> list[Block]:
    say = words.language.say
    blocks: list[Block] = [Heading(say("I. TÓM TẮT"))]
    blocks += _items(sentences.findings(figures, words))
    new = sentences.news(figures, words)
    none_new = say("Không có điểm mới so với kỳ trước, hoặc chưa đủ số liệu để so sánh.")
    blocks += [Heading(say("1. Điểm mới"), 2), *_items(new or (none_new,))]
    asked = sentences.requests(figures, words) or (say("Không có kiến nghị."),)
    return [*blocks, Heading(say("2. Kiến nghị"), 2), *_items(asked)]


def _shown(table: Table, *kept: str) -> list[Block]:
    """Return a table without its empty columns, or the sentence that is said where it has no rows."""
    if not table.rows:
        return [Paragraph(table.empty)]
    return [without_empty_columns(table, kept)]


def _quotes(figures: ReportFigures, words: Wording, label: str) -> list[Block]:
    """Quote what people chose. A number names a quote in the tables and in the list of masks."""
    say = words.language.say
    blocks: list[Block] = []
    for number, quote in enumerate(figures.quotes, start=1):
        if quote.label == label:
            gone = say("(nền tảng không còn bài này nên không trích lại)")
            text = gone if quote.text is None else f"“{quote.text or say('(không có chữ)')}”"
            blocks.append(Paragraph(f"({number}) {text}", Style.QUOTE))
            blocks.append(Paragraph(content_tables.shown_quote(quote, words), Style.SMALL))
    return blocks or [Paragraph(say("Chưa có bài nào được chọn để trích dẫn."))]


def _numbered(figures: ReportFigures, words: Wording) -> Iterator[Block]:
    """Return the parts that follow the summary, numbered on from it."""
    say = words.language.say
    parts = [_label_part(label, section, figures, words) for label, section in sentences.sections()]
    parts.append((say("NHỮNG GÌ CHƯA ĐỌC ĐƯỢC"), _shown(count_tables.problems(figures, words))))
    notes = enumerate(sentences.notes(figures, words), start=1)
    parts.append((say("CÁCH LÀM VÀ GIỚI HẠN"), [Paragraph(f"{number}. {text}") for number, text in notes]))
    for number, (heading, blocks) in enumerate(parts, start=2):
        yield Heading(f"{roman(number)}. {heading}")
        yield from blocks


def _label_part(label: Label, section: Section, figures: ReportFigures, words: Wording) -> tuple[str, list[Block]]:
    """Return the heading of the part about a label, and what stands below it."""
    code = words.language.code
    note = section.note.of(code)
    blocks: list[Block] = [Paragraph(note)] if note else []
    blocks.append(count_tables.labels(figures, words, (label.name,)))
    # Claims and cases of all labels are counted together; they stand with the first that has any.
    with_cases = label.name in CASE_LABELS[:1]
    if label.name in CLAIM_LABELS[:1]:
        blocks += [*_shown(content_tables.claims(figures, words), "answers"), *_corrections(figures, words)]
    if with_cases:
        blocks += _cases(figures, words)
    if section.quotes:
        heading = words.language.say("3. Trích dẫn") if with_cases else words.language.say("Trích dẫn")
        blocks += [Heading(heading, 2), *_quotes(figures, words, label.name)]
    return section.heading.of(code), blocks


def _corrections(figures: ReportFigures, words: Wording) -> list[Block]:
    released = len(figures.claims.corrections)
    if not released:
        return []
    told = words.language.counted("Trong kỳ đã công bố %(count)s lời đính chính, mỗi lời có dẫn nguồn.", released)
    return [Paragraph(told), *_shown(content_tables.corrections(figures, words))]


def _cases(figures: ReportFigures, words: Wording) -> list[Block]:
    say, by_place = words.language.say, content_tables.place_results(figures, words)
    return [
        Heading(say("1. Theo chủ đề và kết quả xử lý"), 2),
        *_shown(content_tables.topics(figures, words), "previous"),
        *(_shown(content_tables.topic_results(figures, words)) if figures.concerns.cases else ()),
        Heading(say("2. Theo địa bàn"), 2),
        Paragraph(say(sentences.PLACES)),
        *_shown(content_tables.places(figures, words), "previous"),
        *(_shown(by_place) if by_place.rows else ()),
    ]


def _appendix(figures: ReportFigures, words: Wording, title: str) -> tuple[Block, ...]:
    say = words.language.say
    tables = (
        count_tables.posts(figures, words),
        count_tables.states(figures, words),
        count_tables.review(figures, words),
        count_tables.reliability(figures, words),
        count_tables.decisions(figures, words),
        count_tables.parts(figures, words),
        count_tables.sources(figures, words),
    )
    blocks: list[Block] = [
        Appendix(say("Phụ lục"), say("SỐ LIỆU CHI TIẾT"), say("(Kèm theo %(title)s)", title=title)),
    ]
    for number, table in enumerate(tables, start=1):
        blocks.append(Heading(f"{number}. {table.heading}", 2))
        blocks += [*_charted(table, figures, words), table if table.rows else Paragraph(table.empty)]
    return tuple(blocks)


def _charted(table: Table, figures: ReportFigures, words: Wording) -> list[Block]:
    """Return the chart of a table; none where it is empty."""
    chart = CHARTS[table.name](figures, words) if table.name in CHARTS and table.rows else Chart(())
    return [chart] if chart.strips else []
