"""CSV as spreadsheets and export tools write it; a stray quote costs its own record and no more."""

import csv
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from io import StringIO
from itertools import islice
from typing import TextIO

from monitor.collectors.files.base import (
    BAD_BYTES,
    BROKEN_QUOTES,
    MAX_RECORD_CHARACTERS,
    Line,
    Refusal,
    excerpt_of,
    numbered_lines,
)
from monitor.collectors.files.table import TableReader, TableRow, header_place, table_reader
from monitor.errors import ImportRefused

DELIMITERS = (",", ";", "\t", "|")
_NO_DELIMITER = "\x1f"  # a file of one column has none: commas in its texts are part of them
_MAX_RECORD_LINES = 1_000
_PROBED_RECORDS = 40
_COLUMNS_PARTED = 2  # a delimiter stands between two at least
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_RUN = re.compile(r"\w+")


def detect_csv(head: str, wanted: Collection[str] = ()) -> TableReader:
    """Find out the delimiter and the columns from the beginning of a file.

    Args:
        head: The decoded beginning, whole lines or not.
        wanted: Columns that a person named.

    Raises:
        ImportRefused: When there is no first row that names columns.

    """
    hint = _EXCEL_HINT.match(head)
    best, best_score = _reader(_probe(head, _NO_DELIMITER), None, wanted), 0.0
    for delimiter in hint[1] if hint else DELIMITERS:
        rows = _probe(head, delimiter)
        place = header_place(rows, wanted)
        if not rows or len(rows[place]) < _COLUMNS_PARTED:
            continue
        width, rest = len(rows[place]), rows[place + 1 :]
        score = width * (1 + sum(len(row) == width for row in rest)) / (1 + len(rest))
        if score > best_score:
            best, best_score = _reader(rows, delimiter, wanted), score
    if best is None:
        raise ImportRefused("the file has no first row that names the columns: add one, e.g. id,text,published_at")
    return best


def _reader(rows: Sequence[Sequence[str]], delimiter: str | None, wanted: Collection[str]) -> TableReader | None:
    parse = partial(_csv_rows, delimiter or _NO_DELIMITER)
    return table_reader(parse, rows, wanted, delimiter) if rows else None


def _csv_rows(delimiter: str, stream: TextIO, width: int) -> Iterator[TableRow | Refusal]:
    rows = _Rows(numbered_lines(stream), delimiter, width)
    rows.skip_excel_hint()
    yield from rows


def _probe(head: str, delimiter: str) -> list[Sequence[str]]:
    rows = _csv_rows(delimiter, StringIO(head, newline=""), 0)
    filled = (row.values for row in rows if isinstance(row, TableRow) and any(value.strip() for value in row.values))
    return list(islice(filled, _PROBED_RECORDS))


class _Rows:
    """Joins physical lines to rows. A row that cannot be right is given up, and reading goes on at its next line."""

    def __init__(self, lines: Iterator[Line], delimiter: str, width: int) -> None:
        # The library's limit of 131,072 characters a field is the process's own; ours is the larger one of a record.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD_CHARACTERS))
        self._source = lines
        self._waiting: deque[Line] = deque()
        self._delimiter = delimiter
        self._width = width

    def skip_excel_hint(self) -> None:
        """Leave out the line `sep=;` with which some spreadsheets begin; stray bytes in the first line are left out."""
        for line in self._lines():
            if line.problem == BAD_BYTES:
                line = Line(line.number, line.text.encode(errors="ignore").decode())  # noqa: PLW2901  only this line is mended
            if not _EXCEL_HINT.fullmatch(line.text):
                self._waiting.appendleft(line)
            return

    def __iter__(self) -> Iterator[TableRow | Refusal]:
        for line in self._lines():
            if line.problem:
                yield line.refused(line.problem)
            elif line.text.strip("\r\n"):
                yield self._row(line)

    def _lines(self) -> Iterator[Line]:
        while True:
            line = self._waiting.popleft() if self._waiting else next(self._source, None)
            if line is None:
                return
            yield line

    def _row(self, first: Line) -> TableRow | Refusal:
        pulled: list[Line] = []
        try:
            values = self._parse(first, pulled.append)
        except csv.Error:
            values = None
        shape = _shape(first.text, self._delimiter)
        if values is not None and not any(self._swallowed(line.text, shape) for line in pulled):
            return TableRow(first.number, values, excerpt_of(first.text))
        # Lines that cannot begin a record belong to the broken one; from the first that can, reading goes on.
        while pulled and not self._may_begin(pulled[0], shape):
            pulled.pop(0)
        self._waiting.extendleft(reversed(pulled))
        return first.refused(BROKEN_QUOTES)

    def _parse(self, first: Line, pulled: Callable[[Line], None]) -> list[str]:
        """Read one row, which may go on over several lines; each further line is reported to `pulled`."""

        def texts() -> Iterator[str]:
            yield first.text
            left = MAX_RECORD_CHARACTERS - len(first.text)
            for line in islice(self._lines(), _MAX_RECORD_LINES):
                pulled(line)
                left -= len(line.text)
                if line.problem or left < 0:
                    return
                yield line.text

        return next(csv.reader(texts(), delimiter=self._delimiter, strict=True), [])

    def _swallowed(self, text: str, shape: str) -> bool:
        """Tell whether a line inside a row is a record of its own, caught between two stray quotes."""
        return "9" in shape and _shape(text, self._delimiter) == shape and self._stands_alone(text)

    def _may_begin(self, line: Line, shape: str) -> bool:
        if line.problem or "9" not in shape or _shape(line.text, self._delimiter) == shape:
            return True
        return self._stands_alone(line.text)

    def _stands_alone(self, text: str) -> bool:
        try:
            values = next(csv.reader([text], delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            return False
        return len(values) == self._width


def _shape(text: str, delimiter: str) -> str:
    """Describe a line's first value: `p-104` and `p-7` are both `a-9`. Identifiers of one file mostly look alike."""
    first = text.partition(delimiter)[0].strip('"\r\n')
    return _RUN.sub(lambda run: "9" if any(map(str.isdigit, run[0])) else "a", first)
