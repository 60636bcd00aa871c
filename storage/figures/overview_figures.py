"""Counts for the overview of the desk: posts and flags of each day, flags by source and state, and by probability."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Integer, String, bindparam, func, select, text, true
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

from storage.base import UtcDateTime
from storage.figures.report_counts import date_is_known, date_is_unknown
from storage.models import Flag, Post, Source
from storage.review.decisions import STATES

SURE: Final = ("confirmed", "rejected")


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many flags of a source and a label are in a state."""

    source: str
    label: str
    state: str
    flags: int


@dataclass(frozen=True, slots=True)
class BinCount:
    """How many flags from a probability (in per cent) on were decided, and how many of them were right."""

    percent: int
    right: int
    decided: int


def posts_by_part(session: Session, bounds: Sequence[datetime]) -> dict[datetime, int]:
    """Count the monitored posts of each part of a period, by its beginning.

    A post belongs to the part that `report_counts` says. Each part is a range of an index that holds all that
    is asked, so that no post is read.

    Args:
        session: The unit of work.
        bounds: The beginnings of the parts and the end, UTC.

    """
    parts = _parts(bounds)
    # By the others, which are few and often none: a post is then looked for among fewer.
    others = select(Source.id).where(Source.role != "monitored")

    def count(moment: InstrumentedAttribute[Any], counted: ColumnElement[bool]) -> Any:
        within = (moment >= parts.c.start, moment < parts.c.until, counted, Post.source_id.not_in(others))
        return select(func.count()).where(*within).scalar_subquery()

    dated, undated = count(Post.published_at, date_is_known()), count(Post.collected_at, date_is_unknown())
    rows = session.execute(select(parts.c.start, dated + undated))
    return dict(rows.all())


def flags_by_part(
    session: Session, bounds: Sequence[datetime], labels: Sequence[str]
) -> dict[tuple[datetime, str], int]:
    """Count the flags of some labels whose posts are dated in each part of a period, by beginning and label."""
    parts, chosen = _parts(bounds), _each("label", labels)
    within = (Flag.label == chosen.c.label, Flag.suggested(), Flag.dated >= parts.c.start, Flag.dated < parts.c.until)
    count = select(func.count()).where(*within).correlate(parts, chosen).scalar_subquery()
    query = select(parts.c.start, chosen.c.label, count).join_from(parts, chosen, true())
    return {(start, label): count for start, label, count in session.execute(query)}


def _parts(bounds: Sequence[datetime]) -> CTE:
    return _table("parts", {"start": UtcDateTime(), "until": UtcDateTime()}, list(pairwise(bounds)))


def _each(name: str, members: Sequence[str]) -> CTE:
    return _table(f"each_{name}", {name: String()}, [(each,) for each in members])


def _table(name: str, columns: Mapping[str, TypeEngine[Any]], rows: Sequence[Sequence[Any]]) -> CTE:
    """Make a table of given rows. As text, because SQLAlchemy compiles `values` anew each time, which takes longer."""
    selects, given = [], []
    for number, row in enumerate(rows):
        places = {column: f"{name}_{column}_{number}" for column in columns}
        selects.append("SELECT " + ", ".join(f":{place} AS {column}" for column, place in places.items()))
        given += [bindparam(places[column], each, columns[column]) for column, each in zip(columns, row, strict=True)]
    return text(" UNION ALL ".join(selects)).bindparams(*given).columns(**columns).cte(name)


def states_by_source(session: Session, labels: Sequence[str]) -> list[StateCount]:
    """Count the flags of some labels by source, label and state; what has none is left out.

    Each count is a range of an index: to group flags takes twice as long.
    """
    chosen, states = _each("label", labels), _each("state", STATES)
    within = (
        Flag.source_id == Source.id,
        Flag.label == chosen.c.label,
        Flag.state == states.c.state,
        Flag.suggested(),
    )
    count = select(func.count()).where(*within).correlate(Source, chosen, states).scalar_subquery()
    query = (
        select(Source.name, chosen.c.label, states.c.state, count)
        .join_from(Source, chosen, true())
        .join(states, true())
        .order_by(Source.id, chosen.c.label)
    )
    return [StateCount(*row) for row in session.execute(query) if row[-1]]


def decided_by_probability(session: Session, edges: Sequence[int]) -> list[BinCount]:
    """Count the decided flags by probability.

    Args:
        session: The unit of work.
        edges: Where the bins begin, in per cent, rising; what is below the first one is left out.
            Each bin is a range of an index.

    Returns:
        The bins that have any, rising.

    """
    ends = zip(edges, (*edges[1:], 1000), strict=True)  # the last bin has no end
    bins = _table("bins", {"low": Integer(), "until": Integer()}, list(ends))
    within = (Flag.probability >= bins.c.low / 100.0, Flag.probability < bins.c.until / 100.0)

    def count(state: str) -> Any:
        return select(func.count()).where(Flag.state == state, Flag.suggested(), *within).scalar_subquery()

    found = session.execute(select(bins.c.low, *map(count, SURE)).order_by(bins.c.low))
    return [BinCount(low, right, right + wrong) for low, right, wrong in found if right + wrong]
