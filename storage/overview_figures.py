"""Counts for the overview of the desk: posts and flags of each day, flags by source and state, and by probability."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Subquery, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.decisions import STATES
from storage.models import Flag, Post, Source
from storage.models.base import UtcDateTime
from storage.report_counts import date_is_known

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

    A post belongs to the part that `storage.report_counts` says. Each part is a range of an index that holds all that
    is asked, so that no post is read.

    Args:
        session: The unit of work.
        bounds: The beginnings of the parts and the end, UTC.

    """
    parts = _parts(bounds)
    monitored = select(Source.id).where(Source.role == "monitored")

    def count(moment: InstrumentedAttribute[Any], *, known: bool) -> Any:
        within = (moment >= parts.c.start, moment < parts.c.end, date_is_known() if known else ~date_is_known())
        return select(func.count()).where(*within, Post.source_id.in_(monitored)).scalar_subquery()

    rows = session.execute(
        select(parts.c.start, count(Post.published_at, known=True) + count(Post.collected_at, known=False))
    )
    return dict(rows.all())


def flags_by_part(session: Session, bounds: Sequence[datetime]) -> dict[tuple[datetime, str], int]:
    """Count the flags whose posts are dated in each part of a period, by its beginning and label; see above."""
    parts = _parts(bounds)
    within = (Flag.state.in_(STATES), Flag.dated >= parts.c.start, Flag.dated < parts.c.end)  # as an index has it
    query = select(parts.c.start, Flag.label, func.count()).where(*within).group_by(parts.c.start, Flag.label)
    return {(start, label): count for start, label, count in session.execute(query)}


def _parts(bounds: Sequence[datetime]) -> Subquery:
    moments = ((literal(start, UtcDateTime()), literal(end, UtcDateTime())) for start, end in pairwise(bounds))
    return union_all(*(select(start.label("start"), end.label("end")) for start, end in moments)).subquery()


def states_by_source(session: Session) -> list[StateCount]:
    """Count the flags by source, label and state."""
    query = (
        select(Flag.source_id, Flag.label, Flag.state, func.count())
        .group_by(Flag.source_id, Flag.label, Flag.state)
        .order_by(Flag.source_id, Flag.label)
    )
    # Looked up apart: joined with sources, the flags would be sorted by the names of these.
    names = dict(session.execute(select(Source.id, Source.name)).all())
    return [
        StateCount(names[source_id], label, state, count) for source_id, label, state, count in session.execute(query)
    ]


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
    bins = union_all(*(select(literal(low).label("low"), literal(end).label("end")) for low, end in ends)).subquery()
    within = (Flag.probability >= bins.c.low / 100.0, Flag.probability < bins.c.end / 100.0)

    def count(state: str) -> Any:
        return select(func.count()).where(Flag.state == state, *within).scalar_subquery()

    found = session.execute(select(bins.c.low, *map(count, SURE)).order_by(bins.c.low))
    return [BinCount(low, right, right + wrong) for low, right, wrong in found if right + wrong]
