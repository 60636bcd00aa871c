"""Invitations: a link with which a user sets a password, once, until it expires."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from storage.database import added, count_changed
from storage.models import Invitation

VALID_FOR = timedelta(days=3)


def add(session: Session, user_id: int, token_hash: str, now: datetime) -> Invitation:
    """Invite a user; earlier invitations of the same user no longer work."""
    revoke(session, user_id, now)
    row = Invitation(user_id=user_id, token_hash=token_hash, created_at=now, expires_at=now + VALID_FOR)
    return added(session, row)


def revoke(session: Session, user_id: int, now: datetime) -> None:
    """Make all open invitations of a user useless."""
    session.execute(
        update(Invitation).where(Invitation.user_id == user_id, Invitation.used_at.is_(None)).values(used_at=now)
    )


def open_one(session: Session, token_hash: str, now: datetime) -> Invitation | None:
    """Return the invitation of a token with its user; None when it was used or has expired."""
    query = select(Invitation).options(joinedload(Invitation.user))
    unused = (Invitation.token_hash == token_hash, Invitation.used_at.is_(None), Invitation.expires_at > now)
    return session.scalar(query.where(*unused))


def use(session: Session, invitation: Invitation, now: datetime) -> bool:
    """Use an invitation up; False when somebody else just did."""
    unused = (Invitation.id == invitation.id, Invitation.used_at.is_(None))
    return count_changed(session, update(Invitation).where(*unused).values(used_at=now)) == 1
