"""Users of the desk and the audit trail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import DataRejected, NotFound
from storage.models import AuditEvent, User


def add_user(session: Session, *, name: str, password_hash: str, role: str, now: datetime) -> User:
    """Add a user.

    Raises:
        DataRejected: When the name is taken.

    """
    if session.scalar(select(User).where(User.name == name)):
        message = f"there is a user named {name!r} already: choose another name or set a new password"
        raise DataRejected(message)
    user = User(name=name, password_hash=password_hash, role=role, active=True, created_at=now)
    session.add(user)
    session.flush()
    return user


def user_by_name(session: Session, name: str) -> User:
    """Find a user.

    Raises:
        NotFound: When there is none of that name.

    """
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        message = f"there is no user named {name!r}: `kiemtin users list` shows them"
        raise NotFound(message)
    return user


def active_user(session: Session, user_id: int) -> User | None:
    """Find a user who may sign in."""
    return session.scalar(select(User).where(User.id == user_id, User.active))


def users(session: Session) -> Sequence[User]:
    """List all users by name."""
    return session.scalars(select(User).order_by(User.name)).all()


def note(
    session: Session,
    *,
    at: datetime,
    action: str,
    subject: str,
    user_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append to the audit trail what was done, to what, by whom (nobody: the program itself)."""
    session.add(AuditEvent(at=at, user_id=user_id, action=action, subject=subject, detail=dict(detail or {})))
    session.flush()
