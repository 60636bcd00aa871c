"""What is done to accounts, at the desk and by commands: each change goes with its audit event."""

import secrets
import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from monitor.desk.web.passwords import token_hash
from monitor.review.roles import DEFAULT_ROLE
from storage import audit
from storage.accounts import invitations, second_factors, sessions, users
from storage.errors import DataRejected, NotFound
from storage.models import User

NO_HASH = "!"  # matches no password


def typed_name(given: str) -> str:
    """Return a name as it is stored, however a browser composed its letters."""
    return unicodedata.normalize("NFC", given.replace("\x00", "").strip())


def invite(session: Session, name: str, role: str | None, now: datetime, *, by: int | None = None) -> str:
    """Add a user without a password, or take one that is there, and return the token of an invitation.

    Args:
        session: The unit of work.
        name: The name to sign in with.
        role: The role. That of a user who is there must be the same; None: it stays, and a new user gets the least that
            decides.
        now: The present time, UTC.
        by: The user who invites; None for a command.

    Raises:
        DataRejected: When there is a user of that name with another role.

    """
    try:
        user = users.by_name(session, name)
    except NotFound:
        user = users.add(session, name=name, password_hash=NO_HASH, role=role or DEFAULT_ROLE, now=now)
    if role is not None and user.role != role:
        raise DataRejected(f"{name} is there already, as {user.role}: change the role first, at the desk")
    token = secrets.token_urlsafe(32)
    invitations.add(session, user.id, token_hash(token), now)
    _record(session, "user.invited", user, now, by=by, role=user.role)
    return token


def invitation_link(base: str, token: str) -> str:
    """Return the address that the invited person opens."""
    return f"{base.rstrip('/')}/join/{token}"


def change_role(session: Session, user: User, role: str, now: datetime, *, by: int | None = None) -> None:
    """Give a user another role. Sessions end, so that a role that needs a second factor is not held without one."""
    before, user.role = user.role, role
    sessions.end_all(session, user.id, now)
    _record(session, "user.role", user, now, by=by, before=before, role=role)


def disable(session: Session, user: User, now: datetime, *, by: int | None = None) -> None:
    """Keep a user out; what they decided stays."""
    user.active = False
    sessions.end_all(session, user.id, now)
    invitations.revoke(session, user.id, now)
    _record(session, "user.disabled", user, now, by=by)


def end_sessions(session: Session, user: User, now: datetime, *, by: int | None = None) -> int:
    """End all sessions of a user; returns how many."""
    ended = sessions.end_all(session, user.id, now)
    _record(session, "sessions_ended", user, now, by=by, ended=ended)
    return ended


def reset_second_factor(session: Session, user: User, now: datetime, *, by: int | None = None) -> None:
    """Take a user's second factor away: whose role needs one sets up another at the next sign-in."""
    second_factors.forget(session, user)
    sessions.end_all(session, user.id, now)
    _record(session, "second_factor_reset", user, now, by=by)


def _record(session: Session, action: str, user: User, now: datetime, *, by: int | None, **detail: object) -> None:
    audit.record(session, at=now, action=action, subject=f"users:{user.id}", user_id=by, detail=detail)
