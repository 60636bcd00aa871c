"""Saved searches and saved views of the queue: each user keeps their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.models import SavedSearch


def of_user(session: Session, user_id: int, page: str) -> Sequence[SavedSearch]:
    """List what a user keeps of a page, by name."""
    own = (SavedSearch.user_id == user_id, SavedSearch.page == page)
    return session.scalars(select(SavedSearch).where(*own).order_by(SavedSearch.name, SavedSearch.id)).all()


def save(session: Session, user_id: int, *, page: str, name: str, query: Mapping[str, str], now: datetime) -> None:
    """Keep what stands in the address of a page under a name; an earlier one of the same name is replaced."""
    own = (SavedSearch.user_id == user_id, SavedSearch.page == page)
    session.execute(delete(SavedSearch).where(*own, SavedSearch.name == name))
    session.add(SavedSearch(user_id=user_id, page=page, name=name, query=dict(query), created_at=now))
    session.flush()


def remove(session: Session, user_id: int, number: int) -> None:
    """Forget what a user keeps; one of somebody else stays."""
    session.execute(delete(SavedSearch).where(SavedSearch.user_id == user_id, SavedSearch.id == number))
