"""The tables of a report as rows for programs: CSV and JSON lines with the same rows and a named schema version."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from typing import Final, NamedTuple

from monitor.reports.figures import SCHEMA, ReportFigures
from monitor.reports.language import Language
from monitor.reports.tables import Cell, Key
from monitor.reports.wording import Wording
from monitor.reports.xlsx import TABLES

BOM: Final = "\ufeff"  # without it Excel reads the file in the old encoding of its country
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_HEAD: Final = ("schema", "period", "table", "row", "column", "value")
Value = str | int | float | None


class TableRow(NamedTuple):
    """One row of one table: its number from 1, and its values by column."""

    table: str
    number: int
    values: dict[str, Value]


def table_rows(figures: ReportFigures, language: Language) -> Iterator[TableRow]:
    """Yield the rows of all tables; what is named is given as it is stored, times in ISO 8601."""
    words = Wording(language)
    for _, make in TABLES:
        table = make(figures, words)
        for number, cells in enumerate(table.rows, start=1):
            pairs = zip(table.columns, cells, strict=True)
            yield TableRow(table.name, number, {column.name: _value(cell) for column, cell in pairs})


def _value(cell: Cell) -> Value:
    if isinstance(cell, Key):
        return cell.code
    return cell.isoformat() if isinstance(cell, date | datetime) else cell


def render_jsonl(figures: ReportFigures, language: Language) -> bytes:
    """Return the rows as JSON lines."""
    lines = [
        json.dumps(
            {"schema": SCHEMA, "period": str(figures.period), "table": row.table, "row": row.number, **row.values},
            ensure_ascii=False,
        )
        for row in table_rows(figures, language)
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def render_csv(figures: ReportFigures, language: Language) -> bytes:
    """Return the rows as CSV (RFC 4180), a line a cell; what a spreadsheet would take for a formula gets a `'`."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(_HEAD)
    for row in table_rows(figures, language):
        for column, value in row.values.items():
            writer.writerow((SCHEMA, str(figures.period), row.table, row.number, column, without_formula(value)))
    return (BOM + buffer.getvalue()).encode()


def without_formula(value: Value) -> Value:
    """Put a `'` before a text that begins like a formula, as OWASP advises against CSV injection; numbers stay."""
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(_FORMULA):
        return f"'{value}"
    return value
