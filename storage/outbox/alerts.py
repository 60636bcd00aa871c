"""Alerts: raised once for each episode of a subject, seen and settled by people."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from storage.database import insert_ignoring, require
from storage.models import Alert, SavedSearch


def raise_once(
    session: Session,
    subject: str,
    facts: Mapping[str, Any],
    *,
    now: datetime,
    quiet: timedelta | None,
    user_id: int | None = None,
) -> Alert | None:
    """Store an alert, unless its subject was told of before.

    Args:
        session: The unit of work.
        subject: What it is about: its kind, a colon, and a number or name.
        facts: Counts and numbers of rows.
        now: The time, UTC.
        quiet: For how long after an alert the same subject is not told of again; None: never again.
        user_id: Who alone sees it; None: everybody does.

    Returns:
        The alert; None when it was told of before, also by another program at this moment.

    """
    last = session.execute(
        select(func.max(Alert.episode), func.max(Alert.raised_at)).where(Alert.subject == subject)
    ).one()
    if last[0] is not None and (quiet is None or now - last[1] < quiet):
        return None
    values = {
        "kind": subject.partition(":")[0],
        "subject": subject,
        "episode": (last[0] or 0) + 1,
        "user_id": user_id,
        "facts": dict(facts),
        "raised_at": now,
    }
    before = session.scalar(select(func.max(Alert.id))) or 0
    insert_ignoring(session, Alert, [values], ("subject", "episode"))
    mine = (Alert.subject == subject, Alert.episode == values["episode"], Alert.id > before)
    return session.scalars(select(Alert).where(*mine)).first()


def newest(session: Session, subject: str) -> datetime | None:
    """Return when a subject was last told of; None when it never was."""
    return session.scalar(select(func.max(Alert.raised_at)).where(Alert.subject == subject))


def by_id(session: Session, number: int, user_id: int) -> Alert:
    """Return an alert that a user may see.

    Raises:
        NotFound: When there is none of this number, or it is of somebody else's search.

    """
    query = select(Alert).where(Alert.id == number, _visible(user_id))
    return require(session, query, f"there is no alert {number}")


def listed(session: Session, user_id: int, *, settled: bool = False, limit: int = 100) -> Sequence[Alert]:
    """List the alerts that a user may see, newest first; those that nobody has settled, or the others."""
    state = Alert.settled_at.is_not(None) if settled else Alert.settled_at.is_(None)
    query = select(Alert).where(_visible(user_id), state).order_by(Alert.raised_at.desc(), Alert.id.desc())
    return session.scalars(query.limit(limit)).all()


def count_open(session: Session, user_id: int) -> tuple[int, int]:
    """Count the alerts that nobody has settled, and those of them that nobody has seen."""
    query = select(func.count(), func.count().filter(Alert.seen_at.is_(None))).select_from(Alert)
    row = session.execute(query.where(_visible(user_id), Alert.settled_at.is_(None))).one()
    return row[0], row[1]


def _visible(user_id: int) -> ColumnElement[bool]:
    return or_(Alert.user_id.is_(None), Alert.user_id == user_id)


def see(session: Session, alert: Alert, *, user_id: int, now: datetime) -> None:
    """Note that somebody has seen an alert; the first one stays noted."""
    first = (Alert.id == alert.id, Alert.seen_at.is_(None))
    session.execute(update(Alert).where(*first).values(seen_by=user_id, seen_at=now))
    session.refresh(alert)


def settle(session: Session, alert: Alert, *, user_id: int, now: datetime) -> None:
    """Note that nothing more is to be done about an alert; what was settled stays so."""
    see(session, alert, user_id=user_id, now=now)
    still_open = (Alert.id == alert.id, Alert.settled_at.is_(None))
    session.execute(update(Alert).where(*still_open).values(settled_by=user_id, settled_at=now))
    session.refresh(alert)


def end(session: Session, subject: str, now: datetime) -> None:
    """Settle the alerts of a subject, because what they say is no longer so."""
    session.execute(update(Alert).where(Alert.subject == subject, Alert.settled_at.is_(None)).values(settled_at=now))


def watches(session: Session) -> Sequence[SavedSearch]:
    """List the watched searches."""
    watched = SavedSearch.watched_since.is_not(None)
    return session.scalars(select(SavedSearch).where(watched).order_by(SavedSearch.id)).all()


def watched_by(session: Session, user_id: int) -> set[int]:
    """Return the numbers of a user's searches that are watched."""
    return {saved.id for saved in watches(session) if saved.user_id == user_id}


def watch(session: Session, user_id: int, search_id: int, *, wanted: bool, newest_post: int, now: datetime) -> None:
    """Begin or end to watch a search; one of somebody else, or one that is watched already, stays as it is."""
    own = (SavedSearch.id == search_id, SavedSearch.user_id == user_id, SavedSearch.page == "search")
    change = update(SavedSearch).where(*own)
    if not wanted:
        session.execute(change.values(watched_since=None, watched_post=None))
        return
    unwatched = SavedSearch.watched_since.is_(None)
    session.execute(change.where(unwatched).values(watched_since=now, watched_post=newest_post))
