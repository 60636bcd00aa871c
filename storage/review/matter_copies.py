"""Copies of posts of matters: they belong to the same matters, unless a person said otherwise."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from storage.database import count_changed
from storage.models import Flag, Matter, MatterEvent, MatterPost, Post, Review
from storage.review import matter_log
from storage.review.matters import ANSWERED, BORNE_OUT, GONE, SETTLED

_EARLIER: Final = aliased(Post)


def follow_copies(session: Session, post_ids: Collection[int], now: datetime) -> int:
    """Have copies of posts of a matter belong to it at once; a matter that was settled or answered returns.

    Args:
        session: The unit of work.
        post_ids: Some hundred posts of which copies were found just now.
        now: The present time, UTC.

    Returns:
        How many posts came to belong to a matter.

    """
    query = (
        select(Matter.id, Post.id)
        .join(MatterPost, MatterPost.matter_id == Matter.id)
        .join(_EARLIER, _EARLIER.id == MatterPost.post_id)
        .join(Post, and_(Post.cluster_id == _EARLIER.cluster_id, Post.id != _EARLIER.id))
        .where(Post.id.in_(post_ids), MatterPost.removed_by.is_(None), Matter.state.not_in(GONE))
        .where(_may_follow())
        .distinct()
    )
    copies: dict[int, list[int]] = {}
    for matter_id, post_id in session.execute(query.order_by(Matter.id, Post.id)):
        copies.setdefault(matter_id, []).append(post_id)
    came = 0
    for matter_id, numbers in copies.items():
        matter = session.get_one(Matter, matter_id)
        event = matter_log.add(session, matter, MatterEvent(user_id=None, at=now, kind="copied"))
        came += matter_log.include(
            session, matter, [session.get_one(Post, each) for each in numbers], event, role="copy"
        )
        # What turned out to be true needs no answer, however often it is told.
        if matter.state in (SETTLED, ANSWERED) and matter.verdict != BORNE_OUT:
            matter_log.add(session, matter, MatterEvent(user_id=None, at=now, kind="returned"))
    return came


def confirm_followers(session: Session) -> int:
    """Confirm open flags whose posts belong to a matter of their label, unless somebody decided; returns how many."""
    belongs = exists().where(
        MatterPost.post_id == Flag.post_id,
        MatterPost.removed_by.is_(None),
        MatterPost.matter_id == Matter.id,
        Matter.label == Flag.label,
        Matter.state.not_in(GONE),
    )
    undecided = ~exists().where(Review.flag_id == Flag.id)
    waiting = (Flag.state == "open", Flag.shown(), belongs, undecided)
    return count_changed(session, update(Flag).where(*waiting).values(state="confirmed"))


def followers(session: Session, matter: Matter, post: Post) -> Sequence[Post]:
    """List the copies of a post that come to belong to its matter with it."""
    if post.cluster_id is None:
        return []
    query = select(Post).options(joinedload(Post.source)).join(Matter, Matter.id == matter.id)
    query = query.where(Post.cluster_id == post.cluster_id, Post.id != post.id, _may_follow())
    return session.scalars(query.order_by(Post.id)).all()


def copies_of(session: Session, posts: Sequence[Post]) -> Sequence[Post]:
    """List the further posts of the groups of copies of some posts."""
    groups = {post.cluster_id for post in posts if post.cluster_id is not None}
    known = [post.id for post in posts]
    query = select(Post).options(joinedload(Post.source)).where(Post.cluster_id.in_(groups), Post.id.not_in(known))
    return session.scalars(query.order_by(Post.id)).all()


def _may_follow() -> ColumnElement[bool]:
    """Return the condition that a post may come to a matter as a copy: nobody took it out, or decided otherwise."""
    belonged = exists().where(MatterPost.matter_id == Matter.id, MatterPost.post_id == Post.id)
    own = (Flag.post_id == Post.id, Flag.label == Matter.label)
    return ~belonged.correlate(Matter, Post) & ~exists().where(*own, Flag.state.in_(("rejected", "unsure")))
