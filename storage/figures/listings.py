"""Pages of flags, clusters, cases and reports, newest first, each page behind the last row of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy.orm import Session, joinedload

from storage.errors import NotFound
from storage.models import Case, Cluster, Flag, Post, Report, Source


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
        found: list[ColumnElement[bool]] = [Flag.suggested()]
        if self.label is not None:
            found.append(Flag.label == self.label)
        if self.state is not None:
            found.append(Flag.state == self.state)
        if self.source is not None:
            found.append(Source.name == self.source)
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
    query = query.where(*wanted.conditions())
    if before is not None:
        query = query.where(Flag.id < before)
    return session.scalars(query.order_by(Flag.id.desc()).limit(limit)).all()


def clusters_before(session: Session, before: int | None, limit: int) -> list[ClusterSize]:
    """List clusters, newest first; see `flags_before`."""
    query = (
        select(Cluster, func.count(Post.id), func.count(distinct(Post.source_id)))
        .join(Post, Post.cluster_id == Cluster.id)
        .group_by(Cluster.id)
    )
    if before is not None:
        query = query.where(Cluster.id < before)
    rows = session.execute(query.order_by(Cluster.id.desc()).limit(limit))
    return [ClusterSize(cluster, posts, sources) for cluster, posts, sources in rows]


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
    if before is not None:
        query = query.where(Post.id < before)
    return session.scalars(query.order_by(Post.id.desc()).limit(limit)).all()


def post_by_id(session: Session, post_id: int) -> Post:
    """Return a post with its source.

    Raises:
        NotFound: When there is none of that id.

    """
    post = session.scalar(select(Post).options(joinedload(Post.source)).where(Post.id == post_id))
    if post is None:
        raise NotFound(f"there is no post {post_id}: it may have been deleted")
    return post


def cases_before(
    session: Session, before: int | None, limit: int, *, state: str | None, topic: str | None
) -> Sequence[Case]:
    """List cases, of one state or topic if it is named, newest first; see `flags_before`."""
    query = select(Case)
    if state is not None:
        query = query.where(Case.state == state)
    if topic is not None:
        query = query.where(Case.topic == topic)
    if before is not None:
        query = query.where(Case.id < before)
    return session.scalars(query.order_by(Case.id.desc()).limit(limit)).all()


def summaries_before(session: Session, before: int | None, limit: int) -> Sequence[Report]:
    """List the reports that were issued, newest first; see `flags_before`."""
    query = select(Report)
    if before is not None:
        query = query.where(Report.id < before)
    return session.scalars(query.order_by(Report.id.desc()).limit(limit)).all()


def newest_summary(session: Session, period: str) -> Report:
    """Return the newest report of a period that was not withdrawn.

    Raises:
        NotFound: When none was issued.

    """
    report = session.scalar(
        select(Report).where(Report.period == period, Report.withdrawn_at.is_(None)).order_by(Report.id.desc()).limit(1)
    )
    if report is None:
        raise NotFound(f"no report of {period} was issued: the list of reports says of which periods there are any")
    return report
