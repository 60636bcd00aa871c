"""What a matter is made of: events, and rows that say that a post belongs to it. All that can change follows from them.

Events are only added; one that was taken back counts no more. The row of a post names the event by which it came, and
the one by which it left.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.orm import Session

from storage.database import added
from storage.models import Flag, Matter, MatterEvent, MatterPost, Post, Review
from storage.review.matters import (
    ANSWERED,
    BORNE_OUT,
    FOLLOWED_UP,
    MERGED,
    OPEN,
    OTHER_TOPIC,
    PASSED,
    RETURNED,
    SETTLED,
    WITHDRAWN,
)

_STATE_OF: Final = {
    "passed": PASSED,
    "answered": ANSWERED,
    "followed_up": FOLLOWED_UP,
    "settled": SETTLED,
    "reopened": OPEN,
    "returned": RETURNED,
    "merged": MERGED,
}


def add(session: Session, matter: Matter, event: MatterEvent) -> MatterEvent:
    """Add an event to a matter, and set what follows from it."""
    hold(session, matter)
    event.matter_id = matter.id
    for name in ("note", "passed_to"):
        setattr(event, name, getattr(event, name) or "")
    added(session, event)
    matter.changed_at, matter.version = event.at, matter.version + 1
    settle(session, matter)
    return event


def hold(session: Session, matter: Matter) -> None:
    """Take a matter's row, so that what follows is read after whoever acts at the same moment is done."""
    session.flush()
    session.execute(update(Matter).where(Matter.id == matter.id).values(version=Matter.version))
    session.refresh(matter)


def include(
    session: Session, matter: Matter, posts: Iterable[Post], event: MatterEvent, *, role: str, again: bool = False
) -> int:
    """Add posts to a matter, with the roles that follow from `role`; `again`: one that belongs to it comes anew."""
    rows = list(session.scalars(belonging(matter.id)))
    known = {row.post_id: row for row in rows if row.post_id is not None}
    feeds = _feeds_of_texts(session, matter.id)
    came = 0
    for post in posts:
        before = known.get(post.id)
        if before is not None and not again:
            continue
        if before is not None:
            before.removed_by = event.id
            session.flush()
        publisher = post.source.publisher
        feed = feeds.setdefault((publisher, post.content_hash), post.source_id)
        row = MatterPost(
            matter_id=matter.id,
            post_id=post.id,
            publisher=publisher,
            dated=post.dated,
            counted=before.counted if before is not None else feed == post.source_id,
            role=before.role if before is not None else "copy" if role == "first" and came else role,
            joined_by=event.id,
        )
        session.add(row)
        known[post.id] = row
        came += 1
    settle(session, matter)
    return came


def remove(session: Session, matter: Matter, post_ids: Collection[int], event: MatterEvent) -> int:
    """Have posts leave a matter by an event; returns how many belonged to it."""
    rows = session.scalars(belonging(matter.id).where(MatterPost.post_id.in_(post_ids))).all()
    for row in rows:
        row.removed_by = event.id
    session.flush()
    _count_again(session, matter, [row for row in rows if row.counted])
    _reopen(session, post_ids)
    settle(session, matter)
    return len(rows)


def take_back(session: Session, event: MatterEvent, *, user_id: int, now: datetime) -> None:
    """Take an event back: the posts that came by it leave, and those that left by it belong again."""
    matter = session.get_one(Matter, event.matter_id)
    hold(session, matter)
    if session.scalar(select(MatterEvent.id).where(MatterEvent.undoes == event.id)) is not None:
        return
    taken = add(session, matter, MatterEvent(user_id=user_id, at=now, kind="undone", undoes=event.id))
    left = session.scalars(belonging(matter.id).where(MatterPost.joined_by == event.id)).all()
    for row in left:
        row.removed_by = taken.id
    session.flush()
    known = {row.post_id for row in session.scalars(belonging(matter.id)) if row.post_id is not None}
    removed = session.scalars(select(MatterPost).where(MatterPost.removed_by == event.id)).all()
    undone = set(session.scalars(select(MatterEvent.undoes).where(MatterEvent.matter_id == matter.id)))
    again = [row for row in removed if row.post_id not in known and row.joined_by not in undone]
    for row in again:
        row.removed_by = None
    if event.kind == "merged":
        matter.merged_into = None
    session.flush()
    _count_again(session, matter, [*(row for row in left if row.counted), *again])
    _reopen(session, [row.post_id for row in left if row.post_id is not None])
    settle(session, matter)


def belonging(matter_id: int) -> Select[MatterPost]:
    """Return the query of the rows of the posts that belong to a matter."""
    return select(MatterPost).where(MatterPost.matter_id == matter_id, MatterPost.removed_by.is_(None))


def _feeds_of_texts(session: Session, matter_id: int) -> dict[tuple[str, str], int]:
    """Return publisher and text of the posts that count, with their source: of several feeds of one site one counts."""
    query = belonging(matter_id).join(Post, Post.id == MatterPost.post_id).where(MatterPost.counted)
    columns = query.with_only_columns(MatterPost.publisher, Post.content_hash, Post.source_id)
    return {(publisher, text): source_id for publisher, text, source_id in session.execute(columns)}


def _count_again(session: Session, matter: Matter, moved: Iterable[MatterPost]) -> None:
    """Have a text of one publisher count by one of its feeds, after posts of it left a matter or came back."""
    for row in moved:
        post = session.get(Post, row.post_id) if row.post_id is not None else None
        if post is None:
            continue
        query = belonging(matter.id).join(Post, Post.id == MatterPost.post_id).order_by(MatterPost.id)
        same = query.where(MatterPost.publisher == row.publisher, Post.content_hash == post.content_hash)
        rows = session.execute(same.add_columns(Post.source_id)).all()
        feed = next((source_id for each, source_id in rows if each.counted), rows[0].source_id if rows else None)
        for each, source_id in rows:
            each.counted = source_id == feed
        session.flush()


def _reopen(session: Session, post_ids: Collection[int]) -> None:
    """Open the flags again that were confirmed by a matter alone, and whose posts belong to none any more."""
    standing = exists().where(Review.flag_id == Flag.id, Review.stands())
    belongs = exists().where(
        MatterPost.post_id == Flag.post_id,
        MatterPost.removed_by.is_(None),
        MatterPost.matter_id == Matter.id,
        Matter.label == Flag.label,
    )
    left = (Flag.post_id.in_(post_ids), Flag.state == "confirmed", ~standing, ~belongs)
    session.execute(update(Flag).where(*left).values(state="open"))


def settle(session: Session, matter: Matter) -> None:
    """Set what follows from a matter's events and posts."""
    query = select(MatterEvent).where(MatterEvent.matter_id == matter.id).order_by(MatterEvent.id)
    events = session.scalars(query).all()
    undone = {event.undoes for event in events}
    matter.state, matter.verdict, matter.topic, matter.place, matter.sentence = OPEN, None, OTHER_TOPIC, "", ""
    matter.follower_id = matter.back_at = None
    for event in events:
        if event.id in undone and event.kind != "opened":
            continue
        matter.state = _STATE_OF.get(event.kind, matter.state)
        if event.kind in ("opened", "judged"):
            matter.state = SETTLED if event.verdict == BORNE_OUT else OPEN if matter.state == SETTLED else matter.state
        for name in ("verdict", "topic", "place", "sentence", "follower_id", "back_at"):
            if (value := getattr(event, name)) is not None:
                setattr(matter, name, value)
    if matter.state == SETTLED:
        matter.back_at = None
    ends = select(func.min(MatterPost.dated), func.max(MatterPost.dated))
    ends = ends.where(MatterPost.matter_id == matter.id, MatterPost.removed_by.is_(None))
    session.flush()
    row: tuple[datetime | None, datetime | None] = session.execute(ends).one()
    first, last = row
    if first is not None and last is not None:
        matter.first_at, matter.last_at = first, last
    elif matter.state != MERGED:
        matter.state = WITHDRAWN
    session.flush()
