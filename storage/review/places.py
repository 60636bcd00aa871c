"""Where open flags stand in the queue: what their worth follows from, and storing it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from storage.figures.concluded import concluded
from storage.models import Evidence, Flag, Post, Source
from storage.review.decisions import STATES

_IMPORT: Final = "import"  # the kind of sources whose posts come from files
_DECIDED: Final = tuple(state for state in STATES if state != "open")
"""Not these, instead of open: else SQLite reads and sorts all open flags for each page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An open flag and what its worth follows from.

    `copies` and `sources` count the posts of the cluster and their sources, `characters` the post's text. `when` is
    when it was published or collected.
    """

    flag_id: int
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


def open_flags(session: Session, usual: Mapping[int, datetime], *, after: int, limit: int) -> list[Candidate]:
    """List some open flags in the order of their numbers, from the first after one.

    Args:
        session: The unit of work.
        usual: The usual date of some sources, as `usual_dates` gives them.
        after: The number of the last flag of the page before, or 0.
        limit: How many at most (some hundred).

    """
    supported = exists().where(Evidence.post_id == Post.id, Evidence.state != "unrelated")
    query = (
        select(
            Flag.id, Flag.label, Flag.probability, Post.cluster_id, Post.source_id, Post.engagement,
            supported, func.length(Post.text), Post.published_at, Post.collected_at, Source.kind,
            Flag.priority,
        )
        .join(Post, Post.id == Flag.post_id)
        .join(Source, Source.id == Post.source_id)
        .where(Flag.state.not_in(_DECIDED), Flag.suggested(), Flag.id > after)
        .order_by(Flag.id)
        .limit(limit)
    )  # fmt: skip
    rows = session.execute(query).all()
    sizes = _cluster_sizes(session, {row.cluster_id for row in rows})
    return [
        Candidate(
            flag_id=flag_id,
            label=label,
            probability=probability,
            source_id=source_id,
            copies=sizes.get(cluster, (1, 1))[0],
            sources=sizes.get(cluster, (1, 1))[1],
            engagement=engagement,
            has_evidence=has_evidence,
            characters=characters,
            when=published or (kind == _IMPORT and usual.get(source_id)) or collected,
            priority=priority,
        )
        for (
            flag_id, label, probability, cluster, source_id,
            engagement, has_evidence, characters, published, collected, kind,
            priority,
        ) in rows
    ]  # fmt: skip


def usual_dates(session: Session) -> dict[int, datetime]:
    """Return the middle date of the dated open flags of each imported source that has some without a date.

    A file may be imported years after its posts were written, so that the time of its import says nothing of those
    without a date: they are taken to be as old as the others.
    """
    flagged = select(Post.source_id).join(Flag, Flag.post_id == Post.id).where(Flag.state == "open", Flag.suggested())
    undated = flagged.join(Source, Source.id == Post.source_id).where(
        Source.kind == _IMPORT, Post.published_at.is_(None)
    )
    found = {}
    for source_id in session.scalars(undated.distinct()).all():
        dated = flagged.where(Post.source_id == source_id, Post.published_at.is_not(None))
        count = session.scalar(dated.with_only_columns(func.count())) or 0
        middle = dated.with_only_columns(Post.published_at).order_by(Post.published_at).offset((count - 1) // 2)
        if moment := session.scalar(middle.limit(1)) if count else None:
            found[source_id] = moment
    return found


def _cluster_sizes(session: Session, cluster_ids: Collection[int | None]) -> dict[int | None, tuple[int, int]]:
    """Count posts and sources of some hundred clusters."""
    query = select(Post.cluster_id, func.count(), func.count(Post.source_id.distinct()))
    rows = session.execute(query.where(Post.cluster_id.in_(cluster_ids)).group_by(Post.cluster_id))
    return {cluster: (posts, sources) for cluster, posts, sources in rows}


def measured(session: Session) -> dict[tuple[int, str], tuple[int, int]]:
    """Count by source and label how many of the decided flags people found right, and how many there are."""
    found = concluded(session, by=(Flag.source_id, Flag.label))
    return {(source, label): (row.right, row.total) for (source, label), row in found.items() if row.total}


def places_of(session: Session, flag_ids: Collection[int]) -> dict[int, tuple[float, float]]:
    """Return reach and worth of some hundred flags, by their numbers."""
    rows = session.execute(select(Flag.id, Flag.reach, Flag.worth).where(Flag.id.in_(flag_ids)))
    return {flag_id: (reach, worth) for flag_id, reach, worth in rows}


def store(session: Session, places: Mapping[int, tuple[float, float]]) -> None:
    """Store reach and worth of some hundred flags; those on which a decision is being stored keep theirs."""
    # Skipping instead of waiting: two programs that hold each other's rows would wait for each other without end.
    locked = select(Flag.id).where(Flag.id.in_(places)).with_for_update(skip_locked=True)
    rows = [{"id": each, "reach": places[each][0], "worth": places[each][1]} for each in session.scalars(locked)]
    if rows:
        session.execute(update(Flag), rows)
