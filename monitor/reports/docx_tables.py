"""Tables and charts of a .docx, and what all its paragraphs share."""

from collections.abc import Sequence
from typing import Any, Final

from docx.document import Document as Docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as DocxParagraph

from monitor.reports.blocks import AMOUNTS, CellType, Table, shown
from monitor.reports.drawing import Chart
from monitor.reports.quotes import shorten
from monitor.reports.wording import Wording

TEXT_WIDTH: Final = 165  # mm
BODY_SIZE, TABLE_SIZE = 13, 10.5  # pt
PARAGRAPH_SPACE: Final = 6  # pt
CENTRE, LEFTWARD, RIGHTWARD, JUSTIFIED = (
    WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY,
)  # fmt: skip
_NARROWEST, _WIDEST = 4, 40  # characters
_LONGEST_WORD: Final = {CellType.DAY: 10, CellType.MOMENT: 10}  # characters: a day is not cut
_LETTER: Final = 1.95  # mm: a bold letter of TABLE_SIZE, in the mean
_CELL_MARGINS: Final = 4  # mm
_NAMES_WIDTH: Final = 45  # mm: the names beside the bars of a chart
_LONGEST_NAME: Final = 28  # characters
_BLANK, _BLANKS = "\u2007", 55  # as wide as a digit, and how many the longest row has


def write(
    paragraph: DocxParagraph,
    text: str,
    size: float = BODY_SIZE,
    *,
    bold: bool = False,
    italic: bool = False,
    align: WD_ALIGN_PARAGRAPH = CENTRE,
) -> DocxParagraph:
    """Add a run of text to a paragraph; `size` is in points."""
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    paragraph.alignment = align
    return paragraph


def gap(docx: Docx, points: int, *, keep: bool = False) -> None:
    """Leave some points free, where a paragraph's own spacing has no effect: beside a table."""
    paragraph = write(docx.add_paragraph(), "", 2)
    paragraph.paragraph_format.line_spacing = Pt(points)
    paragraph.paragraph_format.keep_with_next = keep


def without_cell_margins(table: Any) -> None:
    """Let the cells of a table begin at the margin of the text."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)  # noqa: SLF001  python-docx has no name for it


def add_table(docx: Docx, data: Table, words: Wording) -> None:
    """Add a table whose head stands on each of its pages."""
    gap(docx, PARAGRAPH_SPACE, keep=True)
    table = docx.add_table(1, len(data.columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for cell, column in zip(table.rows[0].cells, data.columns, strict=True):
        heading = write(cell.paragraphs[0], column.heading, TABLE_SIZE, bold=True)
        heading.paragraph_format.keep_with_next = True
    _repeat_head(table.rows[0])
    for row in data.rows:
        for cell, value, column in zip(table.add_row().cells, row, data.columns, strict=True):
            align = RIGHTWARD if column.cell_type in AMOUNTS else LEFTWARD
            write(cell.paragraphs[0], shown(value, column.cell_type, words), TABLE_SIZE, align=align)
    for line in table.rows:
        cannot_split(line)
    fix_widths(table, column_widths(data))
    gap(docx, PARAGRAPH_SPACE)


def column_widths(data: Table) -> list[float]:
    """Share the width of the text among the columns of a table, in mm; no word of a heading is cut where all fit."""
    words = [max(_LONGEST_WORD.get(column.cell_type, 0), *map(len, column.heading.split())) for column in data.columns]
    least = [_LETTER * max(letters + 1, _NARROWEST) + _CELL_MARGINS for letters in words]
    wanted = [
        max(0, min(column.width, _WIDEST) * _LETTER - room) for column, room in zip(data.columns, least, strict=True)
    ]
    rest = max(0, TEXT_WIDTH - sum(least))
    share = rest / (sum(wanted) or 1)
    whole = [room + more * share for room, more in zip(least, wanted, strict=True)]
    return [TEXT_WIDTH * width / sum(whole) for width in whole]


def fix_widths(table: Any, widths: Sequence[float]) -> None:
    """Give the columns of a table their widths in mm."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)


def _repeat_head(row: Any) -> None:
    head = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(head)  # noqa: SLF001  python-docx has no name for it


def cannot_split(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001  the same


def add_chart(docx: Docx, chart: Chart) -> None:
    """Draw each row as shaded blanks in the colours of its segments: they print sharply, and no picture is needed."""
    gap(docx, PARAGRAPH_SPACE, keep=True)
    keys = docx.add_paragraph()
    keys.paragraph_format.keep_with_next = True
    for _, colour, name in chart.keys:
        write(keys, "■ ", TABLE_SIZE, align=LEFTWARD).runs[-1].font.color.rgb = RGBColor.from_string(colour[1:].upper())
        write(keys, f"{name}    ", TABLE_SIZE, align=LEFTWARD)
    table = docx.add_table(len(chart.strips), 2)
    without_cell_margins(table)
    fix_widths(table, (_NAMES_WIDTH, TEXT_WIDTH - _NAMES_WIDTH))
    for row, strip in zip(table.rows, chart.strips, strict=True):
        name, bars = (cell.paragraphs[0] for cell in row.cells)
        written = write(name, shorten(strip.name, _LONGEST_NAME), TABLE_SIZE, align=LEFTWARD)
        written.paragraph_format.keep_with_next = True  # no bar stands on another page than the rest
        for segment in strip.segments:
            blocks = max(1, round(segment.share * _BLANKS))  # one count is seen beside thousands
            run = write(bars, _BLANK * blocks, TABLE_SIZE, align=LEFTWARD).runs[-1]
            run._r.get_or_add_rPr().append(_shade(segment.colour))  # noqa: SLF001  python-docx has no name for it
        write(bars, f" {strip.number}", TABLE_SIZE, align=LEFTWARD)
        bars.paragraph_format.space_after = Pt(2)  # bars of neighbouring rows would touch
        cannot_split(row)
    gap(docx, PARAGRAPH_SPACE)


def _shade(colour: str) -> Any:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour[1:].upper())):
        shade.set(qn(f"w:{name}"), value)
    return shade
