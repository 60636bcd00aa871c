"""The review queue: which flags, in which order, page by page behind the last row seen, and taking the next one."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager

from storage import flags, search
from storage.models import Assignment, Flag, Post, Review, Source
from storage.search_words import Query


class Order(StrEnum):
    """By what the queue is ordered; flags with equal values by their numbers."""

    WORTH = "worth"
    NEWEST = "newest"
    REACH = "reach"
    DOUBT = "doubt"


_COLUMNS: Final[dict[Order, InstrumentedAttribute[Any]]] = {
    Order.WORTH: Flag.worth,
    Order.NEWEST: Flag.dated,
    Order.REACH: Flag.reach,
    Order.DOUBT: Flag.probability,
}
_TRIED_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which flags are listed; None means any.

    Args:
        state: Their state.
        label: Their label.
        source_id: The source of their posts.
        kind: The kind of that source.
        since: The date of their posts, UTC, or later.
        until: Before this time.
        place: Words of which their posts hold some.
        assigned_to: Who is asked to look at them.
        decided_by: Whose decision on them stands.
        held_by: Who holds their lease, as the owner of leases; and the present time.

    """

    state: str | None = "open"
    label: str | None = None
    source_id: int | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    place: Query | None = None
    assigned_to: int | None = None
    decided_by: int | None = None
    held_by: tuple[str, datetime] | None = None

    def conditions(self, session: Session) -> list[ColumnElement[bool]]:
        """Return the conditions of a query on flags."""
        # By the numbers of flags alone, so that an index of their order answers without reading each flag.
        named = aliased(Flag)
        of_posts = select(named.id).join(Post, Post.id == named.post_id)
        of_source = of_posts.where(Post.source_id == self.source_id)
        of_kind = of_posts.where(Post.source_id.in_(select(Source.id).where(Source.kind == self.kind)))
        assigned = select(Assignment.flag_id).where(Assignment.user_id == self.assigned_to)
        decided = select(Review.flag_id).where(Review.reviewer_id == self.decided_by, Review.stands())
        wanted: list[tuple[object, ColumnElement[bool]]] = [
            (self.state, Flag.state == self.state),
            (self.label, Flag.label == self.label),
            (self.source_id, Flag.id.in_(of_source)),
            (self.kind, Flag.id.in_(of_kind)),
            (self.assigned_to, Flag.id.in_(assigned)),
            (self.decided_by, Flag.id.in_(decided)),
        ]
        found = [condition for value, condition in wanted if value is not None]
        if self.since is not None:
            found.append(Flag.dated >= self.since)
        if self.until is not None:
            found.append(Flag.dated < self.until)
        if self.held_by is not None:
            owner, now = self.held_by
            found.append(and_(Flag.lease_owner == owner, Flag.lease_until >= now))
        if self.place is not None:
            found.append(Flag.post_id.in_(search.matching_posts(session, self.place)))
        if self.state == "open" and self._is_wide:
            found.append(_first_of_cluster())
        return found

    @property
    def _is_wide(self) -> bool:
        """Whether copies pass it together: of those in different places each may be the one that is looked for."""
        narrow = (self.source_id, self.kind, self.since, self.until, self.place, self.assigned_to, self.decided_by)
        return not any(value is not None for value in (*narrow, self.held_by))


EVERY_OPEN: Final = QueueFilter()


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue, and whether there are more flags before and after it."""

    flags: Sequence[Flag]
    before: bool
    after: bool


def listed(
    session: Session,
    wanted: QueueFilter = EVERY_OPEN,
    order: Order = Order.WORTH,
    *,
    limit: int = 50,
    after: int | None = None,
    before: int | None = None,
) -> QueuePage:
    """List a page of flags with their posts and sources.

    Args:
        session: The unit of work.
        wanted: Which flags.
        order: In which order.
        limit: Most rows.
        after: Only flags behind this one in the order; one that is gone counts as none.
        before: Only flags before this one, those nearest to it; only where `after` is None.

    """
    edge = _position(session, order, after or before)
    back = edge is not None and not after
    query = select(Flag).join(Flag.post).join(Post.source)
    query = query.options(contains_eager(Flag.post).contains_eager(Post.source)).where(*wanted.conditions(session))
    if edge is not None:
        query = query.where(_beyond(order, edge, back=back))
    column = _COLUMNS[order]
    ascending = (order is Order.DOUBT) != back
    ordered = query.order_by(column.asc() if ascending else column.desc(), Flag.id.desc() if back else Flag.id.asc())
    with _planned(session, wanted):
        rows = session.scalars(ordered.limit(limit + 1)).all()
    page, more = rows[:limit], len(rows) > limit
    if back:
        return QueuePage(page[::-1], before=more, after=True)
    return QueuePage(page, before=edge is not None, after=more)


def _first_of_cluster() -> ColumnElement[bool]:
    """Return the condition that no copy of a post has an open flag of this label that was opened before."""
    post, copy, earlier = aliased(Post), aliased(Post), aliased(Flag)
    # By a sum, so that no post is looked up by the flag: SQLite would read all open flags of the label for every row,
    # where the few copies of a cluster and their flags are enough.
    before = (
        select(earlier.id)
        .join(copy, copy.id + 0 == earlier.post_id)
        .join(post, post.cluster_id == copy.cluster_id)
        .where(post.id == Flag.post_id, earlier.label == Flag.label, earlier.state == "open", earlier.id < Flag.id)
    )
    return ~exists(before)


def count(session: Session, wanted: QueueFilter, *, at_most: int) -> int:
    """Count flags, and stop at so many."""
    query = select(Flag.id).where(*wanted.conditions(session)).limit(at_most)
    with _planned(session, wanted):
        return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def lease_next(
    session: Session,
    wanted: QueueFilter = EVERY_OPEN,
    order: Order = Order.WORTH,
    *,
    owner: str,
    now: datetime,
    until: datetime,
    after: int | None = None,
) -> Flag | None:
    """Lease the first flag of the queue that no other reviewer holds; None when there is none.

    Args:
        session: The unit of work.
        wanted: Which flags.
        order: In which order.
        owner: Who leases it.
        now: The present time, UTC.
        until: When the lease expires by itself.
        after: Only flags behind this one, for a reviewer who passes it over.

    """
    free = or_(Flag.lease_until.is_(None), Flag.lease_until < now, Flag.lease_owner == owner)
    edge = _position(session, order, after)
    column = _COLUMNS[order]
    query = select(Flag.id).where(*wanted.conditions(session), free)
    if edge is not None:
        query = query.where(_beyond(order, edge, back=False))
    query = query.order_by(column.asc() if order is Order.DOUBT else column.desc(), Flag.id).limit(_TRIED_AT_ONCE)
    # Others may lease all of these between this query and the update; then the query is asked again.
    while True:
        with _planned(session, wanted):
            tried = session.scalars(query).all()
        if not tried:
            return None
        for flag_id in tried:
            if flags.lease(session, flag_id, owner=owner, now=now, until=until):
                return flags.by_id(session, flag_id)


def _position(session: Session, order: Order, flag_id: int | None) -> tuple[Any, int] | None:
    """Return the value of a flag in an order, and its number; None where there is no such flag."""
    if flag_id is None:
        return None
    row = session.execute(select(_COLUMNS[order]).where(Flag.id == flag_id)).one_or_none()
    return None if row is None else (row[0], flag_id)


def _beyond(order: Order, edge: tuple[Any, int], *, back: bool) -> ColumnElement[bool]:
    """Return the condition of flags behind a place in the order; `back`: before it."""
    column, (value, flag_id) = _COLUMNS[order], edge
    if (order is Order.DOUBT) != back:
        outside, further = column >= value, column > value
    else:
        outside, further = column <= value, column < value
    # The first part alone is a range of an index; the second decides among equal values.
    return and_(outside, or_(further, Flag.id < flag_id if back else Flag.id > flag_id))


def _planned(session: Session, wanted: QueueFilter) -> AbstractContextManager[None]:
    return search.by_lexemes(session) if wanted.place is not None else nullcontext()
