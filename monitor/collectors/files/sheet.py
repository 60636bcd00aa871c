"""The rows of a sheet as records; each line of the stream is a row, as `workbook.sheet_lines` writes it."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import TextIO

from monitor.collectors.files.base import (
    MOST_COLUMNS,
    NOT_JSON,
    WRONG_WIDTH,
    Record,
    Refusal,
    excerpt_of,
    numbered_lines,
)
from monitor.collectors.files.header import SEARCHED_ROWS, above_header, distinct, header_place
from monitor.errors import ImportRefused

TOO_WIDE = f"row of more than {MOST_COLUMNS:,} columns"


@dataclass(frozen=True, slots=True)
class SheetReader:
    """Reads the records of a sheet.

    Args:
        columns: The names of the row that names the columns, made distinct.
        header_row: The number of that row.
        above: How many rows that are not blank stand above it.

    """

    columns: tuple[str, ...]
    header_row: int
    above: int = 0
    delimiter: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the table."""
        return above_header(self.above)

    def records(self, stream: TextIO) -> Iterator[Record | Refusal]:
        """Give one item for each row that is not blank, numbered as the sheet numbers it."""
        for item in _rows(stream):
            if isinstance(item, Refusal):
                yield item
            elif item.number > self.header_row:
                yield self._record(item)

    def _record(self, row: "_Row") -> Record | Refusal:
        if len(row.cells) > MOST_COLUMNS:
            return Refusal(row.number, TOO_WIDE, row.excerpt)
        if any(cell.strip() for cell in row.cells[len(self.columns) :]):
            return Refusal(row.number, WRONG_WIDTH, row.excerpt)
        return Record(row.number, dict(zip(self.columns, row.cells, strict=False)), row.excerpt)


def detect_sheet(head: str, wanted: Collection[str] = ()) -> SheetReader:
    """Find out the columns from the first rows of a sheet.

    Args:
        head: The beginning of its lines; the last one may be cut.
        wanted: Columns that a person named.

    Raises:
        ImportRefused: When there is no row.

    """
    rows = [row for row in islice(_rows(StringIO(head, newline="")), SEARCHED_ROWS) if isinstance(row, _Row)]
    if not rows:
        raise ImportRefused("its first sheet has no row that names the columns: add one, e.g. id,text,published_at")
    place = header_place([row.cells for row in rows], wanted)
    return SheetReader(distinct(rows[place].cells[:MOST_COLUMNS]), rows[place].number, place)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: list[str]
    excerpt: str


def _rows(stream: TextIO) -> Iterator[_Row | Refusal]:
    number = 0
    for line in numbered_lines(stream):
        if line.problem:
            yield Refusal(number + 1, line.problem, line.excerpt)
            continue
        try:
            number, *cells = json.loads(line.text)
        except ValueError:  # the beginning of a sheet that was cut for a look
            yield Refusal(number + 1, NOT_JSON, line.excerpt)
            continue
        yield _Row(number, cells, excerpt_of(" | ".join(cells)))
