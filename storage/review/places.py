"""Where open flags stand in the queue: what their worth follows from, and storing it."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, case, exists, func, select, update
from sqlalchemy.orm import Session

from storage.base import UtcDateTime
from storage.figures.concluded import concluded
from storage.models import Evidence, Flag, Post
from storage.review.decisions import STATES

_DECIDED: Final = tuple(state for state in STATES if state != "open")
"""Not these, instead of open: else SQLite reads and sorts all open flags for each page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An open flag and what its worth follows from.

    `copies` and `sources` count the posts of the cluster and their sources, `recent` the posts of the last day,
    `characters` the post's text. `when` is when it was published or collected. `relevance` is None where nobody looked.
    """

    flag_id: int
    post_id: int = 0
    label: str
    probability: float
    source_id: int
    copies: int
    sources: int
    engagement: Mapping[str, Any]
    has_evidence: bool
    characters: int
    when: datetime
    priority: int = 0
    recent: int = 0
    relevance: float | None = None


def open_flags(session: Session, *, since: datetime, after: int, limit: int) -> list[Candidate]:
    """List some open flags in the order of their numbers, from the first after one.

    Args:
        session: The unit of work.
        since: Copies collected from then on are recent, UTC.
        after: The number of the last flag of the page before, or 0.
        limit: How many at most (some hundred).

    """
    query = _candidates().where(Flag.state.not_in(_DECIDED), Flag.shown(), Flag.id > after)
    return _read(session, query.order_by(Flag.id).limit(limit), since)


def of_flag(session: Session, flag_id: int, *, since: datetime) -> Candidate:
    """Return what the worth of one flag follows from; see `open_flags`."""
    (found,) = _read(session, _candidates().where(Flag.id == flag_id), since)
    return found


@cache
def _candidates() -> Select[Any]:
    supported = exists().where(Evidence.post_id == Post.id, Evidence.state != "unrelated")
    dated = func.coalesce(Post.published_at, Post.collected_at, type_=UtcDateTime())
    columns: tuple[Any, ...] = (
        Flag.id.label("flag_id"), Flag.label, Flag.probability, Flag.post_id, Flag.priority, Flag.relevance,
        Post.cluster_id, Post.source_id, Post.engagement, dated.label("when"),
        supported.label("has_evidence"), func.length(Post.text).label("characters"),
    )  # fmt: skip
    return select(*columns).join(Post, Post.id == Flag.post_id)


def _read(session: Session, query: Select[Any], since: datetime) -> list[Candidate]:
    rows = [row._asdict() for row in session.execute(query)]
    clusters = [row.pop("cluster_id") for row in rows]
    sizes = _cluster_sizes(session, {cluster for cluster in clusters if cluster is not None}, since)
    found = []
    for row, cluster in zip(rows, clusters, strict=True):
        copies, sources, recent = sizes.get(cluster, (1, 1, 0))
        found.append(Candidate(**row, copies=copies, sources=sources, recent=recent))
    return found


def _cluster_sizes(session: Session, cluster_ids: Collection[int], since: datetime) -> dict[int, tuple[int, int, int]]:
    """Count posts, sources, and posts collected since a time, of some hundred clusters."""
    recent = func.sum(case((Post.collected_at >= since, 1), else_=0))
    query = select(Post.cluster_id, func.count(), func.count(Post.source_id.distinct()), recent)
    rows = session.execute(query.where(Post.cluster_id.in_(cluster_ids)).group_by(Post.cluster_id))
    return {cluster: (posts, sources, int(newer)) for cluster, posts, sources, newer in rows}


def measured(session: Session) -> dict[tuple[int, str], tuple[int, int]]:
    """Count by source and label how many of the decided flags people found right, and how many there are."""
    found = concluded(session, by=(Flag.source_id, Flag.label))
    return {(source, label): (row.right, row.total) for (source, label), row in found.items() if row.total}


@dataclass(frozen=True, slots=True)
class Place:
    """What a flag stores of its place in the queue; see `storage.models.Flag`."""

    reach: float
    worth: float
    relevance: float | None


def places_of(session: Session, flag_ids: Collection[int]) -> dict[int, Place]:
    """Return the places of some hundred flags, by their numbers."""
    rows = session.execute(select(Flag.id, Flag.reach, Flag.worth, Flag.relevance).where(Flag.id.in_(flag_ids)))
    return {flag_id: Place(reach, worth, relevance) for flag_id, reach, worth, relevance in rows}


def store(session: Session, places: Mapping[int, Place]) -> None:
    """Store the places of some hundred flags; those on which a decision is being stored keep theirs."""
    # Skipping instead of waiting: two programs that hold each other's rows would wait for each other without end.
    locked = select(Flag.id).where(Flag.id.in_(places)).with_for_update(skip_locked=True)
    rows = [{"id": each, **asdict(places[each])} for each in session.scalars(locked)]
    if rows:
        session.execute(update(Flag), rows)
