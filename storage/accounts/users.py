"""Users of the review desk."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.accounts import invitations, sessions
from storage.database import added, require
from storage.errors import DataRejected
from storage.models import User


def add(session: Session, *, name: str, password_hash: str, role: str, now: datetime) -> User:
    """Add a user.

    Raises:
        DataRejected: When the name is taken.

    """
    if session.scalar(select(User).where(User.name == name)):
        raise DataRejected(f"there is a user named {name!r} already: choose another name, or invite that user anew")
    return added(session, User(name=name, password_hash=password_hash, role=role, active=True, created_at=now))


def set_password(session: Session, user: User, password_hash: str, now: datetime) -> int:
    """Store a new password and end the sessions under the old one.

    Args:
        session: The unit of work.
        user: The user.
        password_hash: The hash of the new password.
        now: The present time, UTC.

    Returns:
        How many sessions were ended.

    """
    user.password_hash = password_hash
    invitations.revoke(session, user.id, now)
    return sessions.end_all(session, user.id, now)


def by_name(session: Session, name: str) -> User:
    """Return the user of a name.

    Raises:
        NotFound: When there is none of that name.

    """
    missing = f"there is no user named {name!r}: `kiemtin users list` shows them"
    return require(session, select(User).where(User.name == name), missing)


def by_id(session: Session, user_id: int) -> User:
    """Return a user.

    Raises:
        NotFound: When there is none of that id.

    """
    return require(session, select(User).where(User.id == user_id), f"there is no user {user_id}")


def names_of(session: Session, roles: Sequence[str]) -> dict[int, str]:
    """Return the names of the active users with one of some roles by their numbers, in the order of the names."""
    query = select(User.id, User.name).where(User.active, User.role.in_(roles)).order_by(User.name)
    return dict(session.execute(query).all())


def all_users(session: Session) -> Sequence[User]:
    """List all users by name."""
    return session.scalars(select(User).order_by(User.name)).all()
