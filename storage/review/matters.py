"""Matters: rumours and grievances, the posts that belong to them, and what is done about them.

Events are only added; all that can change of a matter follows from them. An event that was taken back counts no more.
Whether a post belongs to a matter is a row that names the event by which it came, and the one by which it left.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from storage.database import require
from storage.figures.report_counts import Period
from storage.models import Matter, MatterEvent, MatterPost, Post, Review, User

RUMOUR, GRIEVANCE = "rumour", "grievance"
KINDS: Final = (RUMOUR, GRIEVANCE)
OPEN, PASSED, ANSWERED, FOLLOWED_UP, RETURNED = "open", "passed", "answered", "followed_up", "returned"
SETTLED, WITHDRAWN, MERGED = "settled", "withdrawn", "merged"
STATES: Final = (OPEN, PASSED, ANSWERED, FOLLOWED_UP, RETURNED, SETTLED)
"""The states of a matter that stands."""
NO_SOURCE, REFUTED, BORNE_OUT = "no_source", "refuted", "borne_out"
VERDICTS: Final = (NO_SOURCE, REFUTED, BORNE_OUT)
OTHER_TOPIC: Final = "other"
GONE: Final = (WITHDRAWN, MERGED)
_MOVES: Final = ("joined", "copied", "split", "merged")
"""The events that move posts, and that can be taken back."""


class Reach(NamedTuple):
    """How far a matter goes: its posts, the publishers of these, and when the first of them was published, UTC."""

    posts: int
    publishers: int
    first_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterFilter:
    """Which matters are listed; None means any.

    Args:
        kind: RUMOUR or GRIEVANCE.
        label: The label of their posts.
        states: Their states; None: those in which somebody still has to do something.
        topic: What they are about.
        follower_id: Who follows them.
        words: Words of their sentence or place.

    """

    kind: str | None = None
    label: str | None = None
    states: Collection[str] | None = None
    topic: str | None = None
    follower_id: int | None = None
    words: str = ""


EVERY: Final = MatterFilter()


def unsettled() -> ColumnElement[bool]:
    """Return the condition that somebody still has to do something: a rumour that was answered is done."""
    waits = Matter.state.in_((OPEN, PASSED, FOLLOWED_UP, RETURNED))
    return or_(waits, and_(Matter.kind == GRIEVANCE, Matter.state == ANSWERED))


def by_id(session: Session, matter_id: int) -> Matter:
    """Return a matter with its follower.

    Raises:
        NotFound: When there is no such matter.

    """
    query = select(Matter).options(joinedload(Matter.follower)).where(Matter.id == matter_id)
    return require(session, query, f"there is no matter {matter_id}")


def final(session: Session, matter: Matter) -> Matter:
    """Return the matter that one was merged into, or itself."""
    while matter.merged_into is not None:
        matter = session.get_one(Matter, matter.merged_into)
    return matter


def standing_for(session: Session, matter_ids: Collection[int]) -> dict[int, int]:
    """Return by which of some matters each of them is told, and each that was merged into one of them."""
    found = {number: number for number in matter_ids}
    new = set(found)
    while new:
        query = select(Matter.id, Matter.merged_into).where(Matter.merged_into.in_(new))
        merged = {number: into for number, into in session.execute(query) if into is not None}
        found |= {number: found[into] for number, into in merged.items()}
        new = set(merged)
    return found


def of_post(session: Session, post_id: int, label: str) -> Matter | None:
    """Return the newest matter of a label to which a post belongs; None where it belongs to none."""
    query = _of_posts().where(MatterPost.post_id == post_id, Matter.label == label)
    return session.scalars(query.order_by(Matter.id.desc()).limit(1)).first()


def of_posts(session: Session, post_ids: Collection[int]) -> dict[int, list[Matter]]:
    """List the matters to which some hundred posts belong, by post."""
    found: dict[int, list[Matter]] = {}
    query = _of_posts().add_columns(MatterPost.post_id).where(MatterPost.post_id.in_(post_ids))
    for matter, post_id in session.execute(query.order_by(Matter.id)):
        found.setdefault(post_id, []).append(matter)
    return found


def _of_posts() -> Select[Matter]:
    standing = (MatterPost.removed_by.is_(None), Matter.state.not_in(GONE))
    return select(Matter).join(MatterPost, MatterPost.matter_id == Matter.id).where(*standing)


def events_of(session: Session, matter_id: int) -> list[tuple[MatterEvent, str | None]]:
    """List the events of a matter with the names of those who added them (None: the program), oldest first."""
    query = select(MatterEvent, User.name).outerjoin(User, User.id == MatterEvent.user_id)
    rows = session.execute(query.where(MatterEvent.matter_id == matter_id).order_by(MatterEvent.id))
    return [(event, name) for event, name in rows]


def undoable(session: Session, matter_id: int) -> set[int]:
    """Return the events of a matter that moved posts and were not taken back."""
    events = [event for event, _ in events_of(session, matter_id)]
    undone = {event.undoes for event in events}
    return {event.id for event in events if event.kind in _MOVES and event.id not in undone}


def posts_of(session: Session, matter_id: int) -> list[tuple[MatterPost, Post | None]]:
    """List the posts that belong to a matter, the first published first; None for those that were deleted."""
    query = select(MatterPost, Post).outerjoin(Post, Post.id == MatterPost.post_id).options(joinedload(Post.source))
    query = query.where(MatterPost.matter_id == matter_id, MatterPost.removed_by.is_(None))
    return [(row, post) for row, post in session.execute(query.order_by(MatterPost.dated, MatterPost.id))]


def first_posts(session: Session, matter_ids: Collection[int]) -> dict[int, Post]:
    """Return the first post of each of some matters that is still there."""
    query = select(MatterPost.matter_id, Post).join(Post, Post.id == MatterPost.post_id)
    query = query.options(joinedload(Post.source))
    query = query.where(MatterPost.matter_id.in_(matter_ids), MatterPost.removed_by.is_(None))
    found: dict[int, Post] = {}
    for matter_id, post in session.execute(query.order_by(MatterPost.dated, MatterPost.id)):
        found.setdefault(matter_id, post)
    return found


def reach_of(session: Session, matter_ids: Collection[int], period: Period | None = None) -> dict[int, Reach]:
    """Count how far matters went, within a period if one is named; one without a post in it is left out."""
    counted = func.count(MatterPost.id).filter(MatterPost.counted)
    first = func.min(MatterPost.dated, type_=MatterPost.dated.type)
    query = select(MatterPost.matter_id, counted, func.count(MatterPost.publisher.distinct()), first)
    query = query.where(MatterPost.matter_id.in_(list(matter_ids)), MatterPost.removed_by.is_(None))
    if period is not None:
        query = query.where(MatterPost.dated >= period.start, MatterPost.dated < period.end)
    rows = session.execute(query.group_by(MatterPost.matter_id))
    return {matter_id: Reach(max(1, posts), publishers, at) for matter_id, posts, publishers, at in rows}


def listed(
    session: Session, wanted: MatterFilter = EVERY, *, now: datetime | None = None, limit: int = 200
) -> Sequence[Matter]:
    """List matters with their followers: those that returned, those whose day has come, then the longest untouched.

    Args:
        session: The unit of work.
        wanted: Which matters.
        now: The present time, UTC, by which a day has come; None: no day counts.
        limit: How many at most.

    """
    due = [func.coalesce(Matter.back_at <= now, false()).desc()] if now is not None else []
    order = ((Matter.state == RETURNED).desc(), *due, Matter.changed_at, Matter.id)
    query = select(Matter).options(joinedload(Matter.follower)).where(*_conditions(wanted))
    return session.scalars(query.order_by(*order).limit(limit)).all()


def _conditions(wanted: MatterFilter) -> list[ColumnElement[bool]]:
    found = [unsettled() if wanted.states is None else Matter.state.in_(wanted.states)]
    equal = (
        (Matter.kind, wanted.kind),
        (Matter.label, wanted.label),
        (Matter.topic, wanted.topic),
        (Matter.follower_id, wanted.follower_id),
    )
    found += [column == value for column, value in equal if value is not None]
    if wanted.words:
        # SQLite knows small letters and capitals of ASCII alone: `đ` is not `Đ` to it.
        ways = dict.fromkeys((wanted.words, wanted.words.lower(), wanted.words.title(), wanted.words.capitalize()))
        columns = (Matter.sentence, Matter.place)
        found.append(or_(*(column.icontains(way, autoescape=True) for column in columns for way in ways)))
    return found


def counts(session: Session) -> dict[tuple[str, str], int]:
    """Count matters by kind and state."""
    query = select(Matter.kind, Matter.state, func.count()).group_by(Matter.kind, Matter.state)
    return {(kind, state): count for kind, state, count in session.execute(query)}


def count_unsettled(session: Session) -> int:
    """Count the matters in which somebody still has to do something."""
    return session.scalar(select(func.count()).select_from(Matter).where(unsettled())) or 0


def count_due(session: Session, user_id: int, now: datetime) -> int:
    """Count those that returned, or whose day has come, and that somebody follows, or nobody does."""
    own = or_(Matter.follower_id == user_id, Matter.follower_id.is_(None))
    due = or_(Matter.state == RETURNED, Matter.back_at <= now)
    return session.scalar(select(func.count()).select_from(Matter).where(unsettled(), due, own)) or 0


def has_others(session: Session, matter: Matter, post_id: int) -> bool:
    """Tell whether further posts belong to a matter beside one."""
    others = (MatterPost.matter_id == matter.id, MatterPost.removed_by.is_(None))
    query = select(MatterPost.id).where(*others, func.coalesce(MatterPost.post_id, 0) != post_id)
    return session.scalar(query.limit(1)) is not None


def decisions_of(session: Session, matter_id: int) -> dict[int, Review]:
    """Return the decisions by which events of a matter came, by their numbers."""
    query = select(Review).join(MatterEvent, MatterEvent.review_id == Review.id)
    return {review.id: review for review in session.scalars(query.where(MatterEvent.matter_id == matter_id))}


def newest_decision(session: Session, matter_id: int) -> tuple[Review, str] | None:
    """Return the newest standing decision by which posts belong to a matter, and who took it; None where none does."""
    query = (
        select(Review, User.name)
        .join(User, User.id == Review.reviewer_id)
        .join(MatterEvent, MatterEvent.review_id == Review.id)
        .where(MatterEvent.matter_id == matter_id, MatterEvent.kind != "split", Review.stands())
    )
    row = session.execute(query.order_by(Review.id.desc()).limit(1)).first()
    return (row[0], row[1]) if row is not None else None
