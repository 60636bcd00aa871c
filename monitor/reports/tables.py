"""The tables of a weekly report; each format only writes their cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from monitor.reports import wording
from monitor.reports.figures import DECISIONS, STATES, WeekFigures

Cell = str | int | float | date | datetime | None


class CellType(Enum):
    """The type of the cells of a column; it decides their format and alignment."""

    TEXT = "text"
    COUNT = "count"
    CHANGE = "change"
    SHARE = "share"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `width` is in characters, for formats that need one."""

    heading: str
    cell_type: CellType = CellType.COUNT
    width: int = 13


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a Vietnamese heading and an English explanation; `total` is the last row, if there is one."""

    heading: str
    gloss: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None


def shown(cell: Cell, cell_type: CellType) -> str:
    """Return a cell as text; an empty one is a dash."""
    if isinstance(cell, datetime):
        return wording.moment(cell)
    if isinstance(cell, date):
        return f"{wording.capitalised(wording.weekday(cell))}, {wording.day(cell)}"
    if cell is None or isinstance(cell, str):
        return cell or "–"
    if cell_type is CellType.SHARE:
        return wording.share(cell)
    return wording.change(int(cell)) if cell_type is CellType.CHANGE else wording.number(int(cell))


def totals(figures: WeekFigures) -> Table:
    """Return the totals beside those of the week before."""
    now, before = figures.totals, figures.previous
    lines = [
        ("Bài theo dõi đã thu thập", now.posts, before.posts),
        ("Bài đối chiếu đã thu thập", now.reference_posts, before.reference_posts),
        ("Bài được máy gợi ý xem xét", now.flagged_posts, before.flagged_posts),
    ]
    lines += [
        (f"Gợi ý: {wording.label_name(name)}", now.flags[name], before.flags[name]) for name in figures.label_names
    ]
    return Table(
        heading="Số liệu chung",
        gloss="Totals, beside the week before",
        columns=(
            Column("Chỉ tiêu", CellType.TEXT, 46),
            Column("Tuần này" if figures.method.complete else "Tuần này (chưa hết)"),
            Column("Tuần trước"),
            Column("Tăng, giảm", CellType.CHANGE),
        ),
        rows=tuple((name, this, last, this - last) for name, this, last in lines),
    )


def states(figures: WeekFigures) -> Table:
    """Return the flags of each label by state, with the precision."""
    rows = tuple(
        (
            wording.label_name(row.label),
            row.total,
            *(row.states[state] for state in STATES),
            row.reviewed,
            row.precision,
        )
        for row in figures.labels
    )
    return Table(
        heading="Gợi ý theo nhãn và kết quả xem xét",
        gloss="Flags by label and present state; precision counts confirmed among confirmed and rejected",
        columns=(
            Column("Nhãn", CellType.TEXT, 46),
            Column("Gợi ý"),
            *(Column(wording.STATES[state], width=16) for state in STATES),
            Column("Đã kết luận"),
            Column("Tỷ lệ gợi ý đúng", CellType.SHARE, 17),
        ),
        rows=rows,
    )


def decisions(figures: WeekFigures) -> Table:
    """Return the decisions taken in the week, also on posts of earlier weeks."""
    return Table(
        heading="Quyết định của cán bộ trong tuần",
        gloss="Decisions taken in the week, also on earlier posts",
        columns=(
            Column("Nhãn", CellType.TEXT, 46),
            *(Column(wording.DECISIONS[decision], width=18) for decision in DECISIONS),
        ),
        rows=tuple(
            (wording.label_name(row.label), *(row.decisions[decision] for decision in DECISIONS))
            for row in figures.labels
        ),
    )


def sources(figures: WeekFigures) -> Table:
    """Return posts and flags of each source, also of sources without posts."""
    return Table(
        heading="Theo nguồn",
        gloss="By source: posts read, posts flagged, flags by label",
        columns=(
            Column("Nguồn", CellType.TEXT, 34),
            Column("Vai trò", CellType.TEXT, 12),
            Column("Bài đã đọc"),
            Column("Bài được gợi ý", width=16),
            Column("Tỷ lệ", CellType.SHARE, 10),
            *_label_columns(figures.label_names),
        ),
        rows=tuple(
            (
                row.name,
                wording.ROLES[row.role],
                row.posts,
                row.flagged_posts,
                row.flagged_share if row.role == "monitored" else None,
                *(row.flags[name] for name in figures.label_names),
            )
            for row in figures.sources
        ),
    )


def days(figures: WeekFigures) -> Table:
    """Return posts and flags of the seven days."""
    names = figures.label_names
    return Table(
        heading="Theo ngày",
        gloss="By day on which posts were first seen, local time",
        columns=(Column("Ngày", CellType.DAY, 24), Column("Bài theo dõi"), *_label_columns(names)),
        rows=tuple((day.date, day.posts, *(day.flags[name] for name in names)) for day in figures.days),
        total=("Cả tuần", figures.totals.posts, *(figures.totals.flags[name] for name in names)),
    )


def source_problems(figures: WeekFigures) -> Table:
    """Return the problems of sources."""
    return Table(
        heading="Nguồn chưa đọc được đầy đủ",
        gloss="What was not reached: failed readings, gaps, sources switched off",
        columns=(
            Column("Nguồn", CellType.TEXT, 34),
            Column("Tình trạng", CellType.TEXT, 20),
            Column("Số lần"),
            Column("Lần gần nhất", CellType.MOMENT, 24),
            Column("Máy ghi lại", CellType.TEXT, 70),
        ),
        rows=tuple(
            (line.source, wording.PROBLEMS[line.problem], line.times or None, line.last_at, line.message)
            for line in figures.source_problems
        ),
    )


def _label_columns(names: Sequence[str]) -> tuple[Column, ...]:
    return tuple(Column(wording.short_label(name), width=17) for name in names)
