"""What a found post must be beside its words."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from storage.models import Flag, Matter, MatterPost, Post, SearchText, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a found post must be, beside its words; None and empty mean any.

    Args:
        label: It has a flag of this label.
        state: It has a flag in this state (of that label, if one is named).
        source: The name of its source.
        role: The role of its source.
        since: Its date, or later.
        until: Before this time.
        cluster: The cluster it is in.
        topic: It belongs to a matter of this topic.
        place: It belongs to a matter whose place has these words.

    """

    label: str | None = None
    state: str | None = None
    source: str | None = None
    role: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    cluster: int | None = None
    topic: str | None = None
    place: str | None = None


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Bounds:
    """The numbers between which all posts of a span of time lie; others lie there as well."""

    first: int
    last: int

    @property
    def is_empty(self) -> bool:
        """Whether there is no post."""
        return self.last < self.first

    def of(self, post_id: ColumnElement[int]) -> ColumnElement[bool]:
        """Return the condition that a number lies there."""
        return and_(post_id >= self.first, post_id <= self.last)


def bounds(session: Session, filters: Filters) -> Bounds | None:
    """Return the bounds of the dates of a filter, for the index of words is ordered by numbers; None: no dates.

    With a role they are those of its posts within the dates, found without a look at the posts of others.
    """
    if not filters.since and not filters.until:
        return None
    number: ColumnElement[int] = SearchText.__table__.c.post_id
    ends = select(func.min(number), func.max(number)).where(*_dated(filters))
    if filters.role:
        ends = ends.where(_of_role(filters.role))
    first, last = session.execute(ends).one()
    return Bounds(first or 0, last or -1)


def row_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions on a post's row of the index."""
    found = _dated(filters)
    if filters.source:
        found.append(SearchText.source_id.in_(select(Source.id).where(Source.name == filters.source)))
    if filters.role:
        found.append(_of_role(filters.role))
    return found


def post_conditions(filters: Filters, post_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """Return the conditions on a post that its row of the index cannot answer."""
    found: list[ColumnElement[bool]] = []
    if filters.label or filters.state:
        found.append(exists(_flagged(filters).where(Flag.post_id == post_id)))
    if filters.cluster:
        found.append(exists(select(Post.id).where(Post.id == post_id, Post.cluster_id == filters.cluster)))
    if filters.topic or filters.place:
        found.append(post_id.in_(_of_matters(filters)))
    return found


def _dated(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.since:
        found.append(SearchText.dated >= filters.since)
    if filters.until:
        found.append(SearchText.dated < filters.until)
    return found


def _of_role(role: str) -> ColumnElement[bool]:
    return SearchText.source_id.in_(select(Source.id).where(Source.role == role))


def _flagged(filters: Filters) -> Select[int]:
    query = select(Flag.__table__.c.post_id).where(Flag.suggested())
    query = query.where(Flag.label == filters.label) if filters.label else query
    return query.where(Flag.state == filters.state) if filters.state else query


def _of_matters(filters: Filters) -> Select[int | None]:
    query = select(MatterPost.post_id).join(Matter, Matter.id == MatterPost.matter_id)
    query = query.where(MatterPost.removed_by.is_(None), MatterPost.post_id.is_not(None))
    query = query.where(Matter.topic == filters.topic) if filters.topic else query
    return query.where(_in_place(filters.place)) if filters.place else query


def _in_place(place: str) -> ColumnElement[bool]:
    """Return the condition that a matter is in a place, however its letters are written."""
    typed = unicodedata.normalize("NFC", place)
    # SQLite knows small letters and capitals of ASCII alone: `đ` is not `Đ` to it.
    ways = dict.fromkeys((typed, typed.lower(), typed.title(), typed.upper()))
    return or_(*(Matter.place.icontains(way, autoescape=True) for way in ways))
