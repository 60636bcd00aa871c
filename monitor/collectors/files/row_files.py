"""Files of rows for programs: CSV, JSON lines and Parquet. All three hold the same rows, and the same bytes each time.

A file is written a few rows at a time, so that memory does not grow with their number. CSV has a byte order mark, and
what a spreadsheet would take for a formula gets a `'`. Parquet needs the `parquet` extra.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from io import TextIOWrapper
from typing import IO, Any, Final, Protocol

from monitor.clock import VIETNAM
from monitor.errors import NotReady

BOM: Final = "\ufeff"  # without it Excel reads the file in the old encoding of its country
ROW_FORMATS: Final = ("csv", "jsonl", "parquet")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_ROWS_IN_GROUP: Final = 10_000  # of Parquet: they stand in memory together
Value = str | int | float | bool | date | datetime | None
Row = Mapping[str, Value]


class Kind(Enum):
    """What the values of a column are."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    TRUTH = "truth"
    MOMENT = "moment"


Columns = Mapping[str, Kind]


class RowWriter(Protocol):
    """Writes rows into a file; `finish` must be called at the end."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        ...

    def finish(self) -> None:
        """Write what is still held back; the file stays open."""
        ...


def open_writer(name: str, file: IO[bytes], columns: Columns, schema: str) -> RowWriter:
    """Begin a file of rows.

    Args:
        name: One of ROW_FORMATS.
        file: An empty file.
        columns: The columns and what they hold; JSON lines may leave some out or have others.
        schema: The name of the schema with its version.

    Raises:
        NotReady: Parquet is wanted, and its extra is not installed.

    """
    if name == "parquet":
        return ParquetRows(file, columns, schema)
    return CsvRows(file, columns) if name == "csv" else JsonLines(file)


def plain(value: Value) -> Value:
    """Return a value as text files hold it: a time is given in ISO 8601 with the offset of Việt Nam."""
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def without_formula(value: Value) -> Value:
    """Put a `'` before a text that begins like a formula, as OWASP advises against CSV injection; numbers stay."""
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(_FORMULA):
        return f"'{value}"
    return value


class CsvRows:
    """Writes CSV (RFC 4180); nothing stands where there is no value, and truth is `true` or `false`.

    Args:
        file: The file.
        columns: Its columns.

    """

    def __init__(self, file: IO[bytes], columns: Columns) -> None:
        self._text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        self._text.write(BOM)
        self._names = list(columns)
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow(self._names)

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows, a line each."""
        self._writer.writerows([_csv_value(row[name]) for name in self._names] for row in rows)

    def finish(self) -> None:
        """Leave the file to its owner."""
        self._text.detach()


def _csv_value(value: Value) -> Value:
    return str(value).lower() if isinstance(value, bool) else without_formula(plain(value))


class JsonLines:
    """Writes a JSON object a line.

    Args:
        file: The file.

    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows, a line each."""
        for row in rows:
            line = json.dumps({name: plain(value) for name, value in row.items()}, ensure_ascii=False)
            self._file.write(f"{line}\n".encode())

    def finish(self) -> None:
        """Do nothing: each line is whole."""


class ParquetRows:
    """Writes Parquet; times are instants that are shown in the time zone of Việt Nam.

    Args:
        file: The file.
        columns: Its columns with their types.
        schema: The name of the schema, which also stands in the file's metadata.

    """

    def __init__(self, file: IO[bytes], columns: Columns, schema: str) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415  an extra
            import pyarrow.parquet as pq  # noqa: PLC0415
        except ImportError as error:
            raise NotReady("Parquet needs a library that is missing (pyarrow): install the `parquet` extra") from error
        types: Mapping[Kind, Any] = {
            Kind.TEXT: pa.string(),
            Kind.INTEGER: pa.int64(),
            Kind.NUMBER: pa.float64(),
            Kind.TRUTH: pa.bool_(),
            Kind.MOMENT: pa.timestamp("us", tz=str(VIETNAM)),
        }
        named = [(name, types[kind]) for name, kind in columns.items()]
        self._schema = pa.schema(named, metadata={"schema": schema})
        self._batch = pa.RecordBatch
        self._writer = pq.ParquetWriter(file, self._schema)
        self._waiting: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        """Take some rows; they are written when a group is full."""
        self._waiting += rows
        if len(self._waiting) >= _ROWS_IN_GROUP:
            self._flush()

    def finish(self) -> None:
        """Write the last group and the end of the file."""
        if self._waiting:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_batch(self._batch.from_pylist(self._waiting, self._schema))
        self._waiting = []
