"""Claims that go round: confirmed unverified posts with their copies, counted by SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from storage.models import Correction, Flag, Post, Review
from storage.report_counts import Period, dated_at, dated_within


class ClaimReach(NamedTuple):
    """A confirmed claim in a period.

    Args:
        cluster_id: The cluster of its copies; None where it has none.
        flag_id: Its first confirmed flag of the period.
        posts: How many posts of the period say it, itself included.
        sources: In how many sources.
        first_at: When the first of them was published, UTC.

    """

    cluster_id: int | None
    flag_id: int
    posts: int
    sources: int
    first_at: datetime


class ClaimAnswers(NamedTuple):
    """What is known about a claim: its decision with the addresses that support it, and what was published.

    Args:
        decision: The newest decision that stands, such as `refuted`; None where there is none.
        addresses: The addresses that this decision names.
        corrections: How many corrections were published.

    """

    decision: str | None
    addresses: tuple[str, ...]
    corrections: int


def claims(session: Session, period: Period, label: str, limit: int) -> list[ClaimReach]:
    """List the confirmed claims of a period that most posts say, equal ones by their flags' numbers.

    Args:
        session: The unit of work.
        period: Posts published in it count.
        label: The label of claims.
        limit: The most to list.

    """
    copied = _reach(session, period, label, limit)
    alone = _alone(session, period, label, limit)
    return sorted((*copied, *alone), key=lambda claim: (-claim.posts, claim.flag_id))[:limit]


def posts_of_clusters(
    session: Session, clusters: Sequence[int], periods: Sequence[Period]
) -> dict[int, tuple[int, ...]]:
    """Count the posts of some clusters in each of some periods."""
    counted = [
        dict(
            session.execute(
                select(Post.cluster_id, func.count())
                .where(Post.cluster_id.in_(clusters), dated_within(period))
                .group_by(Post.cluster_id)
            ).all()
        )
        for period in periods
    ]
    return {cluster: tuple(of_period.get(cluster, 0) for of_period in counted) for cluster in clusters}


def count_claims(session: Session, period: Period, label: str) -> int:
    """Count the confirmed claims of a period; copies of one post are one claim."""
    clusters = select(func.count(func.distinct(Post.cluster_id))).join(Flag, Flag.post_id == Post.id)
    alone = select(func.count()).select_from(Flag).join(Post, Post.id == Flag.post_id).where(_has_no_copies())
    found = (session.scalar(query.where(*_confirmed(period, label))) or 0 for query in (clusters, alone))
    return sum(found)


def answers(session: Session, claim: ClaimReach) -> ClaimAnswers:
    """Return what people decided about a claim, and the corrections of all its copies."""
    if claim.cluster_id is None:
        posts = select(Flag.post_id).where(Flag.id == claim.flag_id)
    else:
        posts = select(Post.id).where(Post.cluster_id == claim.cluster_id)
    newest = select(Review).where(Review.flag_id == claim.flag_id, Review.stands()).order_by(Review.id.desc()).limit(1)
    review = session.scalars(newest).first()
    flags = select(Flag.id).where(Flag.post_id.in_(posts))
    published = select(func.count()).where(Correction.flag_id.in_(flags), Correction.state == "released")
    return ClaimAnswers(
        decision=review.decision if review else None,
        addresses=tuple(review.evidence) if review else (),
        corrections=session.scalar(published) or 0,
    )


def _confirmed(period: Period, label: str) -> Sequence[ColumnElement[bool]]:
    return (Flag.label == label, Flag.state == "confirmed", dated_within(period))


def _has_no_copies() -> ColumnElement[bool]:
    # Most posts are in no cluster: written so that SQLite does not read them all by the index of clusters.
    return func.coalesce(Post.cluster_id, 0) == 0


def _reach(session: Session, period: Period, label: str, limit: int) -> list[ClaimReach]:
    first = (
        select(Post.cluster_id, func.min(Flag.id).label("flag_id"))
        .join(Flag, Flag.post_id == Post.id)
        .where(*_confirmed(period, label), Post.cluster_id.is_not(None))
        .group_by(Post.cluster_id)
        .subquery()
    )
    posts, moment = func.count(Post.id), func.min(dated_at(), type_=Post.collected_at.type)
    query = (
        select(first.c.cluster_id, first.c.flag_id, posts, func.count(func.distinct(Post.source_id)), moment)
        .join(Post, Post.cluster_id == first.c.cluster_id)
        .where(dated_within(period))
        .group_by(first.c.cluster_id, first.c.flag_id)
        .order_by(posts.desc(), first.c.flag_id)
        .limit(limit)
    )
    return [ClaimReach(*row) for row in session.execute(query)]


def _alone(session: Session, period: Period, label: str, limit: int) -> list[ClaimReach]:
    query = select(Flag.id, dated_at()).join(Post, Post.id == Flag.post_id).where(_has_no_copies())
    query = query.where(*_confirmed(period, label)).order_by(Flag.id).limit(limit)
    return [ClaimReach(None, flag_id, 1, 1, moment) for flag_id, moment in session.execute(query)]
