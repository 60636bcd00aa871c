"""Plans of a day's work: the open flags to choose from, the stored plan, and taking its next flag."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.models import DayItem, DayPlan, Evidence, Flag, Post, Review, Source
from storage.review import flags
from storage.review.decisions import STATES

_IMPORT: Final = "import"  # the kind of sources whose posts come from files
_NOT_OPEN: Final = tuple(state for state in STATES if state != "open")
"""Not these, where flags are found by their numbers: SQLite would go through all open ones by an index instead."""
_BEST_FIRST: Final = (Flag.worth.desc(), Flag.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An open flag and what its worth follows from.

    `same_as` is what copies share: their cluster, or the hash of their content. `copies` and `sources` count the
    posts of the cluster and their sources, `characters` the post's text. `when` is when it was published or collected.
    """

    flag_id: int
    label: str
    probability: float
    same_as: str
    source_id: int
    copies: int
    sources: int
    engagement: Mapping[str, Any]
    has_evidence: bool
    characters: int
    when: datetime
    priority: int = 0


def best(
    session: Session, label: str, day: date, now: datetime, *, reach_above: float = 0.0, at_once: int = 50
) -> Iterator[Candidate]:
    """Give the free flags of a label in the order of their worth, read page by page.

    Args:
        session: The unit of work.
        label: Their label.
        day: The day whose plans they must not be in.
        now: The present time, UTC.
        reach_above: Only flags of a reach above this one.
        at_once: How many are read at once.

    """
    last: tuple[float, int] | None = None
    reach = Flag.reach + 0  # a sum, or SQLite sorts the open flags of all labels that have it
    while True:
        query = select(Flag.id, Flag.worth).where(Flag.label == label, reach > reach_above, *_free(day, now))
        if last is not None:
            worth, flag_id = last
            query = query.where(Flag.worth <= worth, or_(Flag.worth < worth, Flag.id > flag_id))
        page = [(worth, flag_id) for flag_id, worth in session.execute(query.order_by(*_BEST_FIRST).limit(at_once))]
        if not page:
            return
        found = {one.flag_id: one for one in with_posts(session, [flag_id for _, flag_id in page])}
        yield from (found[flag_id] for _, flag_id in page if flag_id in found)
        last = page[-1]


def with_posts(session: Session, flag_ids: Collection[int]) -> list[Candidate]:
    """Read some hundred open flags whose posts still exist; where a file gives a post no date, its import counts."""
    return _open_flags(session, {}, (Flag.id.in_(flag_ids), Post.deleted_at.is_(None)), len(flag_ids))


def little_reach(
    session: Session, label: str, day: date, now: datetime, *, alone: float, at_most: float
) -> list[tuple[int, float]]:
    """Return those free flags of a label that have little reach and whose posts still exist, with their reach.

    Args:
        session: The unit of work.
        label: Their label.
        day: The day whose plans they must not be in.
        now: The present time, UTC.
        alone: Up to which reach.
        at_most: Up to which reach where the post is one of a cluster.

    """
    reach = Flag.reach + 0  # a sum, or SQLite goes through the open flags of all labels that have it
    copied = and_(reach <= at_most, Post.cluster_id.is_not(None))
    query = (
        select(Flag.id, Flag.reach)
        .join(Post, Post.id == Flag.post_id)
        .where(Flag.label == label, reach <= at_most, or_(reach <= alone, copied))
        .where(Post.deleted_at.is_(None), *_free(day, now))
    )
    return [(*row,) for row in session.execute(query)]


def _free(day: date, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a flag is open, that nobody holds it, and that it is in no plan of the day."""
    planned = select(DayItem.flag_id).join(DayPlan, DayPlan.id == DayItem.plan_id).where(DayPlan.day == day)
    return Flag.state == "open", or_(Flag.lease_until.is_(None), Flag.lease_until < now), Flag.id.not_in(planned)


def open_flags(session: Session, usual: Mapping[int, datetime], *, after: int, limit: int) -> list[Candidate]:
    """List some open flags in the order of their numbers, from the first after one.

    Args:
        session: The unit of work.
        usual: The usual date of some sources, as `usual_dates` gives them.
        after: The number of the last flag of the page before, or 0.
        limit: How many at most (some hundred).

    """
    return _open_flags(session, usual, (Flag.id > after,), limit)


def _open_flags(
    session: Session, usual: Mapping[int, datetime], conditions: Sequence[ColumnElement[bool]], limit: int
) -> list[Candidate]:
    supported = exists().where(Evidence.post_id == Post.id, Evidence.state != "unrelated")
    query = (
        select(
            Flag.id, Flag.label, Flag.probability, Post.cluster_id, Post.content_hash, Post.source_id,
            Post.engagement, supported, func.length(Post.text), Post.published_at, Post.collected_at, Source.kind,
            Flag.priority,
        )
        .join(Post, Post.id == Flag.post_id)
        .join(Source, Source.id == Post.source_id)
        .where(Flag.state.not_in(_NOT_OPEN), *conditions)
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
            same_as=f"cluster:{cluster}" if cluster is not None else f"hash:{content_hash}",
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
            flag_id, label, probability, cluster, content_hash, source_id,
            engagement, has_evidence, characters, published, collected, kind,
            priority,
        ) in rows
    ]  # fmt: skip


def usual_dates(session: Session) -> dict[int, datetime]:
    """Return the middle date of the dated open flags of each imported source that has some without a date.

    A file may be imported years after its posts were written, so that the time of its import says nothing of those
    without a date: they are taken to be as old as the others.
    """
    flagged = select(Post.source_id).join(Flag, Flag.post_id == Post.id).where(Flag.state == "open")
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
    query = (
        select(Flag.source_id, Flag.label, Flag.state, func.count())
        .where(Flag.state.in_(("confirmed", "rejected")))
        .group_by(Flag.source_id, Flag.label, Flag.state)
    )
    found: dict[tuple[int, str], tuple[int, int]] = {}
    for source_id, label, state, count in session.execute(query):
        right, total = found.get((source_id, label), (0, 0))
        found[source_id, label] = (right + count * (state == "confirmed"), total + count)
    return found


def of_day(session: Session, day: date, reviewer_id: int) -> DayPlan | None:
    """Return a reviewer's plan of a day; None when none was drawn."""
    return session.scalar(select(DayPlan).where(DayPlan.day == day, DayPlan.reviewer_id == reviewer_id))


def store(
    session: Session,
    *,
    day: date,
    reviewer_id: int,
    seed: int,
    left_out: int,
    chosen: Sequence[tuple[int, str]],
    now: datetime,
) -> DayPlan:
    """Store flags in order, each with how it was chosen. Where another request stored a plan first, that counts."""
    row = {"day": day, "reviewer_id": reviewer_id, "seed": seed, "left_out": left_out, "drawn_at": now}
    insert_ignoring(session, DayPlan, [row], ("day", "reviewer_id"))
    plan = session.scalars(select(DayPlan).where(DayPlan.day == day, DayPlan.reviewer_id == reviewer_id)).one()
    if plan.seed == seed and not items(session, plan.id):
        rows = [
            {"plan_id": plan.id, "position": position, "flag_id": flag_id, "sampling": sampling}
            for position, (flag_id, sampling) in enumerate(chosen)
        ]
        insert_ignoring(session, DayItem, rows, ("plan_id", "position"))
    return plan


def items(session: Session, plan_id: int) -> list[tuple[int, str, str, str]]:
    """List a plan in its order: flag, label, state of the flag, and how it was chosen."""
    query = select(DayItem.flag_id, Flag.label, Flag.state, DayItem.sampling).join(Flag, Flag.id == DayItem.flag_id)
    rows = session.execute(query.where(DayItem.plan_id == plan_id).order_by(DayItem.position))
    return [(flag_id, label, state, sampling) for flag_id, label, state, sampling in rows]


def drawn_at_random(session: Session) -> tuple[int, int]:
    """Count, of the flags that were drawn at random and decided, the right ones and all; each flag once."""
    drawn = select(DayItem.flag_id).where(DayItem.sampling == "random")
    # Of any state: where some are asked for, SQLite goes through all that have them.
    query = select(Flag.state, func.count()).where(Flag.id.in_(drawn)).group_by(Flag.state)
    counts = Counter(dict(session.execute(query).all()))
    return counts["confirmed"], counts["confirmed"] + counts["rejected"]


def decided_since(session: Session, reviewer_id: int, since: datetime) -> int:
    """Count the flags on which a reviewer's decision since a time still stands."""
    own = (Review.reviewer_id == reviewer_id, Review.decided_at >= since, Review.decision != "reopened")
    return session.scalar(select(func.count(Review.flag_id.distinct())).where(*own, Review.stands())) or 0


def lease_next(
    session: Session, plan_id: int, *, owner: str, now: datetime, until: datetime, after: int | None = None
) -> int | None:
    """Lease the plan's next open flag that nobody else holds, after one that is passed over; None when none is left."""
    waiting = [flag_id for flag_id, _, state, _ in items(session, plan_id) if state == "open" or flag_id == after]
    if after in waiting:
        place = waiting.index(after)
        waiting = [*waiting[place + 1 :], *waiting[:place]]
    return next((one for one in waiting if flags.lease(session, one, owner=owner, now=now, until=until)), None)
