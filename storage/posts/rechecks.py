"""Rechecks of flagged posts: when each is due next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select, tuple_, update
from sqlalchemy.orm import Session, aliased, joinedload

from storage.database import insert_ignoring
from storage.models import Flag, Post, Recheck, Source


def plan(session: Session, first_look: timedelta, since: datetime) -> None:
    """Plan the first recheck of posts that were flagged since a time, are still there, and came by a crawl."""
    # A post may have several flags; the first one counts.
    earlier = aliased(Flag)
    before = tuple_(earlier.opened_at, earlier.id) < tuple_(Flag.opened_at, Flag.id)
    query = (
        select(Flag.post_id, Flag.opened_at)
        .join(Post, Post.id == Flag.post_id)
        .join(Source, Source.id == Post.source_id)
        .where(
            Flag.opened_at > since,
            ~exists().where(earlier.post_id == Flag.post_id, before),
            ~exists().where(Recheck.post_id == Flag.post_id),
            Source.kind != "import",
            Post.deleted_at.is_(None),
        )
    )
    rows = [
        {"post_id": post_id, "flagged_at": moment, "due_at": moment + first_look, "checked_at": None}
        for post_id, moment in session.execute(query).all()
    ]
    insert_ignoring(session, Recheck, rows, ("post_id",))


def due(session: Session, now: datetime, limit: int, names: Sequence[str] = ()) -> Sequence[Recheck]:
    """List the rechecks that are due, longest due first, with their posts and sources.

    Args:
        session: The unit of work.
        now: The present time, UTC.
        limit: How many at most.
        names: Only posts of these sources; empty for all.

    """
    query = (
        select(Recheck)
        .join(Recheck.post)
        .join(Post.source)
        .options(joinedload(Recheck.post).joinedload(Post.source))
        .where(Recheck.due_at <= now, Post.deleted_at.is_(None), Source.enabled)
        .order_by(Recheck.due_at, Recheck.post_id)
        .limit(limit)
    )
    if names:
        query = query.where(Source.name.in_(names))
    return session.scalars(query).all()


def record_check(session: Session, post_id: int, now: datetime, next_look: datetime | None) -> None:
    """Store that a post was checked, and when the next check is due; None: no more."""
    session.execute(update(Recheck).where(Recheck.post_id == post_id).values(checked_at=now, due_at=next_look))


def postpone(session: Session, post_id: int, until: datetime | None) -> None:
    """Move a check to a later time, because nothing was learnt now; None: no more."""
    session.execute(update(Recheck).where(Recheck.post_id == post_id).values(due_at=until))
