"""The weekly report as a workbook. Text is always written as text: a post that begins with "=" is no formula."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from monitor.clock import VIETNAM
from monitor.reports import charts, summary, tables, wording
from monitor.reports.figures import WeekFigures
from monitor.reports.quotes import Quote
from monitor.reports.tables import Cell, CellType, Column, Table

_GRID: Final = {"valign": "top", "border": 1, "border_color": "#D5DCE4"}
_TEXT: Final = {"text_wrap": True, "quote_prefix": True}
_COLUMN: Final = {"bold": True, "bg_color": "#E6EDF4", "text_wrap": True, "valign": "vcenter", "border": 1}
_AMOUNTS: Final = (CellType.COUNT, CellType.CHANGE, CellType.SHARE)
_FORMATS: Final[Mapping[str, Mapping[str, Any]]] = {
    "title": {"bold": True, "font_size": 16, "font_color": "#17436A", "quote_prefix": True},
    "heading": {"bold": True, "font_size": 12, "font_color": "#17436A", "quote_prefix": True},
    "gloss": {"italic": True, "font_color": "#667180", "quote_prefix": True},
    "line": {"quote_prefix": True},
    "sentence": {"valign": "top", **_TEXT},
    "caution": {"valign": "top", "bg_color": "#FFF6E0", **_TEXT},
    "column": _COLUMN | {"align": "left"},
    "amount": _COLUMN | {"align": "right", "indent": 1},
    CellType.TEXT.value: _GRID | _TEXT,
    CellType.COUNT.value: _GRID | {"num_format": "#,##0", "align": "right", "indent": 1},
    CellType.CHANGE.value: _GRID | {"num_format": "+#,##0;-#,##0;0", "align": "right", "indent": 1},
    CellType.SHARE.value: _GRID | {"num_format": "0.0%", "align": "right", "indent": 1},
    CellType.DAY.value: _GRID | {"num_format": "dd/mm/yyyy", "align": "left"},
    CellType.MOMENT.value: _GRID | {"num_format": "dd/mm/yyyy hh:mm", "align": "left"},
}
_QUOTE_COLUMNS: Final = (
    Column("Nhãn", CellType.TEXT, 18),
    Column("Lời trích (đã che thông tin cá nhân)", CellType.TEXT, 64),
    Column("Nguồn", CellType.TEXT, 22),
    Column("Thời gian", CellType.MOMENT, 18),
    Column("Điểm của máy", CellType.SHARE, 14),
    Column("Tình trạng", CellType.TEXT, 18),
    Column("Bài giống", CellType.COUNT, 11),
    Column("Lưu ý", CellType.TEXT, 22),
    Column("Bàn xem xét", CellType.TEXT, 14),
)
_ABOUT: Final[Mapping[str, str]] = {
    "hour": "giờ đăng chỉ là khoảng chừng",
    "day": "chỉ biết khoảng ngày đăng",
}


class Book:
    """Writes the sheets of one workbook.

    Args:
        workbook: The workbook to write into.
        figures: The figures that its sheets show.

    """

    def __init__(self, workbook: Workbook, figures: WeekFigures) -> None:
        self._workbook = workbook
        self.figures = figures
        self._formats = {name: workbook.add_format(dict(values)) for name, values in _FORMATS.items()}
        self._bold = {
            cell_type: workbook.add_format(dict(_FORMATS[cell_type.value]) | {"bold": True, "top": 2})
            for cell_type in CellType
        }

    def overview(self) -> None:
        """Write title, sentences and totals."""
        sheet = self._sheet("Tổng hợp")
        table = tables.totals(self.figures)
        lines = [
            (summary.title(self.figures.week), "title"),
            (summary.SUBJECT, "line"),
            (summary.span(self.figures.week), "line"),
            (f"Lập lúc {wording.moment(self.figures.method.generated_at)}", "gloss"),
        ]
        last = len(table.columns) - 1
        row = 0
        for text, style in lines:
            self._text(sheet, row, 0, text, style)
            row += 1
        self._text(sheet, row + 1, 0, "Tóm tắt", "heading")
        row += 2
        for sentence in summary.sentences(self.figures):
            self._merged(sheet, row, last, sentence, "sentence", characters=90)
            row += 1
        self._table(sheet, row + 1, table)

    def table_sheet(self, name: str, *shown: Table, empty: str = "") -> None:
        """Write tables below each other; the header of the first one stays visible."""
        sheet = self._sheet(name)
        row = 0
        for table in shown:
            below = self._table(sheet, row, table)
            if row == 0:
                sheet.freeze_panes(3, 1)
            if not table.rows and empty:
                self._text(sheet, below, 0, empty, "sentence")
            row = below + 2

    def days(self) -> None:
        """Write the seven days with a chart that Excel draws itself."""
        sheet = self._sheet("Theo ngày")
        table = tables.days(self.figures)
        below = self._table(sheet, 0, table)
        sheet.freeze_panes(3, 1)
        chart = self._workbook.add_chart({"type": "column", "subtype": "stacked"})
        first, last = 3, 2 + len(table.rows)
        for position, label in enumerate(self.figures.label_names):
            column = 2 + position
            chart.add_series(
                {
                    "name": ["Theo ngày", 2, column],
                    "categories": ["Theo ngày", first, 0, last, 0],
                    "values": ["Theo ngày", first, column, last, column],
                    "fill": {"color": charts.colour_of(label, position)},
                    "gap": 60,
                }
            )
        chart.set_title({"name": "Số gợi ý theo ngày và nhãn", "name_font": {"size": 12}})
        chart.set_x_axis({"num_format": "dd/mm", "text_axis": True})
        chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#D5DCE4"}}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 720, "height": 320})
        sheet.insert_chart(below + 1, 0, chart, {"description": "Số gợi ý theo ngày và nhãn"})

    def quotes(self) -> None:
        """Write the quoted posts, with the caution above them."""
        sheet = self._sheet("Bài nổi bật")
        self._merged(sheet, 0, len(_QUOTE_COLUMNS) - 1, summary.CAUTION, "caution", characters=200)
        self._header(sheet, 1, _QUOTE_COLUMNS)
        sheet.freeze_panes(2, 1)
        sheet.repeat_rows(1)
        found = [quote for group in self.figures.quotes for quote in group.quotes]
        for row, quote in enumerate(found, start=2):
            self._cells(sheet, row, _quote_cells(quote), _QUOTE_COLUMNS)
        if found:
            sheet.autofilter(1, 0, 1 + len(found), len(_QUOTE_COLUMNS) - 1)
        else:
            self._text(sheet, 2, 0, "Không có bài nào để trích.", "sentence")

    def notes(self) -> None:
        """Write the notes on method and limits."""
        sheet = self._sheet("Ghi chú")
        columns = (
            Column("Ghi chú về phương pháp và giới hạn", CellType.TEXT, 34),
            Column("Nội dung", CellType.TEXT, 100),
        )
        self._header(sheet, 0, columns)
        sheet.freeze_panes(1, 0)
        for row, pair in enumerate(summary.notes(self.figures), start=1):
            self._cells(sheet, row, pair, columns)

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._workbook.add_worksheet(name)
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer('&L&"Arial"&8' + summary.title(self.figures.week) + "&R&8&P / &N")
        return sheet

    def _table(self, sheet: Worksheet, row: int, table: Table) -> int:
        """Write a table with its headings; returns the row below it."""
        self._text(sheet, row, 0, table.heading, "heading")
        self._text(sheet, row + 1, 0, table.gloss, "gloss")
        self._header(sheet, row + 2, table.columns)
        for offset, cells in enumerate(table.rows):
            self._cells(sheet, row + 3 + offset, cells, table.columns)
        below = row + 3 + len(table.rows)
        if table.total is None:
            return below
        self._cells(sheet, below, table.total, table.columns, bold=True)
        return below + 1

    def _header(self, sheet: Worksheet, row: int, columns: tuple[Column, ...]) -> None:
        for number, column in enumerate(columns):
            self._text(sheet, row, number, column.heading, "amount" if column.cell_type in _AMOUNTS else "column")
            sheet.set_column(number, number, column.width)

    def _cells(
        self, sheet: Worksheet, row: int, cells: tuple[Cell, ...], columns: tuple[Column, ...], *, bold: bool = False
    ) -> None:
        for number, (cell, column) in enumerate(zip(cells, columns, strict=True)):
            style = self._bold[column.cell_type] if bold else self._formats[column.cell_type.value]
            if isinstance(cell, datetime):
                sheet.write_datetime(row, number, cell.astimezone(VIETNAM).replace(tzinfo=None), style)
            elif isinstance(cell, date):
                sheet.write_datetime(row, number, cell, style)
            elif isinstance(cell, int | float):
                sheet.write_number(row, number, cell, style)
            else:
                sheet.write_string(row, number, cell or "–", style)

    def _text(self, sheet: Worksheet, row: int, column: int, text: str, style: str) -> None:
        sheet.write_string(row, column, text, self._formats[style])

    def _merged(self, sheet: Worksheet, row: int, last: int, text: str, style: str, *, characters: int) -> None:
        """Write a text over merged columns."""
        # Excel computes no row height for merged cells.
        sheet.merge_range(row, 0, row, last, "", self._formats[style])
        self._text(sheet, row, 0, text, style)
        sheet.set_row(row, 16 * -(-len(text) // characters))


def _labels(book: Book) -> None:
    book.table_sheet("Theo nhãn", tables.states(book.figures), tables.decisions(book.figures))


def _sources(book: Book) -> None:
    book.table_sheet("Theo nguồn", tables.sources(book.figures))


def _problems(book: Book) -> None:
    empty = "Không ghi nhận nguồn nào gặp trục trặc trong tuần."
    book.table_sheet("Thu thập", tables.source_problems(book.figures), empty=empty)


Sheet = Callable[[Book], None]  # writes one sheet
SHEETS: Final[tuple[Sheet, ...]] = (Book.overview, _labels, _sources, Book.days, Book.quotes, _problems, Book.notes)


def write_xlsx(figures: WeekFigures, path: Path) -> None:
    """Write the workbook.

    Raises:
        OSError: When the file cannot be written.

    """
    path.write_bytes(render_xlsx(figures))


def render_xlsx(figures: WeekFigures, sheets: tuple[Sheet, ...] = SHEETS) -> bytes:
    """Return the workbook's bytes; the same figures give the same bytes.

    Args:
        figures: The figures of the week.
        sheets: What writes the sheets, in their order.

    """
    buffer = BytesIO()
    with Workbook(buffer, {"in_memory": True}) as workbook:
        made = figures.method.generated_at.astimezone(VIETNAM).replace(tzinfo=None)
        workbook.set_properties({"title": summary.title(figures.week), "created": made})
        book = Book(workbook, figures)
        for write in sheets:
            write(book)
    return buffer.getvalue()


def _quote_cells(quote: Quote) -> tuple[Cell, ...]:
    remarks = [
        "" if quote.at_is_published else "thời gian là lúc thấy lần đầu",
        _ABOUT.get(quote.precision or "", ""),
        "bài đã được sửa sau đó" if quote.edited else "",
    ]
    return (
        wording.label_name(quote.label),
        summary.REMOVED if quote.text is None else quote.text,
        quote.source,
        quote.at,
        wording.whole(quote.probability),
        wording.STATES[quote.state],
        quote.copies,
        "; ".join(filter(None, remarks)),
        quote.desk_path,
    )
