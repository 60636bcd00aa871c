"""Matters in a period, counted by SQL: the one query of documents, first page, API and exports.

A matter belongs to the period of its own time, which is set once; its posts to the periods in which they were
published. Both stay when the posts are deleted.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from storage.figures.report_counts import Period
from storage.models import Correction, Matter, MatterEvent, MatterPost, Review
from storage.review import matters
from storage.review.corrections import RELEASED
from storage.review.matters import ANSWERED, MERGED, RETURNED, SETTLED, WITHDRAWN, Reach

_GONE = (WITHDRAWN, MERGED)


@dataclass(frozen=True)
class MatterRow:
    """A matter in a period.

    Args:
        number: Its number.
        kind: `rumour` or `grievance`.
        label: The label of its posts.
        topic: What a grievance is about.
        place: Where, in a person's words; may be empty.
        sentence: A person's sentence about it; empty: nobody wrote one.
        state: Its present state.
        verdict: What was found out about a rumour.
        passed_to: To whom it was passed last; empty where it never was.
        passed_at: When that was, UTC.
        answered_at: When an answer was noted last, UTC.
        back_at: The day by which somebody comes back to it, UTC.
        reach: How far it went within the period, or at all where none of its posts lies there.

    """

    number: int
    kind: str
    label: str
    topic: str
    place: str
    sentence: str
    state: str
    verdict: str | None
    passed_to: str
    passed_at: datetime | None
    answered_at: datetime | None
    back_at: datetime | None
    reach: Reach


@dataclass(frozen=True)
class MatterAnswers:
    """What was found and published about a rumour.

    Args:
        addresses: The addresses that the newest decision that refuted it names.
        published: How many corrections are published.
        published_at: When the last of them was published, UTC; None where none is.
        approved: How many more were approved and are not published yet.

    """

    addresses: tuple[str, ...] = ()
    published: int = 0
    published_at: datetime | None = None
    approved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterCounts:
    """Matters of one kind in a period: new ones, and of earlier periods those that were told of again.

    Args:
        new: That belong to the period.
        ongoing: Of earlier periods, with posts in this one.
        returned: That came back after they were settled or answered.
        answered: Of which an answer was noted, or that a correction answered.
        settled: That were settled.

    """

    new: int
    ongoing: int
    returned: int
    answered: int
    settled: int


def matters_of(session: Session, period: Period, kind: str) -> list[MatterRow]:
    """List the matters of a kind that belong to a period, those that most posts tell of first."""
    newest = select(func.max(MatterEvent.id)).where(MatterEvent.kind == "passed").group_by(MatterEvent.matter_id)
    event = aliased(MatterEvent)
    answered = select(func.max(event.at)).where(event.matter_id == Matter.id, event.kind == ANSWERED).scalar_subquery()
    query = (
        select(Matter, MatterEvent.passed_to, MatterEvent.at, answered)
        .outerjoin(MatterEvent, and_(MatterEvent.matter_id == Matter.id, MatterEvent.id.in_(newest)))
        .where(Matter.kind == kind, Matter.state.not_in(_GONE), _within(period))
        .order_by(Matter.id)
    )
    found = session.execute(query).all()
    numbers = [matter.id for matter, *_ in found]
    within = matters.reach_of(session, numbers, period)
    whole = matters.reach_of(session, [number for number in numbers if number not in within])
    same = ("kind", "label", "topic", "place", "sentence", "state", "verdict", "back_at")
    rows = [
        MatterRow(
            number=matter.id,
            **{name: getattr(matter, name) for name in same},
            passed_to=passed_to or "",
            passed_at=passed_at,
            answered_at=answered_at,
            reach=within.get(matter.id) or whole.get(matter.id) or Reach(1, 1, matter.first_at),
        )
        for matter, passed_to, passed_at, answered_at in found
    ]
    return sorted(rows, key=lambda row: (-row.reach.posts, row.number))


def counts_of(session: Session, period: Period, kind: str) -> MatterCounts:
    """Count the matters of a kind in a period."""
    standing = (Matter.kind == kind, Matter.state.not_in(_GONE))
    posts = (MatterPost.removed_by.is_(None), MatterPost.dated >= period.start, MatterPost.dated < period.end)
    again = select(MatterPost.id).where(MatterPost.matter_id == Matter.id, *posts)
    done = select(MatterEvent.kind, MatterEvent.matter_id).join(Matter, Matter.id == MatterEvent.matter_id)
    done = done.where(*standing, MatterEvent.at >= period.start, MatterEvent.at < period.end).distinct()
    happened = Counter(kind for kind, _ in session.execute(done))

    def count(*where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(Matter).where(*standing, *where)) or 0

    return MatterCounts(
        new=count(_within(period)),
        ongoing=count(Matter.counts_at < period.start, again.exists()),
        returned=happened[RETURNED],
        answered=happened[ANSWERED],
        settled=happened[SETTLED],
    )


def topics_of(session: Session, period: Period, kind: str) -> Counter[str]:
    """Count the matters of a kind that belong to a period by topic."""
    query = select(Matter.topic, func.count()).where(Matter.kind == kind, Matter.state.not_in(_GONE), _within(period))
    return Counter(dict(session.execute(query.group_by(Matter.topic)).all()))


def unsettled_before(session: Session, kind: str, before: datetime) -> int:
    """Count the matters of a kind that belong to earlier periods and are not settled."""
    waiting = (Matter.kind == kind, Matter.counts_at < before, matters.unsettled())
    return session.scalar(select(func.count()).select_from(Matter).where(*waiting)) or 0


def answers_of(session: Session, matter_ids: Collection[int]) -> dict[int, MatterAnswers]:
    """Return what was found and published about some rumours, and about those merged into them, by number."""
    told_by = matters.standing_for(session, matter_ids)
    refuted = (
        select(MatterEvent.matter_id, Review.evidence)
        .join(Review, Review.id == MatterEvent.review_id)
        .where(MatterEvent.matter_id.in_(told_by), Review.decision == matters.REFUTED, Review.stands())
    )
    addresses: dict[int, Sequence[str]] = {
        told_by[number]: evidence for number, evidence in session.execute(refuted.order_by(Review.id))
    }
    rows: dict[int, list[Correction]] = {}
    for row in session.scalars(select(Correction).where(Correction.matter_id.in_(told_by))):
        rows.setdefault(told_by[row.matter_id], []).append(row)
    found = {}
    for number in matter_ids:
        of_matter = rows.get(number, [])
        published = [row for row in of_matter if row.published_state == RELEASED]
        found[number] = MatterAnswers(
            addresses=tuple(addresses.get(number, ())),
            published=len(published),
            published_at=max((row.published_at for row in published if row.published_at), default=None),
            approved=sum(row.state == RELEASED and row.published_state != RELEASED for row in of_matter),
        )
    return found


def _within(period: Period) -> ColumnElement[bool]:
    return and_(Matter.counts_at >= period.start, Matter.counts_at < period.end)
