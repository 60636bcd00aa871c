"""Tables: which of their first rows names the columns, and their rows as records."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TextIO, TypeAlias

from monitor.collectors.files.base import (
    MOST_BLANK_LINES,
    MOST_COLUMNS,
    TOO_MANY_BLANK,
    TOO_WIDE,
    WRONG_WIDTH,
    Record,
    Refusal,
    excerpt_of,
    numbered_lines,
)
from monitor.collectors.files.mapping import FIELDS, column_key, known_names, position

SEARCHED_ROWS = 20
_SHORTEST = 2  # a row of one value is the end of another one's text
_SURE = 2  # names of columns that are known; one alone may be a word of a title


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it stands in the file: where it begins, its values, and how it begins."""

    line: int
    values: Sequence[str]
    excerpt: str = ""


Rows: TypeAlias = Callable[[TextIO, int], Iterator[TableRow | Refusal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReader:
    """Reads the records of a table.

    Args:
        rows: Gives the rows of a stream, given how many values they have.
        header: The names of the columns, made distinct.
        above: How many rows that are not blank stand above that which names the columns; None when none does.
        least: How many values a row has at least; those that are missing at its end are empty.
        delimiter: What stands between two values; None in a workbook and in a file of one column.

    """

    rows: Rows
    header: tuple[str, ...]
    above: int | None
    least: int = 0
    delimiter: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that are read."""
        return self.header[:MOST_COLUMNS]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the table."""
        notes = []
        if self.above is None:
            notes.append("no row names the columns: the first row is read as a record")
        elif self.above:
            rows = "row stands" if self.above == 1 else "rows stand"
            notes.append(f"{self.above} {rows} above the one that names the columns")
        if len(self.header) > MOST_COLUMNS:
            notes.append(f"only the first {MOST_COLUMNS:,} of its {len(self.header):,} columns are read")
        return tuple(notes)

    def records(self, stream: TextIO) -> Iterator[Record | Refusal]:
        """Give one item for each record that is not blank, in the file's order, without holding the file in memory."""
        left_above, blank = 0 if self.above is None else self.above + 1, 0
        for row in self.rows(stream, len(self.header)):
            if isinstance(row, Refusal):
                yield row
                continue
            blank = 0 if _is_filled(row.values) else blank + 1
            if blank > MOST_BLANK_LINES:
                yield Refusal(row.line, TOO_MANY_BLANK)
                return
            if blank:
                continue
            if left_above:
                left_above -= 1
            else:
                yield self._record(row)

    def _record(self, row: TableRow) -> Record | Refusal:
        width = len(self.header)
        if len(row.values) < self.least or _is_filled(row.values[width:]):
            return Refusal(row.line, WRONG_WIDTH, row.excerpt)
        beside = json.dumps(row.values[MOST_COLUMNS:width]) if width > MOST_COLUMNS else ""
        return Record(row.line, dict(zip(self.columns, row.values, strict=False)), row.excerpt, beside)


def table_reader(
    rows: Rows, head: Sequence[Sequence[str]], wanted: Collection[str] = (), delimiter: str | None = None
) -> TableReader:
    """Find out the columns of a table.

    Rows that mostly have more values than there are names have further columns without a name; where they mostly have
    fewer, the last columns are empty.

    Args:
        rows: Gives the rows of a stream; see `TableReader`.
        head: The first rows that are not blank; at least one.
        wanted: Columns that a person named. Where all are numbers or letters, as in `2` or `B`, and no row names
            columns that are known, all rows are records.
        delimiter: What stands between two values.

    """
    place = header_place(head, wanted)
    no_names = bool(wanted) and all(map(position, wanted)) and not known_in(head[place])
    above = None if no_names else place
    rest = head if no_names else head[place + 1 :]
    named = () if no_names else _without_empty_end(head[place])
    usual = Counter(len(row) for row in rest).most_common(1)
    filled = Counter(len(_without_empty_end(row)) for row in rest).most_common(1)
    width = max(len(named), filled[0][0] if filled else 1)
    header = distinct([*named, *[""] * (width - len(named))])
    least = min(len(named) or width, max(usual[0][0], _SHORTEST) if usual else width)
    return TableReader(rows=rows, header=header, above=above, least=least, delimiter=delimiter)


def header_place(rows: Sequence[Sequence[str]], wanted: Collection[str] = ()) -> int:
    """Return the place of the row that names the columns; the first where no other one is surer.

    A head of groups above the names (`Bài viết`, `Tương tác`) knows fewer of them than the names do.

    Args:
        rows: The first rows that are not blank.
        wanted: Columns that a person named: the row that has one of them is the header.

    """
    searched = rows[:SEARCHED_ROWS]
    wanted_keys = {column_key(column) for column in wanted if not position(column)} - {""}
    for place, row in enumerate(searched):
        if _keys(row) & wanted_keys:
            return place
    counts = [known_in(row) for row in searched]
    return counts.index(max(counts)) if counts and max(counts) >= _SURE else 0


def known_in(row: Sequence[str], wanted: Collection[str] = ()) -> int:
    """Count the names of columns in a row that are known, or that a person named."""
    known = {name for field in FIELDS for name in known_names(field)}
    return len(_keys(row) & (known | {column_key(column) for column in wanted}))


def distinct(header: Sequence[str]) -> tuple[str, ...]:
    """Name nameless columns by their place, and tell columns of one name apart."""
    names: dict[str, None] = {}
    for place, raw in enumerate(header, start=1):
        name = raw.strip() or f"column {place}"
        names[name if name not in names else f"{name} ({place})"] = None
    return tuple(names)


def sheet_reader(head: str, wanted: Collection[str] = ()) -> TableReader:
    """Find out the columns from the first rows of a sheet, one at least, as `workbook.sheet_lines` gives them."""
    # A cell may hold characters other than "\n" that `splitlines` takes for the end of a line.
    found = table_reader(_sheet_rows, [json.loads(line)[1:] for line in head.rstrip("\n").split("\n")], wanted)
    return replace(found, header=found.columns, least=0)


def _sheet_rows(stream: TextIO, _: int) -> Iterator[TableRow | Refusal]:
    number = 0
    for line in numbered_lines(stream):
        if line.problem:
            yield Refusal(number + 1, line.problem, line.excerpt)
            continue
        number, *cells = json.loads(line.text)
        excerpt = excerpt_of(" | ".join(cells))
        is_wide = len(cells) > MOST_COLUMNS
        yield Refusal(number, TOO_WIDE, excerpt) if is_wide else TableRow(number, cells, excerpt)


def _without_empty_end(row: Sequence[str]) -> Sequence[str]:
    width = len(row)
    while width > 1 and not row[width - 1].strip():
        width -= 1
    return row[:width]


def _is_filled(values: Sequence[str]) -> bool:
    return any(value.strip() for value in values)


def _keys(row: Sequence[str]) -> frozenset[str]:
    return frozenset(column_key(cell) for cell in row if cell.strip())
