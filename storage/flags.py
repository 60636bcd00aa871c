"""Flags: opening, the review queue, and leases, so that two reviewers never work on one flag."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from storage.database import insert_ignoring
from storage.errors import NotFound
from storage.models import Flag, Post, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagDraft:
    """The columns of a flag to open: the version of a post that passed a label's threshold, and the reasons."""

    post_id: int
    revision_number: int
    label: str
    probability: float
    reasons: Sequence[tuple[str, float]]


def open_flags(session: Session, model_id: int, drafts: Sequence[FlagDraft], now: datetime) -> Counter[str]:
    """Open flags. An existing flag is updated when nobody has decided it, or when the post was edited since.

    Returns:
        How many flags were opened or reopened, by label.

    """
    opened: Counter[str] = Counter()
    for draft in drafts:
        flag = session.scalar(select(Flag).where(Flag.post_id == draft.post_id, Flag.label == draft.label))
        if flag is None:
            row = _columns(model_id, draft, now)
            # Another scorer may have opened the same flag since the query.
            insert_ignoring(session, Flag, [row], ("post_id", "label"))
            opened[draft.label] += 1
            continue
        # A decision is about the version that was shown; a later version is a new question.
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
    """Return a flag with its post and source.

    Raises:
        NotFound: When there is none of that id (its post may have been deleted by retention).

    """
    flag = session.scalar(select(Flag).options(joinedload(Flag.post).joinedload(Post.source)).where(Flag.id == flag_id))
    if flag is None:
        message = f"there is no flag {flag_id}: its post may have been deleted"
        raise NotFound(message)
    return flag


def queue(
    session: Session, *, state: str = "open", label: str | None = None, limit: int = 50, offset: int = 0
) -> Sequence[Flag]:
    """List flags, most probable first, by id where probabilities are equal."""
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


def measured(session: Session, source_id: int, label: str) -> tuple[int, int]:
    """Count, of the flags and flagged questions of a source and label that people decided, the right ones and all."""
    # A sum hides the source from its index, by which all posts of the source would be read; few of them were decided.
    of_source = Post.source_id + 0 == source_id
    of_flags = (
        select(Flag.state, func.count())
        .join(Post, Post.id == Flag.post_id)
        .where(of_source, Flag.label == label, Flag.state.in_(("confirmed", "rejected")))
        .group_by(Flag.state)
    )
    decided = exists().where(
        Flag.post_id == Question.post_id, Flag.label == Question.label, Flag.state.in_(("confirmed", "rejected"))
    )
    of_questions = (
        select(Question.state, func.count())
        .join(Post, Post.id == Question.post_id)
        .where(
            of_source,
            Question.label == label,
            Question.flagged.is_(True),
            Question.state.in_(("confirmed", "rejected")),
            ~decided,
        )
        .group_by(Question.state)
    )
    counts: Counter[str] = Counter()
    for state, count in (*session.execute(of_flags), *session.execute(of_questions)):
        counts[state] += count
    return counts["confirmed"], counts.total()


def of_post(session: Session, post_id: int) -> Sequence[Flag]:
    """List all flags of one post."""
    return session.scalars(select(Flag).where(Flag.post_id == post_id).order_by(Flag.label)).all()


def of_posts(session: Session, post_ids: Collection[int]) -> Sequence[Flag]:
    """List the flags of some hundred posts."""
    return session.scalars(select(Flag).where(Flag.post_id.in_(post_ids)).order_by(Flag.post_id, Flag.label)).all()


def lease(session: Session, flag_id: int, *, owner: str, now: datetime, until: datetime) -> bool:
    """Lease a flag for one reviewer; False when another one holds it."""
    # One statement reads and writes, so that of two reviewers at the same moment only one gets the flag.
    free = or_(Flag.lease_until.is_(None), Flag.lease_until < now, Flag.lease_owner == owner)
    claim = update(Flag).where(Flag.id == flag_id, free).values(lease_owner=owner, lease_until=until)
    return cast("CursorResult[Any]", session.execute(claim)).rowcount == 1


def release(session: Session, flag_id: int, owner: str) -> None:
    """End a lease, if `owner` still holds it."""
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
    """Lease the most probable open flag that no other reviewer holds; None when there is none.

    Args:
        session: The unit of work.
        owner: Who leases it.
        now: The present time, UTC.
        until: When the lease expires by itself.
        label: Only flags of this label.
        after: Only flags after this one in the queue, for a reviewer who skips it.

    """
    free = or_(Flag.lease_until.is_(None), Flag.lease_until < now, Flag.lease_owner == owner)
    query = select(Flag.id).where(Flag.state == "open", free)
    if label:
        query = query.where(Flag.label == label)
    if after is not None:
        same = and_(Flag.probability == after.probability, Flag.id > after.id)
        query = query.where(or_(Flag.probability < after.probability, same))
    # Others may lease all of these between this query and the update; then the query is asked again.
    while tried := session.scalars(query.order_by(Flag.probability.desc(), Flag.id).limit(20)).all():
        for flag_id in tried:
            if lease(session, flag_id, owner=owner, now=now, until=until):
                return by_id(session, flag_id)
    return None
