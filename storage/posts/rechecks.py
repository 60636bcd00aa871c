"""Rechecks of flagged posts: when each is due next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from storage.models import Flag, Post, Source


def plan(session: Session, first_look: timedelta, since: datetime) -> None:
    """Plan the first recheck of posts that were flagged since a time, are still there, and came by a crawl."""
    # A post may have several flags; the first one counts.
    first = func.min(Flag.opened_at, type_=Flag.opened_at.type)
    query = (
        select(Flag.post_id, first)
        .join(Post, Post.id == Flag.post_id)
        .join(Source, Source.id == Post.source_id)
        .where(Flag.suggested(), Post.flagged_at.is_(None), Source.kind != "import", Post.deleted_at.is_(None))
        .group_by(Flag.post_id)
    )
    recent = select(Flag.post_id).where(Flag.opened_at > since)
    rows = [
        {"id": post_id, "flagged_at": moment, "recheck_at": moment + first_look}
        for post_id, moment in session.execute(query.where(Flag.post_id.in_(recent)).having(first > since))
    ]
    if rows:
        session.execute(update(Post), rows)


def due(session: Session, now: datetime, limit: int, names: Sequence[str] = ()) -> Sequence[Post]:
    """List the posts whose recheck is due, longest due first, with their sources.

    Args:
        session: The unit of work.
        now: The present time, UTC.
        limit: How many at most.
        names: Only posts of these sources; empty for all.

    """
    query = (
        select(Post)
        .join(Post.source)
        .options(joinedload(Post.source))
        .where(Post.recheck_at <= now, Post.deleted_at.is_(None), Source.enabled)
        .order_by(Post.recheck_at, Post.id)
        .limit(limit)
    )
    if names:
        query = query.where(Source.name.in_(names))
    return session.scalars(query).all()


def record_check(session: Session, post_id: int, now: datetime, next_look: datetime | None) -> None:
    """Store that a post was checked, and when the next check is due; None: no more."""
    session.execute(update(Post).where(Post.id == post_id).values(rechecked_at=now, recheck_at=next_look))


def postpone(session: Session, post_id: int, until: datetime | None) -> None:
    """Move a check to a later time, because nothing was learnt now; None: no more."""
    session.execute(update(Post).where(Post.id == post_id).values(recheck_at=until))
