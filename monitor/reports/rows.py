"""The tables of a report as rows for programs: CSV, JSON lines and Parquet, with a named schema version."""

from io import BytesIO
from typing import Final

from monitor.collectors.files.row_files import Kind, Row, Value, open_writer, plain
from monitor.reports.blocks import Key
from monitor.reports.figures import SCHEMA, ReportFigures
from monitor.reports.report_tables import TABLES
from monitor.reports.wording import Wording

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


def render_rows(name: str, figures: ReportFigures, words: Wording) -> bytes:
    """Return the rows as a file: of JSON lines a line a row, of CSV and Parquet a row a cell.

    Args:
        name: One of `row_files.ROW_FORMATS`.
        figures: The figures of the period.
        words: The words of the texts in them.

    Raises:
        NotReady: Parquet is wanted, and its extra is not installed.

    """
    buffer = BytesIO()
    writer = open_writer(name, buffer, _TYPED_CELL if name == "parquet" else _CELL, SCHEMA)
    for table in (make(figures, words) for _, make in TABLES):
        for number, cells in enumerate(table.rows, start=1):
            about: Row = {"schema": SCHEMA, "period": str(figures.period), "table": table.name, "row": number}
            values = {
                column.name: cell.code if isinstance(cell, Key) else cell
                for column, cell in zip(table.columns, cells, strict=True)
            }
            if name == "jsonl":
                writer.write([{**about, **values}])
            else:
                writer.write([{**about, "column": column, **_cell(name, value)} for column, value in values.items()])
    writer.finish()
    return buffer.getvalue()


def _cell(name: str, value: Value) -> Row:
    if name == "csv":
        return {"value": value}
    text = None if value is None else str(plain(value))
    return {"value": text, "number": float(value) if isinstance(value, int | float) else None}
