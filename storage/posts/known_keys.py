"""The keys by which the pseudonyms of stored authors were made, each as a value that only tells it from others."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.models import ErasedAuthor, KnownKey, Post


def check_values(session: Session) -> set[str]:
    """Return the check values of all keys that are needed."""
    return set(session.scalars(select(KnownKey.check_value)))


def note(session: Session, check_value: str, now: datetime) -> None:
    """Note that a key is needed from now on."""
    insert_ignoring(session, KnownKey, [{"check_value": check_value, "noted_at": now}], ("check_value",))


def keep_only(session: Session, check_values: Collection[str]) -> None:
    """Forget all keys but some."""
    session.execute(delete(KnownKey).where(KnownKey.check_value.not_in(check_values)))


def has_pseudonyms(session: Session) -> bool:
    """Tell whether a post has an author, or an author was erased: the key of their pseudonyms is needed."""
    post = select(Post.id).where(Post.author_key.is_not(None)).limit(1)
    erased = select(ErasedAuthor.author_key).limit(1)
    return session.scalar(post) is not None or session.scalar(erased) is not None
