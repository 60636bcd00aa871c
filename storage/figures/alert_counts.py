"""Counts of posts in windows of time, by which alerts find what is out of its usual range."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.figures.report_counts import Period, dated_at, dated_within
from storage.models import Flag, Post, Source


def growing_clusters(session: Session, period: Period, fewest: int) -> dict[int, int]:
    """Count the posts of each cluster in a period, of monitored sources, where there are at least so many."""
    query = (
        select(Post.cluster_id, func.count())
        .join(Source, Source.id == Post.source_id)
        .where(Post.cluster_id.is_not(None), Source.role == "monitored", dated_within(period))
        .group_by(Post.cluster_id)
        .having(func.count() >= fewest)
    )
    return {cluster: count for cluster, count in session.execute(query) if cluster is not None}


def cluster_times(session: Session, cluster_id: int, since: datetime) -> list[datetime]:
    """List when the posts of a cluster since a time were published, or first seen where that is not known."""
    query = select(dated_at()).join(Source, Source.id == Post.source_id)
    query = query.where(Post.cluster_id == cluster_id, Source.role == "monitored", dated_at() >= since)
    return list(session.scalars(query))


def flag_times(session: Session, label: str, period: Period) -> list[datetime]:
    """List when the posts of a period with a flag of a label were published, or first seen."""
    query = select(dated_at()).join(Flag, Flag.post_id == Post.id)
    return list(session.scalars(query.where(Flag.label == label, Flag.passed(), dated_within(period))))


def seen_times(session: Session, source_id: int, since: datetime) -> list[datetime]:
    """List when the posts of a source were stored since a time."""
    query = select(Post.collected_at).where(Post.source_id == source_id, Post.collected_at >= since)
    return list(session.scalars(query))


def first_stored(session: Session) -> datetime | None:
    """Return when the first post was stored that is still there; None where there is none."""
    return session.scalar(select(func.min(Post.collected_at)))


def newest_post(session: Session) -> int:
    """Return the number of the post that was stored last; 0 where there is none."""
    return session.scalar(select(func.max(Post.id))) or 0


def flag_of_cluster(session: Session, cluster_id: int) -> int | None:
    """Return a flag on a post of a cluster, the oldest; None where it has none."""
    query = select(func.min(Flag.id)).join(Post, Post.id == Flag.post_id)
    return session.scalar(query.where(Post.cluster_id == cluster_id, Flag.suggested()))


def quiet_sources(session: Session, since: datetime) -> list[tuple[int, datetime | None]]:
    """List the sources that are read and of which nothing was stored since a time, each with its newest post's time."""
    heard = set(session.scalars(select(Post.source_id).where(Post.collected_at >= since).distinct()))
    quiet = [number for number in session.scalars(select(Source.id).where(Source.enabled)) if number not in heard]
    # Only of these few, because the whole of a source's posts is looked through.
    newest = select(func.max(Post.collected_at))
    return [(number, session.scalar(newest.where(Post.source_id == number))) for number in quiet]
