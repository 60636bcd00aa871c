"""Pages of flags, matters and reports, newest first, each page behind the last row of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from storage.database import require
from storage.models import Flag, Matter, MatterPost, Post, Report, Source

Rows = TypeVar("Rows", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagFilter:
    """Which of the machine's flags are listed; None: all.

    `since` and `until` are of when it was opened, UTC; `since` belongs to it, `until` does not.
    """

    label: str | None = None
    state: str | None = None
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the filter for a query that joins posts and sources."""
        equal = ((Flag.label, self.label), (Flag.state, self.state), (Source.name, self.source))
        found = [Flag.suggested(), *(column == value for column, value in equal if value is not None)]
        if self.since is not None:
            found.append(Flag.opened_at >= self.since)
        if self.until is not None:
            found.append(Flag.opened_at < self.until)
        return found


def flags_before(session: Session, before: int | None, limit: int, *, wanted: FlagFilter) -> Sequence[Flag]:
    """List flags with their posts and sources, newest first.

    Args:
        session: The unit of work.
        before: Only flags older than this one; None from the newest.
        limit: Most rows.
        wanted: Which flags.

    """
    query = select(Flag).join(Flag.post).join(Post.source).options(joinedload(Flag.post).joinedload(Post.source))
    return session.scalars(_page(query.where(*wanted.conditions()), Flag.id, before, limit)).all()


def post_by_id(session: Session, post_id: int) -> Post:
    """Return a post with its source.

    Raises:
        NotFound: When there is none of that id.

    """
    query = select(Post).options(joinedload(Post.source)).where(Post.id == post_id)
    return require(session, query, f"there is no post {post_id}: it may have been deleted")


def matters_before(
    session: Session, before: int | None, limit: int, *, state: str | None, kind: str | None, topic: str | None
) -> Sequence[Matter]:
    """List matters, of one state, kind or topic if it is named, newest first; see `flags_before`."""
    equal = ((Matter.state, state), (Matter.kind, kind), (Matter.topic, topic))
    query = select(Matter).where(*(column == value for column, value in equal if value is not None))
    return session.scalars(_page(query, Matter.id, before, limit)).all()


def posts_of_matter_before(session: Session, before: int | None, limit: int, *, matter_id: int) -> Sequence[Post]:
    """List the posts that belong to a matter, with their sources, newest first; see `flags_before`."""
    belongs = (MatterPost.matter_id == matter_id, MatterPost.removed_by.is_(None))
    query = select(Post).join(MatterPost, MatterPost.post_id == Post.id).options(joinedload(Post.source))
    return session.scalars(_page(query.where(*belongs), Post.id, before, limit)).all()


def reports_before(session: Session, before: int | None, limit: int) -> Sequence[Report]:
    """List the reports that were issued, also withdrawn ones, newest first; see `flags_before`."""
    return session.scalars(_page(select(Report), Report.id, before, limit)).all()


def _page(query: Rows, number: InstrumentedAttribute[int], before: int | None, limit: int) -> Rows:
    behind = query if before is None else query.where(number < before)
    return behind.order_by(number.desc()).limit(limit)
