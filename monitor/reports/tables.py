"""The tables of a report. Each format only writes their cells, so that all formats hold the same numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple, TypeVar

from monitor.reports.comparison import Comparison
from monitor.reports.periods import Unit
from monitor.reports.wording import NOTHING, TRENDS, Wording, capitalised, day


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
    """A column: its name for programs, its heading for people; `width` is in characters, for formats that need one."""

    name: str
    heading: str
    cell_type: CellType = CellType.COUNT
    width: int = 13


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `name` for programs, `shows` says what it shows, and `empty` that it has no rows."""

    name: str
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""
    shows: str = ""


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
    return words.language.decimal(cell) if cell_type is CellType.DECIMAL else words.language.number(int(cell))


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


def compared_columns(words: Wording, unit: Unit) -> tuple[Column, ...]:
    """Return the columns beside a count: its interval, the period before, the mean of four, and what can be said."""
    say = words.language.say
    return (
        Column("low", say("95%: từ"), CellType.DECIMAL, 9),
        Column("high", say("95%: đến"), CellType.DECIMAL, 9),
        Column("previous", words.previous_period(unit)),
        Column("trend", say("So với kỳ trước"), CellType.TEXT, 22),
        Column("mean", say("Trung bình bốn kỳ"), CellType.DECIMAL),
        Column("trend_of_mean", say("So với trung bình"), CellType.TEXT, 22),
    )


def compared_cells(found: Comparison, words: Wording) -> tuple[Cell, ...]:
    """Return the cells of these columns."""
    return (
        found.low,
        found.high,
        found.previous.confirmed if found.previous else None,
        Key(found.trend.value, words.name(TRENDS, found.trend)),
        found.mean,
        Key(found.trend_of_mean.value, words.name(TRENDS, found.trend_of_mean)),
    )
