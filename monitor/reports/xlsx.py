"""Draws a report as a workbook, a sheet a table. All text is written as text: a post that begins with "=" too."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from monitor.clock import VIETNAM
from monitor.reports.annex import notes
from monitor.reports.blocks import AMOUNTS, Cell, CellType, Column, Key, Table
from monitor.reports.figures import ReportFigures
from monitor.reports.paper import paper
from monitor.reports.report_tables import TABLES
from monitor.reports.wording import NOTHING, Wording, capitalised

FONT: Final = "Times New Roman"
_BASE: Final = {"font_name": FONT, "font_size": 12, "valign": "top"}
_TEXT: Final = {"text_wrap": True, "quote_prefix": True}
_GRID: Final = {**_BASE, "border": 1, "border_color": "#8A97A5"}
_RIGHT: Final = {"align": "right", "indent": 1}
_FORMATS: Final[Mapping[str, Mapping[str, Any]]] = {
    "title": {**_BASE, "bold": True, "font_size": 14, "quote_prefix": True},
    "line": {**_BASE, **_TEXT},
    "column": {**_GRID, **_TEXT, "bold": True, "bg_color": "#E6EDF4", "align": "center", "valign": "vcenter"},
    CellType.TEXT.value: {**_GRID, **_TEXT},
    CellType.COUNT.value: {**_GRID, **_RIGHT, "num_format": "#,##0"},
    CellType.DECIMAL.value: {**_GRID, **_RIGHT, "num_format": "#,##0.0"},
    CellType.SHARE.value: {**_GRID, **_RIGHT, "num_format": "0.0%"},
    CellType.DAY.value: {**_GRID, "num_format": "dd/mm/yyyy", "align": "left"},
    CellType.MOMENT.value: {**_GRID, "num_format": "dd/mm/yyyy hh:mm", "align": "left"},
}
_FIRST_ROW: Final = 2  # of the cells of a table; its title and its head stand above
_WIDEST_LINE: Final = 120  # characters


class Book:
    """Writes the sheets of one workbook.

    Args:
        workbook: The workbook to write into.
        figures: The figures that its sheets show.
        words: The words of its language.
        edits: What people wrote in the place of the paper's sentences, by key.

    """

    def __init__(
        self, workbook: Workbook, figures: ReportFigures, words: Wording, edits: Mapping[str, str] | None = None
    ) -> None:
        self._workbook = workbook
        self.figures, self.words, self.edits = figures, words, edits
        self._formats = {name: workbook.add_format(dict(values)) for name, values in _FORMATS.items()}

    def lines(self, name: str, *groups: tuple[str, tuple[str, ...]]) -> None:
        """Write a sheet of sentences under their headings."""
        sheet = self._sheet(name)
        sheet.set_column(0, 0, _WIDEST_LINE)
        row = 0
        for heading, lines in groups:
            self._text(sheet, row, 0, heading, "title")
            for line in lines:
                row += 1
                self._text(sheet, row, 0, line, "line")
            row += 2

    def table(self, name: str, table: Table) -> None:
        """Write a table with filters and a head that stays."""
        sheet = self._sheet(name)
        self._text(sheet, 0, 0, table.heading, "title")
        for number, column in enumerate(table.columns):
            self._text(sheet, 1, number, column.heading, "column")
            sheet.set_column(number, number, column.width)
        for row, cells in enumerate(table.rows, start=_FIRST_ROW):
            self._cells(sheet, row, cells, table.columns)
        sheet.freeze_panes(_FIRST_ROW, 1)
        sheet.repeat_rows(1)
        if not table.rows:
            self._text(sheet, _FIRST_ROW, 0, table.empty, "line")
            return
        sheet.autofilter(1, 0, _FIRST_ROW + len(table.rows) - 1, len(table.columns) - 1)

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._workbook.add_worksheet(name)
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&R&8&P / &N")
        return sheet

    def _cells(self, sheet: Worksheet, row: int, cells: tuple[Cell, ...], columns: tuple[Column, ...]) -> None:
        for number, (cell, column) in enumerate(zip(cells, columns, strict=True)):
            style = self._formats[column.cell_type.value]
            if isinstance(cell, datetime):
                sheet.write_datetime(row, number, cell.astimezone(VIETNAM).replace(tzinfo=None), style)
            elif isinstance(cell, date):
                sheet.write_datetime(row, number, cell, style)
            elif isinstance(cell, int | float):
                sheet.write_number(row, number, cell, style)
            elif cell is None and column.cell_type in AMOUNTS:
                sheet.write_blank(row, number, None, style)
            else:
                text = cell.text if isinstance(cell, Key) else cell
                sheet.write_string(row, number, text or NOTHING, style)

    def _text(self, sheet: Worksheet, row: int, column: int, text: str, style: str) -> None:
        sheet.write_string(row, column, text, self._formats[style])


def _summary(book: Book) -> None:
    say = book.words.say
    period = f"{capitalised(book.words.period(book.figures.period))} ({book.words.span(book.figures.period)})"
    parts = [
        (part.heading, tuple(one.text for one in part.sentences if one.text))
        for part in paper(book.figures, book.words, book.edits)
    ]
    book.lines(say("Tóm tắt"), (period, ()), *parts, (say("Cách làm và giới hạn"), notes(book.figures, book.words)))


def _tables(book: Book) -> None:
    for name, make in TABLES:
        book.table(book.words.say(name), make(book.figures, book.words))


Sheet = Callable[[Book], None]  # writes sheets
SHEETS: Final[tuple[Sheet, ...]] = (_summary, _tables)


def render_xlsx(
    figures: ReportFigures,
    words: Wording,
    sheets: tuple[Sheet, ...] = SHEETS,
    edits: Mapping[str, str] | None = None,
) -> bytes:
    """Return the workbook's bytes; the same figures give the same bytes.

    Args:
        figures: The figures of the period.
        words: The words of the sheets.
        sheets: What writes the sheets, in their order.
        edits: What people wrote in the place of the paper's sentences, by key.

    """
    buffer = BytesIO()
    with Workbook(buffer, {"in_memory": True}) as workbook:
        made = figures.method.generated_at.astimezone(VIETNAM).replace(tzinfo=None)
        title = words.say("Báo cáo thông tin trên mạng %(period)s", period=words.period(figures.period))
        workbook.set_properties({"title": title, "created": made})
        book = Book(workbook, figures, words, edits)
        for write in sheets:
            write(book)
    return buffer.getvalue()
