"""A report as a document: letterhead, blocks in their order, signature. The writers for docx and html only draw it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import VIETNAM
from monitor.reports.annex import annex
from monitor.reports.blocks import Block, Heading, Paragraph
from monitor.reports.figures import ReportFigures
from monitor.reports.paper import paper
from monitor.reports.wording import Wording
from monitor.settings.reports import ReportSettings

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
LONELY_DIGIT = 10  # days below it, and months 1 and 2, get a zero before them
LAST_MONTH_WITH_ZERO = 2


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
        words: The words of its language.
        title: One line that names it, for lists of files.
        made_at: When it was made, UTC.
        letterhead: What stands above the text.
        body: The text, up to the signature.
        closing: Copies and signature.
        appendix: What stands behind the signature.

    """

    words: Wording
    title: str
    made_at: datetime
    letterhead: Letterhead
    body: tuple[Block, ...]
    closing: Closing
    appendix: tuple[Block, ...]


def build_document(
    figures: ReportFigures,
    office: ReportSettings,
    words: Wording,
    *,
    number: int | None = None,
    replaced: Replaced | None = None,
    edits: Mapping[str, str] | None = None,
) -> Document:
    """Put a report together.

    Args:
        figures: Its figures.
        office: The form of the office's documents.
        words: The words of its language.
        number: The number that the office registered it under; None: left open for the clerk.
        replaced: The report whose place it takes.
        edits: What people wrote in the place of its sentences, by key.

    """
    period = words.period(figures.period)
    title = words.say("Báo cáo thông tin trên mạng %(period)s", period=period)
    return Document(
        words=words,
        title=title,
        made_at=figures.method.generated_at,
        letterhead=_letterhead(figures, office, words, number),
        body=(
            *_replacement(replaced, words),
            *_paper(figures, words, edits),
        ),
        closing=_closing(office, words),
        appendix=annex(figures, words, title),
    )


def _letterhead(figures: ReportFigures, office: ReportSettings, words: Wording, number: int | None) -> Letterhead:
    say, made = words.say, figures.method.generated_at.astimezone(VIETNAM).date()
    day = f"{made.day:02d}" if made.day < LONELY_DIGIT else str(made.day)
    month = f"{made.month:02d}" if made.month <= LAST_MONTH_WITH_ZERO else str(made.month)
    registered = "      " if number is None else f"{number:02d}"
    date = say("ngày %(day)s tháng %(month)s năm %(year)s", day=day, month=month, year=made.year)
    return Letterhead(
        parent=_name(office.parent),
        organisation=_name(office.organisation or say("(tên cơ quan, tổ chức)")),
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


def _name(body: str) -> str:
    """Write the name of a body in capitals; no line breaks within LAO ĐỘNG."""
    return body.upper().replace("LAO ĐỘNG", "LAO\N{NO-BREAK SPACE}ĐỘNG")


def _closing(office: ReportSettings, words: Wording) -> Closing:
    """List the copies, each with a dash and a semicolon, the file last with a full stop, as the decree asks."""
    *others, file = (f"- {name.rstrip(' ;.')}" for name in office.copies_to)
    *titles, signer = office.signature or (words.say("(quyền hạn, chức vụ người ký)"), words.say("(họ và tên)"))
    return Closing(
        copies_heading=words.say("Nơi nhận:"),
        copies=(*(f"{name};" for name in others), f"{file}."),
        titles=tuple(line.upper() for line in titles),
        signer=signer,
    )


def _replacement(replaced: Replaced | None, words: Wording) -> list[Block]:
    if replaced is None:
        return []
    text = words.say(
        "Báo cáo này thay thế báo cáo cùng kỳ lập lúc %(moment)s, đã thu hồi. Nội dung thay đổi: %(changed)s",
        moment=words.moment(replaced.made_at),
        changed=replaced.changed,
    )
    return [Paragraph(text)]


def _paper(figures: ReportFigures, words: Wording, edits: Mapping[str, str] | None) -> Iterator[Block]:
    for part in paper(figures, words, edits):
        yield Heading(part.heading)
        yield from (Paragraph(one.text) for one in part.sentences if one.text)
