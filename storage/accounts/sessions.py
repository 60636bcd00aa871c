"""Sessions of signed-in users. They live here, so that they can be listed and ended; the browser holds a token."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from storage.database import added, count_changed
from storage.models import User, UserSession

TOUCH_AFTER = timedelta(minutes=1)  # the last request is noted to the minute, so that reading pages hardly writes
KEPT = timedelta(days=30)
# How long a session lasts: without a request, and in all. A desk stands in an office that others walk through.
MOST_IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)


def start(
    session: Session, *, user_id: int, token_hash: str, stage: str, now: datetime, address: str, agent: str
) -> UserSession:
    """Add a session, and delete those that began more than 30 days ago.

    Args:
        session: The unit of work.
        user_id: Who signed in.
        token_hash: SHA-256 of the token that the browser holds, in hexadecimal.
        stage: `full`; or what is still asked for: `code` of the second factor, or `enrol` to set one up.
        now: The present time, UTC.
        address: Where the request came from.
        agent: The browser, as it names itself.

    """
    session.execute(delete(UserSession).where(UserSession.created_at < now - KEPT))
    row = UserSession(user_id=user_id, token_hash=token_hash, stage=stage, created_at=now, seen_at=now)
    row.address, row.agent = address[:64], agent[:200]
    return added(session, row)


def live(session: Session, token_hash: str, now: datetime) -> UserSession | None:
    """Return the session of a token with its user; None when it has ended, or its user is disabled."""
    query = select(UserSession).join(UserSession.user).options(contains_eager(UserSession.user))
    return session.scalar(query.where(UserSession.token_hash == token_hash, *_is_live(now), User.active))


def touch(row: UserSession, now: datetime) -> bool:
    """Note a request; says whether the row was changed and wants a commit."""
    if now - row.seen_at < TOUCH_AFTER:
        return False
    row.seen_at = now
    return True


def listed(session: Session, now: datetime, user_id: int | None = None) -> Sequence[UserSession]:
    """List the sessions that go on, of one user or of all, newest request first."""
    query = select(UserSession).options(joinedload(UserSession.user)).where(*_is_live(now))
    if user_id is not None:
        query = query.where(UserSession.user_id == user_id)
    return session.scalars(query.order_by(UserSession.seen_at.desc(), UserSession.id.desc())).all()


def end(session: Session, session_id: int, now: datetime, user_id: int | None = None) -> bool:
    """End a session; False when it has ended already, is unknown, or is not of the user that is named."""
    row = session.get(UserSession, session_id)
    if row is None or row.ended_at is not None or user_id not in (None, row.user_id):
        return False
    row.ended_at = now
    session.flush()
    return True


def end_of_token(session: Session, token_hash: str, now: datetime) -> None:
    """End the session of a token, if it goes on."""
    mine = (UserSession.token_hash == token_hash, UserSession.ended_at.is_(None))
    session.execute(update(UserSession).where(*mine).values(ended_at=now))


def end_all(session: Session, user_id: int, now: datetime, *, but: int | None = None) -> int:
    """End all sessions of a user, but for one if it is named; returns how many."""
    of_user = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    others = of_user if but is None else of_user.where(UserSession.id != but)
    return count_changed(session, others.values(ended_at=now))


def _is_live(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        UserSession.ended_at.is_(None),
        UserSession.seen_at > now - MOST_IDLE,
        UserSession.created_at > now - LONGEST,
    )
