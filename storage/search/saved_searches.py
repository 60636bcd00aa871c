"""Saved searches and saved views of the queue: each user keeps their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from storage.database import added
from storage.errors import DataRejected
from storage.models import SavedSearch

MOST_KEPT: Final = 100  # of one user and page


def of_user(session: Session, user_id: int, page: str) -> Sequence[SavedSearch]:
    """List what a user keeps of a page, by name."""
    own = (SavedSearch.user_id == user_id, SavedSearch.page == page)
    return session.scalars(select(SavedSearch).where(*own).order_by(SavedSearch.name, SavedSearch.id)).all()


def save(session: Session, user_id: int, *, page: str, name: str, query: Mapping[str, str], now: datetime) -> None:
    """Keep what stands in the address of a page under a name; one of the same name is changed, and stays watched.

    Raises:
        DataRejected: When the user keeps as many of that page as may be.

    """
    own = (SavedSearch.user_id == user_id, SavedSearch.page == page)
    known = session.scalars(select(SavedSearch).where(*own, SavedSearch.name == name)).first()
    if known is not None:
        known.query, known.created_at = dict(query), now
        session.flush()
        return
    if (session.scalar(select(func.count()).select_from(SavedSearch).where(*own)) or 0) >= MOST_KEPT:
        raise DataRejected(f"no more than {MOST_KEPT} are kept: remove one first")
    added(session, SavedSearch(user_id=user_id, page=page, name=name, query=dict(query), created_at=now))


def remove(session: Session, user_id: int, number: int) -> None:
    """Forget what a user keeps; one of somebody else stays."""
    session.execute(delete(SavedSearch).where(SavedSearch.user_id == user_id, SavedSearch.id == number))
