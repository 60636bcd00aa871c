"""Keys of the API: what each may do, and making and revoking them, with an event in the audit trail."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from monitor.desk.web.passwords import token_hash
from monitor.errors import UsageError
from monitor.review.roles import Right, may
from storage import audit
from storage.accounts import api_keys, users
from storage.models import ApiKey

PREFIX: Final = "kt_"  # lets a scanner for secrets recognise a key


class Scope(StrEnum):
    """Something that a key may or may not do."""

    FLAGS = "flags:read"  # flags and their decisions
    DECIDE = "decisions:write"  # decide flags, in the name of the key's account
    POSTS = "posts:read"  # posts and search, with personal data masked
    MATTERS = "matters:read"  # rumours and grievances, and what became of them
    FIGURES = "figures:read"  # counts, and the figures of reports


SCOPES: Final = tuple(Scope)
NEED_ACCOUNT: Final = frozenset({Scope.DECIDE})


def make_key(
    session: Session, name: str, scopes: Sequence[str], *, user: str, now: datetime, expires_at: datetime
) -> tuple[str, ApiKey]:
    """Make a key; the unit of work must be committed afterwards.

    Args:
        session: The unit of work.
        name: What it is called.
        scopes: What it may do.
        user: The account in whose name it decides; empty: none.
        now: The present time, UTC.
        expires_at: When it ends, UTC.

    Returns:
        The key, which is not stored, and its row.

    Raises:
        UsageError: When a scope is unknown, or one needs an account that may decide.
        StorageError: When the name is taken, or there is no such account.

    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise UsageError(f"--scope {unknown[0]}: choose {', '.join(SCOPES)}")
    if not user and NEED_ACCOUNT.intersection(scopes):
        raise UsageError("a key that sends decisions needs an account, for a person decides: add --user NAME")
    account = users.by_name(session, user) if user else None
    if account is not None and NEED_ACCOUNT.intersection(scopes) and not may(account.role, Right.DECIDE):
        raise UsageError(f"--user {user}: the role {account.role} may not decide: name another account")
    key = PREFIX + secrets.token_urlsafe(32)
    row = api_keys.add(
        session,
        name=name,
        key_hash=token_hash(key),
        scopes=list(dict.fromkeys(scopes)),
        user_id=account.id if account else None,
        now=now,
        expires_at=expires_at,
    )
    detail = {"name": name, "scopes": row.scopes, "user": row.user_id, "expires_at": expires_at.isoformat()}
    audit.record(session, at=now, action="api_key.added", subject=f"api_keys:{row.id}", detail=detail)
    return key, row


def revoke_key(session: Session, name: str, now: datetime) -> ApiKey:
    """Revoke a key; the unit of work must be committed afterwards.

    Raises:
        NotFound: When there is none of that name.

    """
    row = api_keys.revoke(session, name, now)
    audit.record(session, at=now, action="api_key.revoked", subject=f"api_keys:{row.id}", detail={"name": name})
    return row
