"""The blocks of which a report consists. Each format only draws them, so that all formats hold the same numbers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum, StrEnum
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from monitor.reports.drawing import Chart
from monitor.reports.wording import NOTHING, Wording, capitalised, day


class Key(NamedTuple):
    """A cell that names something: as it is stored, for programs, and as people read it."""

    code: str
    text: str


Cell = Key | str | int | float | date | datetime | None


class CellType(Enum):
    """The type of the cells of a column; it decides their format and alignment."""

    TEXT = "text"
    COUNT = "count"
    DECIMAL = "decimal"
    SHARE = "share"
    DAY = "day"
    MOMENT = "moment"


Item = TypeVar("Item")
AMOUNTS = (CellType.COUNT, CellType.DECIMAL, CellType.SHARE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Args:
        name: Its name for programs.
        heading: Its heading for people.
        cell_type: The type of its cells.
        width: In characters, for formats that need one.
        value: What it shows of an item; None: the item's attribute of the column's name.

    """

    name: str
    heading: str
    cell_type: CellType = CellType.COUNT
    width: int = 13
    value: Callable[[Any], Cell] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `name` for programs, `shows` says what it shows, and `empty` that it has no rows."""

    name: str
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""
    shows: str = ""


def filled(
    name: str, heading: str, columns: Sequence[Column], items: Iterable[object], *, shows: str = "", empty: str = ""
) -> Table:
    """Make a table with a row an item; a text without a letter is an empty cell."""
    values = [column.value or attrgetter(column.name) for column in columns]
    rows = tuple(tuple(None if (cell := value(item)) == "" else cell for value in values) for item in items)
    return Table(name, heading, tuple(columns), rows, empty, shows)


def numbered(table: Table, words: Wording) -> Table:
    """Put the numbers of the rows before them."""
    rows = tuple((number, *row) for number, row in enumerate(table.rows, start=1))
    return replace(table, columns=(Column("number", words.say("STT"), width=6), *table.columns), rows=rows)


def shown(cell: Cell, cell_type: CellType, words: Wording) -> str:
    """Return a cell as text; an empty one is a dash."""
    if isinstance(cell, Key):
        return cell.text or NOTHING
    if isinstance(cell, datetime):
        return words.moment(cell)
    if isinstance(cell, date):
        return f"{capitalised(words.weekday(cell))}, {day(cell)}"
    if cell is None or isinstance(cell, str):
        return cell or NOTHING
    if cell_type is CellType.SHARE:
        return words.share(cell)
    return words.decimal(cell) if cell_type is CellType.DECIMAL else words.number(int(cell))


def for_paper(table: Table, kept: Iterable[str] = (), left_out: Iterable[str] = ()) -> Table:
    """Leave out the columns that say nothing in any row, counts of 0 too; `kept` and `left_out` name others."""
    stay, go = set(kept), set(left_out)
    numbers = [
        number
        for number, column in enumerate(table.columns)
        if column.name not in go and (column.name in stay or _says(table, number, column))
    ]
    rows = tuple(_picked(row, numbers) for row in table.rows)
    return replace(table, columns=_picked(table.columns, numbers), rows=rows)


def _says(table: Table, number: int, column: Column) -> bool:
    cells = [row[number] for row in table.rows]
    return any(cells) if column.cell_type in AMOUNTS else any(cell is not None for cell in cells)


def _picked(items: Sequence[Item], numbers: Sequence[int]) -> tuple[Item, ...]:
    return tuple(items[number] for number in numbers)


class Style(StrEnum):
    """How a paragraph stands on the page."""

    BODY = "body"
    QUOTE = "quote"
    SMALL = "small"
    LEAD = "lead"  # small, and not parted from what follows


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a part, as `I. ĐIỂM CHÍNH` (level 1) or `1. Theo nguồn` (level 2)."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: str
    style: Style = Style.BODY


@dataclass(frozen=True, slots=True)
class Appendix:
    """The beginning of the appendix, on a page of its own."""

    title: str
    subtitle: str
    attached: str


Block = Heading | Paragraph | Table | Chart | Appendix
