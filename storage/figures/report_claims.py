"""Confirmed claims that go round, with their copies, counted by SQL."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from storage.figures.report_counts import Period, Spread, dated_at, dated_within, spread_of
from storage.models import Correction, Flag, Post, Review
from storage.review.corrections import RELEASED
from storage.review.decisions import REFUTED


class ClaimReach(NamedTuple):
    """A confirmed claim in a period.

    Args:
        cluster_id: The cluster of its copies; None where it has none.
        flag_id: Its first confirmed flag of the period.
        spread: How many posts of the period say it, itself included, in how many sources, and since when.

    """

    cluster_id: int | None
    flag_id: int
    spread: Spread


class ClaimTally(NamedTuple):
    """What became of all confirmed claims of a period.

    Args:
        answered: Claims for which a correction was published.
        to_correct: Claims that a person refuted and that no correction answers.
        to_verify: Claims of which nobody found a source against them.

    """

    answered: int
    to_correct: int
    to_verify: int


@dataclass(frozen=True)
class ClaimAnswers:
    """What is known about a claim: its decision with the addresses that support it, and what was published.

    Args:
        refuted: Whether the newest decision that stands names a source against it; otherwise no source was found.
        addresses: The addresses that this decision names.
        answered: How many corrections are published.
        answered_at: When the last of them was published, UTC; None where none is.
        approved: How many more were approved and are not published yet.

    """

    refuted: bool
    addresses: tuple[str, ...]
    answered: int
    answered_at: datetime | None
    approved: int


def claims(session: Session, period: Period, labels: Collection[str]) -> list[ClaimReach]:
    """List the confirmed claims of a period, those that most posts say first; copies of one post are one claim.

    Args:
        session: The unit of work.
        period: Posts published in it count.
        labels: The labels that are claims.

    """
    found = (*_reach(session, period, labels), *_alone(session, period, labels))
    return sorted(found, key=lambda claim: (-claim.spread.posts, claim.flag_id))


def tally(session: Session, period: Period, labels: Collection[str], found: Iterable[ClaimReach]) -> ClaimTally:
    """Count what became of the claims that `claims` lists, by the same rules as `answers`."""
    newest = select(func.max(Review.id)).join(Flag, Flag.id == Review.flag_id).join(Post, Post.id == Flag.post_id)
    newest = newest.where(*_confirmed(period, labels), Review.stands()).group_by(Review.flag_id)
    refuted = set(session.scalars(select(Review.flag_id).where(Review.id.in_(newest), Review.decision == REFUTED)))
    corrected = select(Flag.post_id).join(Correction, Correction.flag_id == Flag.id)
    corrected = corrected.where(Correction.published_state == RELEASED)
    clusters = set(session.scalars(select(Post.cluster_id).where(Post.id.in_(corrected))))
    flags = set(session.scalars(select(Flag.id).where(Flag.label.in_(labels), Flag.post_id.in_(corrected))))
    counted: Counter[tuple[bool, bool]] = Counter()
    for claim in found:
        answered = claim.flag_id in flags if claim.cluster_id is None else claim.cluster_id in clusters
        counted[claim.flag_id in refuted, answered] += 1
    return ClaimTally(
        answered=counted[True, True] + counted[False, True],
        to_correct=counted[True, False],
        to_verify=counted[False, False] + counted[False, True],
    )


def answers(session: Session, claim: ClaimReach) -> ClaimAnswers:
    """Return what people decided about a claim, and the corrections of all its copies."""
    if claim.cluster_id is None:
        posts = select(Flag.post_id).where(Flag.id == claim.flag_id)
    else:
        posts = select(Post.id).where(Post.cluster_id == claim.cluster_id)
    newest = select(Review).where(Review.flag_id == claim.flag_id, Review.stands()).order_by(Review.id.desc()).limit(1)
    review = session.scalars(newest).first()
    flags = select(Flag.id).where(Flag.post_id.in_(posts))
    is_published = func.coalesce(Correction.published_state, "") == RELEASED
    counted = {
        published: (number, last_at)
        for published, number, last_at in session.execute(
            select(is_published, func.count(), func.max(Correction.published_at))
            .where(Correction.flag_id.in_(flags), is_published | (Correction.state == RELEASED))
            .group_by(is_published)
        )
    }
    answered, answered_at = counted.get(True, (0, None))
    return ClaimAnswers(
        refuted=review is not None and review.decision == REFUTED,
        addresses=tuple(review.evidence) if review else (),
        answered=answered,
        answered_at=answered_at,
        approved=counted.get(False, (0, None))[0],
    )


def _confirmed(period: Period, labels: Collection[str]) -> Sequence[ColumnElement[bool]]:
    return (Flag.label.in_(labels), Flag.suggested(), Flag.state == "confirmed", dated_within(period))


def _has_no_copies() -> ColumnElement[bool]:
    # Most posts are in no cluster: written so that SQLite does not read them all by the index of clusters.
    return func.coalesce(Post.cluster_id, 0) == 0


def _reach(session: Session, period: Period, labels: Collection[str]) -> list[ClaimReach]:
    query = (
        select(Post.cluster_id, func.min(Flag.id))
        .join(Flag, Flag.post_id == Post.id)
        .where(*_confirmed(period, labels), Post.cluster_id.is_not(None))
        .group_by(Post.cluster_id)
    )
    first = {cluster: flag_id for cluster, flag_id in session.execute(query) if cluster is not None}
    return [ClaimReach(cluster, first[cluster], of) for cluster, of in spread_of(session, first, period).items()]


def _alone(session: Session, period: Period, labels: Collection[str]) -> list[ClaimReach]:
    query = select(Flag.id, dated_at()).join(Post, Post.id == Flag.post_id).where(_has_no_copies())
    query = query.where(*_confirmed(period, labels))
    return [ClaimReach(None, flag_id, Spread(1, 1, moment)) for flag_id, moment in session.execute(query)]
