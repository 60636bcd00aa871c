"""Pages of flags, clusters, cases and reports, newest first, each page behind the last row of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, distinct, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from storage.database import require
from storage.errors import NotFound
from storage.models import Case, Cluster, Flag, Post, Report, Source

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


@dataclass(frozen=True, slots=True)
class ClusterSize:
    """A cluster, how many posts it has, and from how many sources."""

    cluster: Cluster
    posts: int
    sources: int


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


def clusters_before(session: Session, before: int | None, limit: int) -> list[ClusterSize]:
    """List clusters, newest first; see `flags_before`."""
    query = select(Cluster, func.count(Post.id), func.count(distinct(Post.source_id)))
    query = query.join(Post, Post.cluster_id == Cluster.id).group_by(Cluster.id)
    return [ClusterSize(*row) for row in session.execute(_page(query, Cluster.id, before, limit))]


def cluster_of(session: Session, cluster_id: int) -> ClusterSize:
    """Return a cluster with its size.

    Raises:
        NotFound: When it has no post, or was joined with another one.

    """
    found = clusters_before(session, cluster_id + 1, 1)
    if not found or found[0].cluster.id != cluster_id:
        raise NotFound(f"there is no cluster {cluster_id}: it may have been joined with another, or its posts deleted")
    return found[0]


def posts_of_cluster(session: Session, cluster_id: int, before: int | None, limit: int) -> Sequence[Post]:
    """List the posts of a cluster, newest first; see `flags_before`."""
    query = select(Post).options(joinedload(Post.source)).where(Post.cluster_id == cluster_id)
    return session.scalars(_page(query, Post.id, before, limit)).all()


def post_by_id(session: Session, post_id: int) -> Post:
    """Return a post with its source.

    Raises:
        NotFound: When there is none of that id.

    """
    query = select(Post).options(joinedload(Post.source)).where(Post.id == post_id)
    return require(session, query, f"there is no post {post_id}: it may have been deleted")


def cases_before(
    session: Session, before: int | None, limit: int, *, state: str | None, topic: str | None
) -> Sequence[Case]:
    """List cases, of one state or topic if it is named, newest first; see `flags_before`."""
    equal = ((Case.state, state), (Case.topic, topic))
    query = select(Case).where(*(column == value for column, value in equal if value is not None))
    return session.scalars(_page(query, Case.id, before, limit)).all()


def reports_before(session: Session, before: int | None, limit: int) -> Sequence[Report]:
    """List the reports that were issued, also withdrawn ones, newest first; see `flags_before`."""
    return session.scalars(_page(select(Report), Report.id, before, limit)).all()


def _page(query: Rows, number: InstrumentedAttribute[int], before: int | None, limit: int) -> Rows:
    behind = query if before is None else query.where(number < before)
    return behind.order_by(number.desc()).limit(limit)
