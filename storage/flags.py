"""Flags: opening them, the queue in which people see them, and leases so that two never work on one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, and_, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from storage.database import insert_ignoring
from storage.errors import NotFound
from storage.models import Flag, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagDraft:
    """A suggestion of the classifier: the version of a post that passed a label's threshold, and why."""

    post_id: int
    revision_number: int
    label: str
    probability: float
    reasons: Sequence[tuple[str, float]]


def open_flags(session: Session, model_id: int, drafts: Sequence[FlagDraft], now: datetime) -> Counter[str]:
    """Open flags; a flag that a person has not decided, or whose post was edited since, is brought up to date.

    Returns:
        How many flags were opened or opened again, by label.

    """
    opened: Counter[str] = Counter()
    for draft in drafts:
        flag = session.scalar(select(Flag).where(Flag.post_id == draft.post_id, Flag.label == draft.label))
        if flag is None:
            row = _columns(model_id, draft, now)
            insert_ignoring(session, Flag, [row], ("post_id", "label"))
            opened[draft.label] += 1
            continue
        edited = draft.revision_number > flag.revision_number
        if flag.state == "open" or edited:
            opened[draft.label] += int(edited)
            flag.revision_number, flag.probability = draft.revision_number, draft.probability
            flag.reasons, flag.model_id = _reasons(draft), model_id
            flag.state = "open"
    session.flush()
    return opened


def _reasons(draft: FlagDraft) -> list[list[str | float]]:
    return [[words, weight] for words, weight in draft.reasons]


def _columns(model_id: int, draft: FlagDraft, now: datetime) -> dict[str, Any]:
    return {
        "post_id": draft.post_id,
        "label": draft.label,
        "revision_number": draft.revision_number,
        "probability": draft.probability,
        "model_id": model_id,
        "reasons": _reasons(draft),
        "state": "open",
        "opened_at": now,
    }


def by_id(session: Session, flag_id: int) -> Flag:
    """Find a flag with its post and source.

    Raises:
        NotFound: When there is none of that number (its post may have been deleted by retention).

    """
    flag = session.scalar(select(Flag).options(joinedload(Flag.post).joinedload(Post.source)).where(Flag.id == flag_id))
    if flag is None:
        message = f"there is no flag {flag_id}: its post may have been deleted"
        raise NotFound(message)
    return flag


def queue(
    session: Session, *, state: str = "open", label: str | None = None, limit: int = 50, offset: int = 0
) -> Sequence[Flag]:
    """List flags, most probable first; the most probable flag of the lowest number wins a tie."""
    query = select(Flag).options(joinedload(Flag.post).joinedload(Post.source)).where(Flag.state == state)
    if label:
        query = query.where(Flag.label == label)
    query = query.order_by(Flag.probability.desc(), Flag.id).limit(limit).offset(offset)
    return session.scalars(query).all()


def counts(session: Session) -> dict[str, dict[str, int]]:
    """Count flags by label and state."""
    table: dict[str, dict[str, int]] = {}
    for label, state, count in session.execute(
        select(Flag.label, Flag.state, func.count()).group_by(Flag.label, Flag.state)
    ):
        table.setdefault(label, {})[state] = count
    return table


def of_post(session: Session, post_id: int) -> Sequence[Flag]:
    """List all flags of one post."""
    return session.scalars(select(Flag).where(Flag.post_id == post_id).order_by(Flag.label)).all()


def lease(session: Session, flag_id: int, *, owner: str, now: datetime, until: datetime) -> bool:
    """Lease a flag for one reviewer; False when somebody else holds it."""
    free = or_(Flag.lease_until.is_(None), Flag.lease_until < now, Flag.lease_owner == owner)
    claim = update(Flag).where(Flag.id == flag_id, free).values(lease_owner=owner, lease_until=until)
    return cast("CursorResult[Any]", session.execute(claim)).rowcount == 1


def release(session: Session, flag_id: int, owner: str) -> None:
    """Give a lease back, if it is still held by `owner`."""
    held = (Flag.id == flag_id, Flag.lease_owner == owner)
    session.execute(update(Flag).where(*held).values(lease_owner=None, lease_until=None))


def lease_next(
    session: Session,
    *,
    owner: str,
    now: datetime,
    until: datetime,
    label: str | None = None,
    after: Flag | None = None,
) -> Flag | None:
    """Lease the most probable open flag that nobody else is looking at; None when there is none.

    Args:
        session: The unit of work.
        owner: Who wants it.
        now: The present time, UTC.
        until: When the lease expires by itself.
        label: Only flags of this label.
        after: Only flags that come after this one in the queue, for a reviewer who passes it over.

    """
    free = or_(Flag.lease_until.is_(None), Flag.lease_until < now, Flag.lease_owner == owner)
    query = select(Flag.id).where(Flag.state == "open", free)
    if label:
        query = query.where(Flag.label == label)
    if after is not None:
        same = and_(Flag.probability == after.probability, Flag.id > after.id)
        query = query.where(or_(Flag.probability < after.probability, same))
    for flag_id in session.scalars(query.order_by(Flag.probability.desc(), Flag.id).limit(20)).all():
        if lease(session, flag_id, owner=owner, now=now, until=until):
            return by_id(session, flag_id)
    return None
