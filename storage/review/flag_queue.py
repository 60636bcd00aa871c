"""The review queue: which flags, in which order, page by page behind the last row seen, and taking the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, contains_eager

from storage.models import Flag, Post, Review, Source
from storage.review import flags
from storage.review.decisions import STATES
from storage.search import search
from storage.search.search_words import Query


class Order(StrEnum):
    """By what the queue is ordered; flags with equal values by their numbers, of equal reach the newest first."""

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
# Made once: a new alias reads all columns anew, which takes longer than most queries.
_POST, _COPY, _EARLIER = aliased(Post), aliased(Post), aliased(Flag)


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
        decided_by: Whose decision on them stands.
        worth_above: What a decision on them is worth more than.
        held_by: Who holds their lease, as the owner of leases; and the present time.
        listed: Whether those of the list below the threshold are, in place of those that count.

    """

    state: str | None = "open"
    label: str | None = None
    source_id: int | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    place: Query | None = None
    decided_by: int | None = None
    worth_above: float | None = None
    held_by: tuple[str, datetime] | None = None
    listed: bool = False

    def conditions(self, session: Session) -> list[ColumnElement[bool]]:
        """Return the conditions of a query on flags."""
        wanted = ((self.state, Flag.state), (self.label, Flag.label), (self.source_id, Flag.source_id))
        # Of open flags these are the same, and an index answers the shorter condition.
        suggested = Flag.passed() if self.state == "open" else Flag.suggested()
        counted = Flag.origin == "listed" if self.listed else suggested
        found = [counted, *(column == value for value, column in wanted if value is not None)]
        if self.kind is not None:
            found.append(Flag.source_id.in_(select(Source.id).where(Source.kind == self.kind)))
        # By the numbers of flags alone, so that an index of their order answers without reading each flag.
        if self.decided_by is not None:
            decided = (
                select(Review.flag_id).where(Review.reviewer_id == self.decided_by, Review.stands()).cte("decided")
            )
            found.append(Flag.id.in_(select(decided.c.flag_id)))
        if self.since is not None:
            found.append(Flag.dated >= self.since)
        if self.until is not None:
            found.append(Flag.dated < self.until)
        if self.worth_above is not None:
            found.append(Flag.worth > self.worth_above)
        if self.held_by is not None:
            owner, now = self.held_by
            held = (_EARLIER.lease_owner == owner, _EARLIER.lease_until >= now)
            found.append(Flag.id.in_(select(_EARLIER.id).where(*held)))
        if self.place is not None:
            # Looked up once, before anything is joined: PostgreSQL else computes the lexemes of the post of each flag.
            matching = search.matching_posts(session, self.place).cte("matching")
            matching = matching.prefix_with("MATERIALIZED", dialect="postgresql")
            found.append(Flag.post_id.in_(select(*matching.c)))
        if self.state == "open" and self._is_wide:
            found.append(_first_of_cluster())
        return found

    @property
    def _is_wide(self) -> bool:
        """Whether copies pass it together: of those in different places each may be the one that is looked for."""
        narrow = (self.source_id, self.kind, self.since, self.until, self.place, self.decided_by)
        return not any(value is not None for value in (*narrow, self.held_by))


EVERY_OPEN: Final = QueueFilter()


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue.

    Args:
        flags: The flags.
        before: Whether there are more before them.
        after: Whether there are more after them.
        total: How many there are on all pages, as far as they were counted.

    """

    flags: Sequence[Flag]
    before: bool
    after: bool
    total: int


def listed(
    session: Session,
    wanted: QueueFilter = EVERY_OPEN,
    order: Order = Order.WORTH,
    *,
    limit: int = 50,
    after: int | None = None,
    before: int | None = None,
    counted: int = 0,
) -> QueuePage:
    """List a page of flags with their posts and sources.

    Args:
        session: The unit of work.
        wanted: Which flags.
        order: In which order.
        limit: Most rows.
        after: Only flags behind this one in the order; one that is gone counts as none.
        before: Only flags before this one, those nearest to it; only where `after` is None.
        counted: Up to how many flags of all pages are counted.

    """
    edge = _position(session, order, after or before)
    back = edge is not None and not after
    conditions, ordered = wanted.conditions(session), _ordered(order, back=back)
    total = count(session, wanted, at_most=counted) if counted else 0
    if edge is not None:
        conditions.append(_beyond(order, edge, back=back))
    # Numbers alone are ordered, no whole posts; of each state its first, as an index has them.
    states = STATES if wanted.state is None else (wanted.state,)
    numbers = (
        select(Flag.id).where(Flag.state == state, *conditions).order_by(*ordered).limit(limit + 1).subquery()
        for state in states
    )
    first = Flag.id.in_(union_all(*(select(each.c.id) for each in numbers)))
    query = select(Flag).join(Flag.post).join(Post.source).where(first).order_by(*ordered).limit(limit + 1)
    rows = session.scalars(query.options(contains_eager(Flag.post).contains_eager(Post.source))).all()
    page, more = rows[:limit], len(rows) > limit
    if back:
        return QueuePage(page[::-1], before=more, after=True, total=total)
    return QueuePage(page, before=edge is not None, after=more, total=total)


@cache
def _first_of_cluster() -> ColumnElement[bool]:
    """Return the condition that no copy of a post has an open flag of this label that was opened before."""
    # By a sum, so that no post is looked up by the flag: SQLite would read all open flags of the label for every row,
    # where the few copies of a cluster and their flags are enough.
    before = (
        select(_EARLIER.id)
        .join(_COPY, _COPY.id + 0 == _EARLIER.post_id)
        .join(_POST, _POST.cluster_id == _COPY.cluster_id)
        .where(_POST.id == Flag.post_id, _EARLIER.label == Flag.label, _EARLIER.state == "open")
        .where(_EARLIER.origin == Flag.origin, _EARLIER.id < Flag.id)
    )
    # An offset keeps PostgreSQL from joining all posts at once. Without both, a queue that was filled a moment ago, and
    # that the database has not analysed yet, takes minutes.
    return ~exists(before.offset(0))


def count(session: Session, wanted: QueueFilter, *, at_most: int) -> int:
    """Count flags, and stop at so many."""
    query = select(Flag.id).where(*wanted.conditions(session)).limit(at_most)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def count_little_worth(session: Session, worth: float) -> int:
    """Count the open flags of which a decision is worth no more than so much."""
    query = select(func.count()).select_from(Flag).where(Flag.state == "open", Flag.passed(), Flag.worth <= worth)
    return session.scalar(query) or 0


def lease_next(
    session: Session,
    wanted: QueueFilter = EVERY_OPEN,
    order: Order = Order.WORTH,
    *,
    owner: str,
    now: datetime,
    until: datetime,
    after: int | None = None,
    but: int | None = None,
) -> int | None:
    """Lease the first flag of the queue that no other reviewer holds, and return its number; None when there is none.

    Args:
        session: The unit of work.
        wanted: Which flags.
        order: In which order.
        owner: Who leases it.
        now: The present time, UTC.
        until: When the lease expires by itself.
        after: Only flags behind this one, for a reviewer who passes it over.
        but: Not this flag.

    """
    edge = _position(session, order, after)
    query = select(Flag.id).where(*wanted.conditions(session)).order_by(*_ordered(order, back=False))
    if edge is not None:
        query = query.where(_beyond(order, edge, back=False))
    if but is not None:
        query = query.where(Flag.id != but)
    return flags.lease_first(session, query, owner=owner, now=now, until=until)


def _position(session: Session, order: Order, flag_id: int | None) -> tuple[Any, int] | None:
    """Return the value of a flag in an order, and its number; None where there is no such flag."""
    if flag_id is None:
        return None
    row = session.execute(select(_COLUMNS[order]).where(Flag.id == flag_id)).one_or_none()
    return None if row is None else (row[0], flag_id)


def _beyond(order: Order, edge: tuple[Any, int], *, back: bool) -> ColumnElement[bool]:
    """Return the condition of flags behind a place in the order; `back`: before it."""
    column, (value, flag_id) = _COLUMNS[order], edge
    values_rise, numbers_rise = _directions(order, back=back)
    outside, further = (column >= value, column > value) if values_rise else (column <= value, column < value)
    # The first part alone is a range of an index; the second decides among equal values.
    return and_(outside, or_(further, Flag.id > flag_id if numbers_rise else Flag.id < flag_id))


def _ordered(order: Order, *, back: bool) -> list[ColumnElement[Any]]:
    """Return by what a query is ordered."""
    columns = zip((_COLUMNS[order], Flag.id), _directions(order, back=back), strict=True)
    return [column.asc() if rises else column.desc() for column, rises in columns]


def _directions(order: Order, *, back: bool) -> tuple[bool, bool]:
    """Tell whether values rise in an order, and whether numbers do among equal values."""
    values_rise = (order is Order.DOUBT) != back
    # Very many flags have the reach of one post alone: both fall, so that an index is read and nothing sorted.
    return values_rise, values_rise if order is Order.REACH else not back
