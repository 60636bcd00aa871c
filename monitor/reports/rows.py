"""The tables of a report, and as rows for programs: CSV, JSON lines and Parquet, with a named schema version."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Final, NamedTuple

from monitor.catalogues import N_
from monitor.collectors.files.row_files import Kind, Row, Value, open_writer, plain
from monitor.reports import content_tables, count_tables
from monitor.reports.figures import SCHEMA, ReportFigures
from monitor.reports.tables import Cell, Key, Table
from monitor.reports.wording import Language, Wording

MakeTable = Callable[[ReportFigures, Wording], Table]
TABLES: Final[tuple[tuple[str, MakeTable], ...]] = (
    (N_("Số bài"), count_tables.posts),
    (N_("So sánh"), count_tables.labels),
    (N_("Vụ việc"), content_tables.cases),
    (N_("Nội dung lan truyền"), content_tables.claims),
    (N_("Đính chính"), content_tables.corrections),
    (N_("Bức xúc theo chủ đề"), content_tables.topics),
    (N_("Bức xúc theo địa bàn"), content_tables.places),
    (N_("Theo ngày"), count_tables.parts),
    (N_("Theo nguồn"), count_tables.sources),
    (N_("Trích dẫn"), content_tables.quotes),
    (N_("Xem xét"), count_tables.review),
    (N_("Xác suất"), count_tables.reliability),
    (N_("Chưa đọc được"), count_tables.problems),
)
"""The tables of a report with the names of their sheets; files of rows hold the same ones."""
_CELL: Final = {
    "schema": Kind.TEXT,
    "period": Kind.TEXT,
    "table": Kind.TEXT,
    "row": Kind.INTEGER,
    "column": Kind.TEXT,
    "value": Kind.TEXT,
}
_TYPED_CELL: Final = _CELL | {"number": Kind.NUMBER}
"""A column of Parquet has one type: a number stands as one beside its text."""


class TableRow(NamedTuple):
    """One row of one table: its number from 1, and its values by column."""

    table: str
    number: int
    values: dict[str, Value]


def table_rows(figures: ReportFigures, language: Language) -> Iterator[TableRow]:
    """Yield the rows of all tables; what is named is given as it is stored."""
    words = Wording(language)
    for _, make in TABLES:
        table = make(figures, words)
        for number, cells in enumerate(table.rows, start=1):
            pairs = zip(table.columns, cells, strict=True)
            yield TableRow(table.name, number, {column.name: _value(cell) for column, cell in pairs})


def _value(cell: Cell) -> Value:
    return cell.code if isinstance(cell, Key) else cell


def render_rows(name: str, figures: ReportFigures, language: Language) -> bytes:
    """Return the rows as a file: of JSON lines a line a row, of CSV and Parquet a row a cell.

    Args:
        name: One of `row_files.ROW_FORMATS`.
        figures: The figures of the period.
        language: The language of the texts in them.

    Raises:
        NotReady: Parquet is wanted, and its extra is not installed.

    """
    buffer = BytesIO()
    writer = open_writer(name, buffer, _TYPED_CELL if name == "parquet" else _CELL, SCHEMA)
    for row in table_rows(figures, language):
        about: Row = {"schema": SCHEMA, "period": str(figures.period), "table": row.table, "row": row.number}
        if name == "jsonl":
            writer.write([{**about, **row.values}])
        else:
            writer.write([{**about, "column": column, **_cell(name, value)} for column, value in row.values.items()])
    writer.finish()
    return buffer.getvalue()


def _cell(name: str, value: Value) -> Row:
    if name == "csv":
        return {"value": value}
    text = None if value is None else str(plain(value))
    return {"value": text, "number": float(value) if isinstance(value, int | float) else None}
