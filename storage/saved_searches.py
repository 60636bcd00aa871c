"""Saved searches: each user keeps their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.models import SavedSearch


def of_user(session: Session, user_id: int) -> Sequence[SavedSearch]:
    """List the searches that a user keeps, by name."""
    return session.scalars(
        select(SavedSearch).where(SavedSearch.user_id == user_id).order_by(SavedSearch.name, SavedSearch.id)
    ).all()


def save(session: Session, user_id: int, name: str, query: Mapping[str, str], now: datetime) -> None:
    """Keep a search under a name; an earlier one of the same name is replaced."""
    session.execute(delete(SavedSearch).where(SavedSearch.user_id == user_id, SavedSearch.name == name))
    session.add(SavedSearch(user_id=user_id, name=name, query=dict(query), created_at=now))
    session.flush()


def remove(session: Session, user_id: int, number: int) -> None:
    """Forget a search of a user; one of somebody else stays."""
    session.execute(delete(SavedSearch).where(SavedSearch.user_id == user_id, SavedSearch.id == number))
