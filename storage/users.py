"""Users of the review desk."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import DataRejected, NotFound
from storage.models import User


def add(session: Session, *, name: str, password_hash: str, role: str, now: datetime) -> User:
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


def by_name(session: Session, name: str) -> User:
    """Return the user of a name.

    Raises:
        NotFound: When there is none of that name.

    """
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        message = f"there is no user named {name!r}: `kiemtin users list` shows them"
        raise NotFound(message)
    return user


def active(session: Session, user_id: int) -> User | None:
    """Return a user who may sign in; None when there is no such user or the account is disabled."""
    return session.scalar(select(User).where(User.id == user_id, User.active))


def all_users(session: Session) -> Sequence[User]:
    """List all users by name."""
    return session.scalars(select(User).order_by(User.name)).all()
