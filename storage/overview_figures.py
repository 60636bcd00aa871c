"""Counts for the overview of the desk: flags by source and state, and by probability."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from storage.models import Flag, Post, Source

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


def states_by_source(session: Session) -> list[StateCount]:
    """Count the flags by source, label and state."""
    query = (
        select(Source.name, Flag.label, Flag.state, func.count())
        .join(Post, Post.id == Flag.post_id)
        .join(Source, Source.id == Post.source_id)
        .group_by(Source.name, Flag.label, Flag.state)
        .order_by(Source.name, Flag.label)
    )
    return [StateCount(*row) for row in session.execute(query)]


def decided_by_probability(session: Session, edges: Sequence[int]) -> list[BinCount]:
    """Count the decided flags by probability.

    Args:
        session: The unit of work.
        edges: Where the bins begin, in per cent, rising; what is below the first one is left out.

    Returns:
        The bins that have any, rising.

    """
    lower = case(*((Flag.probability >= edge / 100, edge) for edge in reversed(edges)), else_=-1)
    right = func.sum(case((Flag.state == "confirmed", 1), else_=0))
    query = select(lower, right, func.count()).where(Flag.state.in_(SURE)).group_by(lower).order_by(lower)
    return [BinCount(int(edge), int(hits), total) for edge, hits, total in session.execute(query) if edge >= 0]
