"""Keys of programs that use the API."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from storage.database import added, require
from storage.errors import DataRejected
from storage.models import ApiKey

TOUCH_AFTER = timedelta(minutes=1)  # the last use is noted to the minute, so that reading hardly writes


def add(
    session: Session,
    *,
    name: str,
    key_hash: str,
    scopes: Collection[str],
    user_id: int | None,
    now: datetime,
    expires_at: datetime,
) -> ApiKey:
    """Add a key.

    Args:
        session: The unit of work.
        name: What the key is called; no two have the same name, not even after one was revoked.
        key_hash: SHA-256 of the key, in hexadecimal.
        scopes: What it may do.
        user_id: The account whose decisions it sends; None where it sends none.
        now: The present time, UTC.
        expires_at: From when on it is refused, UTC.

    Raises:
        DataRejected: When the name is taken.

    """
    if session.scalar(select(ApiKey.id).where(ApiKey.name == name)) is not None:
        raise DataRejected(f"there is a key named {name!r} already: choose another name, so that records stay clear")
    row = ApiKey(
        name=name, key_hash=key_hash, scopes=sorted(scopes), user_id=user_id, created_at=now, expires_at=expires_at
    )
    return added(session, row)


def live(session: Session, key_hash: str, now: datetime) -> ApiKey | None:
    """Return the key of a hash with its account; None when it is unknown, expired, revoked, or its user is disabled."""
    usable = (ApiKey.revoked_at.is_(None), ApiKey.expires_at > now)
    owner = or_(ApiKey.user_id.is_(None), ApiKey.user.has(active=True))
    query = select(ApiKey).options(joinedload(ApiKey.user)).where(ApiKey.key_hash == key_hash, *usable, owner)
    return session.scalar(query)


def touch(row: ApiKey, now: datetime) -> bool:
    """Note a use; says whether the row was changed and wants a commit."""
    if row.last_used_at is not None and now - row.last_used_at < TOUCH_AFTER:
        return False
    row.last_used_at = now
    return True


def all_keys(session: Session) -> Sequence[ApiKey]:
    """List all keys by name, the revoked ones too."""
    return session.scalars(select(ApiKey).options(joinedload(ApiKey.user)).order_by(ApiKey.name)).all()


def revoke(session: Session, name: str, now: datetime) -> ApiKey:
    """Make a key useless; one that is revoked already stays as it is.

    Raises:
        NotFound: When there is none of that name.

    """
    missing = f"there is no key named {name!r}: `kiemtin keys list` shows them"
    row = require(session, select(ApiKey).where(ApiKey.name == name), missing)
    row.revoked_at = row.revoked_at or now
    session.flush()
    return row
