"""Draws a report as a .docx in the form of Decree 30/2020/NĐ-CP, appendix I. The same report gives the same bytes.

The numbers in comments are those of the decree's appendix I: part I, section (I to IV) and point.
"""

import shutil
import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx as library
from docx.document import Document as Docx
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell as TableCell
from docx.text.paragraph import Paragraph as DocxParagraph

from monitor.clock import VIETNAM
from monitor.errors import NotReady, ReportFailed
from monitor.reports.blocks import Appendix, Block, Heading, Paragraph, Style, Table
from monitor.reports.document import Closing, Document, Letterhead
from monitor.reports.docx_tables import (
    BODY_SIZE,
    CENTRE,
    JUSTIFIED,
    LEFTWARD,
    PARAGRAPH_SPACE,
    TEXT_WIDTH,
    add_chart,
    add_table,
    cannot_split,
    fix_widths,
    gap,
    without_cell_margins,
    write,
)
from monitor.reports.drawing import Chart
from monitor.reports.wording import Wording

FONT: Final = "Times New Roman"  # I.4
PAGE_WIDTH, PAGE_HEIGHT = 210, 297  # I.1: A4, mm
TOP, BOTTOM, LEFT, RIGHT = 20, 20, 30, 15  # I.3: mm
HEAD_WIDTHS: Final = (63, 102)  # mm: the organisation on the left, the nation on the right
SMALL_SIZE: Final = 12  # pt
INDENT: Final = 10  # II.6: mm, the first line of a paragraph
_MOTTO_WIDTH: Final = 57  # mm: "Độc lập - Tự do - Hạnh phúc" in bold letters of 14 pt
_CAPITAL_WIDTH: Final = 0.25  # mm for each pt of a bold capital, in the mean
_SMALL_WIDTH: Final = 0.17
_LINE_SHARE: Final = 0.4  # II.2, II.5: a third to a half of the text's length
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
PROGRAMS: Final = ("soffice", "libreoffice")
LONGEST_SECONDS: Final = 180  # for a PDF


def render_docx(document: Document) -> bytes:
    """Return the document's bytes."""
    docx = library.Document()
    _prepare(docx, document)
    words = document.words
    _letterhead(docx, document.letterhead)
    _blocks(docx, document.body, words)
    _closing(docx, document.closing)
    section = docx.add_section(WD_SECTION.NEW_PAGE)
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")  # II.8: an appendix has page numbers of its own
    section._sectPr.find(qn("w:pgMar")).addnext(numbering)  # noqa: SLF001  python-docx has no name for it
    _blocks(docx, document.appendix, words)
    buffer = BytesIO()
    docx.save(buffer)
    return _without_times(buffer.getvalue())


def _without_times(content: bytes) -> bytes:
    """Write the archive anew with one time for all its files, so that the same report gives the same bytes."""
    buffer = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name, _ZIP_TIME), old.read(name), ZIP_DEFLATED)
    return buffer.getvalue()


def _prepare(docx: Docx, document: Document) -> None:
    """Set page, font and what the file says of itself."""
    properties, made = docx.core_properties, document.made_at.astimezone(VIETNAM).replace(tzinfo=None)
    properties.title, properties.author, properties.comments = document.title, document.letterhead.organisation, ""
    properties.created = properties.modified = made
    properties.language = document.words.code
    section = docx.sections[0]
    section.page_width, section.page_height = Mm(PAGE_WIDTH), Mm(PAGE_HEIGHT)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True  # I.7: the first page shows no number
    _page_number(section.header.paragraphs[0])
    style: Any = docx.styles["Normal"]
    style.font.size = Pt(BODY_SIZE)
    _set_font(style.element.get_or_add_rPr())
    style.paragraph_format.space_after = Pt(0)


def _set_font(properties: Any) -> None:
    fonts = properties.get_or_add_rFonts()
    for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), FONT)


def _page_number(paragraph: DocxParagraph) -> None:
    """I.7: Arabic, 13 to 14 pt, in the middle of the upper margin."""
    paragraph.alignment = CENTRE
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)  # noqa: SLF001  python-docx has no fields


def _line(paragraph: DocxParagraph, width: float, room: float) -> None:
    """Draw a line of so many mm in the middle of the room (mm) that the paragraph has."""
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001  python-docx draws no borders
    side = Mm(max(0, (room - width) / 2))
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
    paragraph.paragraph_format.line_spacing = Pt(4)
    write(paragraph, "", 2)


def _letterhead(docx: Docx, head: Letterhead) -> None:
    left, right = _two_columns(docx, HEAD_WIDTHS)
    lines = [name for name in (head.parent, head.organisation) if name]
    if head.parent:
        write(left.paragraphs[0], head.parent, 13)  # II.2: the body above: capitals, 12 to 13 pt, upright
    organisation = left.paragraphs[0] if len(lines) == 1 else left.add_paragraph()
    write(organisation, head.organisation, 13, bold=True)  # II.2: capitals, 12 to 13 pt, bold
    room = HEAD_WIDTHS[0] - 4
    _line(left.add_paragraph(), _LINE_SHARE * min(room, len(head.organisation) * 13 * _CAPITAL_WIDTH), room)
    write(left.add_paragraph(), head.number, 13)  # II.3: 13 pt, upright, below the organisation
    write(right.paragraphs[0], head.nation, 13, bold=True)  # II.1a: capitals, 12 to 13 pt, bold
    write(right.add_paragraph(), head.motto, 14, bold=True)  # II.1b: 13 to 14 pt, bold, with a line of its length
    _line(right.add_paragraph(), _MOTTO_WIDTH, HEAD_WIDTHS[1] - 4)
    write(right.add_paragraph(), head.place_and_date, 14, italic=True)  # II.4: 13 to 14 pt, italic
    write(_spaced(docx, 18), head.kind, 14, bold=True)  # II.5a: capitals, 13 to 14 pt, bold
    write(docx.add_paragraph(), head.subject, 14, bold=True)  # II.5a: small letters, 13 to 14 pt, bold
    write(docx.add_paragraph(), head.period, 14, bold=True)
    _line(docx.add_paragraph(), _LINE_SHARE * min(TEXT_WIDTH, len(head.period) * 14 * _SMALL_WIDTH), TEXT_WIDTH)
    _greeting(docx, head)


def _greeting(docx: Docx, head: Letterhead) -> None:
    """II.9a: one name behind `Kính gửi:`, several ones each on a line with a dash, 13 to 14 pt, upright."""
    if not head.addressed_to:
        return
    alone = len(head.addressed_to) == 1
    write(_spaced(docx, 6), f"{head.greeting} {head.addressed_to[0]}." if alone else head.greeting)
    if not alone:
        last = len(head.addressed_to) - 1
        for number, name in enumerate(head.addressed_to):
            line = write(docx.add_paragraph(), f"- {name}{'.' if number == last else ';'}", align=LEFTWARD)
            line.paragraph_format.left_indent = Mm(60)


def _closing(docx: Docx, closing: Closing) -> None:
    docx.paragraphs[-1].paragraph_format.keep_with_next = True  # no signature stands alone on a page
    left, right = _two_columns(docx, HEAD_WIDTHS, space_before=12)
    # II.9b: `Nơi nhận` 12 pt, italic and bold; the names 11 pt, upright, each with a dash.
    write(left.paragraphs[0], closing.copies_heading, 12, bold=True, italic=True, align=LEFTWARD)
    for name in closing.copies:
        write(left.add_paragraph(), name, 11, align=LEFTWARD)
    # II.7: authority and office: capitals, 13 to 14 pt, bold; the name: 13 to 14 pt, bold.
    for number, line in enumerate(closing.titles or [""]):
        write(right.paragraphs[0] if number == 0 else right.add_paragraph(), line, bold=True)
    signature = write(right.add_paragraph(), closing.signer, bold=True)
    signature.paragraph_format.space_before = Pt(66)  # room for signature and seal


def _two_columns(docx: Docx, widths: Sequence[int], *, space_before: int = 0) -> tuple[TableCell, TableCell]:
    if space_before:
        gap(docx, space_before, keep=True)
    table = docx.add_table(1, 2)
    without_cell_margins(table)
    fix_widths(table, widths)
    cannot_split(table.rows[0])
    left, right = table.rows[0].cells
    return left, right


def _spaced(docx: Docx, points: int) -> DocxParagraph:
    paragraph = docx.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(points)
    return paragraph


def _blocks(docx: Docx, blocks: Sequence[Block], words: Wording) -> None:
    for block in blocks:
        if isinstance(block, Heading):
            _heading(docx, block)
        elif isinstance(block, Paragraph):
            _paragraph(docx, block)
        elif isinstance(block, Table):
            add_table(docx, block, words)
        elif isinstance(block, Chart):
            add_chart(docx, block)
        else:
            _appendix(docx, block)


def _appendix(docx: Docx, block: Appendix) -> None:
    """II.8: `Phụ lục` 14 pt, bold; its title capitals, 13 to 14 pt, bold; what it belongs to: 13 to 14 pt, italic."""
    write(docx.add_paragraph(), block.title, 14, bold=True)
    write(docx.add_paragraph(), block.subtitle, 14, bold=True)
    write(docx.add_paragraph(), block.attached, 14, italic=True)
    _line(docx.add_paragraph(), _LINE_SHARE * len(block.attached) * 14 * _SMALL_WIDTH, TEXT_WIDTH)


def _heading(docx: Docx, block: Heading) -> None:
    paragraph = write(_spaced(docx, PARAGRAPH_SPACE), block.text, bold=True, align=JUSTIFIED)
    paragraph.paragraph_format.first_line_indent = Mm(INDENT)
    paragraph.paragraph_format.keep_with_next = True
    properties, level = paragraph._p.get_or_add_pPr(), OxmlElement("w:outlineLvl")  # noqa: SLF001  for navigation
    level.set(qn("w:val"), str(block.level - 1))
    properties.append(level)


def _paragraph(docx: Docx, block: Paragraph) -> None:
    small, quote = block.style in (Style.SMALL, Style.LEAD), block.style is Style.QUOTE
    paragraph = _spaced(docx, 0 if small else PARAGRAPH_SPACE)
    write(paragraph, block.text, SMALL_SIZE if small else BODY_SIZE, italic=quote, align=JUSTIFIED)
    if small:
        paragraph.paragraph_format.left_indent = Mm(INDENT)
    else:
        paragraph.paragraph_format.first_line_indent = Mm(INDENT)
    paragraph.paragraph_format.keep_with_next = block.style in (Style.QUOTE, Style.LEAD)
    paragraph.paragraph_format.widow_control = True


def find_office() -> str | None:
    """Return the path of LibreOffice; None where it is not installed."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def render_pdf(docx: bytes) -> bytes:
    """Return a .docx as PDF, made by LibreOffice.

    Raises:
        NotReady: When LibreOffice is not installed.
        ReportFailed: When it fails or takes too long.

    """
    office = find_office()
    if office is None:
        message = "a PDF needs LibreOffice: install it (Debian: apt install libreoffice-writer-nogui) or leave out pdf"
        raise NotReady(message)
    with TemporaryDirectory(prefix="kiemtin-pdf-") as folder:
        source = Path(folder, "report.docx")
        source.write_bytes(docx)
        # A profile of its own: the user's may be in use, and then nothing is converted.
        profile = Path(folder, "profile").as_uri()
        command = [office, "--headless", "--norestore", f"-env:UserInstallation={profile}"]
        command += ["--convert-to", "pdf", "--outdir", folder, str(source)]
        try:
            ran = subprocess.run(command, capture_output=True, timeout=LONGEST_SECONDS, check=False)  # noqa: S603  our own file
        except subprocess.TimeoutExpired as error:
            message = f"LibreOffice did not make the PDF within {LONGEST_SECONDS} seconds: try again, or leave out pdf"
            raise ReportFailed(message) from error
        made = source.with_suffix(".pdf")
        if not made.is_file():
            said = (ran.stderr or ran.stdout).decode(errors="replace").strip().partition("\n")[0]
            message = f"LibreOffice made no PDF ({said or f'status {ran.returncode}'}): leave out pdf, or repair it"
            raise ReportFailed(message)
        return made.read_bytes()
