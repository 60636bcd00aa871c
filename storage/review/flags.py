"""Flags: opening, the review queue, and leases, so that two reviewers never work on one flag."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from storage.database import count_changed, insert_ignoring, require
from storage.models import Flag, Post

WHOLE: Final = select(Flag).options(joinedload(Flag.post).joinedload(Post.source))
"""Selects flags with their posts and sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagDraft:
    """The columns of a flag to open: the version of a post that passed a label's threshold, and the reasons.

    `origin` is `scored`, or `listed` where the threshold was not passed; see `storage.models.Flag`. `source_id` is
    the post's, `dated` when it was published or else collected; `reach` and `worth` place the flag in the queue.
    """

    post_id: int
    source_id: int
    revision_number: int
    label: str
    probability: float
    reasons: Sequence[tuple[str, float]]
    dated: datetime
    reach: float
    worth: float
    origin: str = "scored"


_TRIED_AT_ONCE: Final = 20
_RANK: Final = {"drawn": 0, "listed": 1, "scored": 2}


def open_flags(session: Session, model_id: int, drafts: Sequence[FlagDraft], now: datetime) -> Counter[str]:
    """Open flags. An existing flag is updated when nobody has decided it, or when the post was edited since.

    One that was drawn for teaching or listed is from then on what the draft says, but never less than it was; a
    decision on it stands.

    Returns:
        How many flags whose threshold is passed were opened or reopened, by label.

    """
    opened: Counter[str] = Counter()
    every = select(Flag).where(Flag.post_id.in_({draft.post_id for draft in drafts})).order_by(Flag.id)
    known = {(flag.post_id, flag.label): flag for flag in session.scalars(every)}
    new = [draft for draft in drafts if (draft.post_id, draft.label) not in known]
    # Another scorer may have opened the same flags since the query.
    insert_ignoring(session, Flag, [columns(model_id, draft, now) for draft in new], ("post_id", "label"))
    opened.update(draft.label for draft in new if draft.origin == "scored")
    for draft in drafts:
        flag = known.get((draft.post_id, draft.label))
        if flag is None or _RANK[draft.origin] < _RANK[flag.origin]:
            continue
        # A decision is about the version that was shown; a later version is a new question.
        edited = draft.revision_number > flag.revision_number
        raised = draft.origin != flag.origin
        if raised:
            flag.origin, flag.opened_at = draft.origin, now
        if flag.state == "open" or edited:
            opened[draft.label] += int(draft.origin == "scored" and (edited or raised))
            if edited:
                flag.searched_at = None  # evidence was looked for by the words of the earlier version
            flag.revision_number, flag.probability = draft.revision_number, draft.probability
            flag.reasons, flag.model_id = _reasons(draft), model_id
            flag.dated, flag.reach, flag.worth = draft.dated, draft.reach, draft.worth
            flag.relevance = None  # it is looked at when the open flags are placed
            flag.state = "open"
    session.flush()
    return opened


def _reasons(draft: FlagDraft) -> list[list[str | float]]:
    return [[words, weight] for words, weight in draft.reasons]


def columns(model_id: int, draft: FlagDraft, now: datetime) -> dict[str, Any]:
    """Return the columns of a new flag."""
    own = {"model_id": model_id, "reasons": _reasons(draft), "state": "open", "opened_at": now}
    return {**asdict(draft), **own}


def on_copies(flag: Flag) -> ColumnElement[bool]:
    """Return the condition that a flag has the label of this one and is on its post or, in a group, on a copy."""
    same = Flag.post_id == flag.post_id
    if flag.post.cluster_id is not None:
        # Not joined: SQLite would look up the post of every flag of the label.
        same = Flag.post_id.in_(select(Post.id).where(Post.cluster_id == flag.post.cluster_id))
    return and_(Flag.label == flag.label, same)


def by_id(session: Session, flag_id: int) -> Flag:
    """Return a flag with its post and source.

    Raises:
        NotFound: When there is none of that id (its post may have been deleted by retention).

    """
    query = WHOLE.where(Flag.id == flag_id)
    return require(session, query, f"there is no flag {flag_id}: its post may have been deleted")


def counts(session: Session) -> dict[str, dict[str, int]]:
    """Count the machine's flags by label and state."""
    table: dict[str, dict[str, int]] = {}
    for label, state, count in session.execute(
        select(Flag.label, Flag.state, func.count()).where(Flag.suggested()).group_by(Flag.label, Flag.state)
    ):
        table.setdefault(label, {})[state] = count
    return table


def of_post(session: Session, post_id: int) -> Sequence[Flag]:
    """List the machine's flags of one post."""
    query = select(Flag).where(Flag.post_id == post_id, Flag.suggested())
    return session.scalars(query.order_by(Flag.label)).all()


def of_posts(session: Session, post_ids: Collection[int]) -> Sequence[Flag]:
    """List the machine's flags of some hundred posts."""
    query = select(Flag).where(Flag.post_id.in_(post_ids), Flag.suggested())
    return session.scalars(query.order_by(Flag.post_id, Flag.label)).all()


def numbers_of(session: Session, post_ids: Collection[int], label: str) -> dict[int, int]:
    """Return the numbers of the flags of a label on some hundred posts, by post."""
    query = select(Flag.post_id, Flag.id).where(Flag.post_id.in_(post_ids), Flag.label == label, Flag.shown())
    return dict(session.execute(query).all())


def free(owner: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody but this owner holds a flag."""
    return or_(Flag.lease_until.is_(None), Flag.lease_until < now, Flag.lease_owner == owner)


def lease(session: Session, flag_id: int, *, owner: str, now: datetime, until: datetime) -> bool:
    """Lease a flag for one reviewer; False when another one holds it."""
    # One statement reads and writes, so that of two reviewers at the same moment only one gets the flag.
    claim = update(Flag).where(Flag.id == flag_id, free(owner, now)).values(lease_owner=owner, lease_until=until)
    return count_changed(session, claim) == 1


def lease_first(session: Session, query: Select[int], *, owner: str, now: datetime, until: datetime) -> int | None:
    """Lease the first flag that a query of numbers gives and that nobody else holds; None when it gives none."""
    # Others may lease all of these between this query and the update; then the query is asked again.
    while tried := session.scalars(query.where(free(owner, now)).limit(_TRIED_AT_ONCE)).all():
        for flag_id in tried:
            if lease(session, flag_id, owner=owner, now=now, until=until):
                return flag_id
    return None


def release(session: Session, flag_id: int, owner: str) -> None:
    """End a lease, if `owner` still holds it."""
    held = (Flag.id == flag_id, Flag.lease_owner == owner)
    session.execute(update(Flag).where(*held).values(lease_owner=None, lease_until=None))
