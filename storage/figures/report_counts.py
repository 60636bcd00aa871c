"""The numbers of a report, counted by SQL: memory does not grow with the number of posts.

A post belongs to the period in which it was published. Where the platform gives no date, or one behind the moment at
which the post was read, that moment counts.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from storage.figures.concluded import band, concluded
from storage.models import CrawlRun, Flag, Model, Post, Score, Source

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])
BANDS: Final = 10
"""Into how many equal bands probabilities are cut."""


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of time, UTC: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime


class SourcePosts(NamedTuple):
    """Posts of one source in a period, and how many of them were found after its end."""

    source_id: int
    posts: int
    found_later: int


class FlagCount(NamedTuple):
    """How many flags of one source, label, state and part of a period there are."""

    source_id: int
    label: str
    state: str
    part: int
    flags: int


class ConcludedFlags(NamedTuple):
    """Flags of one label and band of probability that people concluded.

    Args:
        label: The label.
        band: The band, from 0: band 7 of 10 holds probabilities from 0.7 up to 0.8, the last one also 1.
        probability: Their mean probability.
        concluded: How many are confirmed or rejected.
        confirmed: How many are confirmed.

    """

    label: str
    band: int
    probability: float
    concluded: int
    confirmed: int


class ProblemRuns(NamedTuple):
    """Equal problems of one source: how many readings had it, and the last of them, UTC."""

    source: str
    outcome: str
    error: str | None
    gap: str | None
    times: int
    last_at: datetime


def dated_at() -> ColumnElement[datetime]:
    """Return the time by which a post is counted."""
    return case((date_is_known(), Post.published_at), else_=Post.collected_at)


def dated_within(period: Period) -> ColumnElement[bool]:
    """Return the condition that a post belongs to a period; both of its halves can use an index."""
    published = and_(Post.published_at >= period.start, Post.published_at < period.end, date_is_known())
    seen = and_(Post.collected_at >= period.start, Post.collected_at < period.end, date_is_unknown())
    return or_(published, seen)


def date_is_known() -> ColumnElement[bool]:
    """Return the condition that a post is counted by when it was published; SQLite has an index by these words."""
    return Post.published_at <= Post.collected_at


def date_is_unknown() -> ColumnElement[bool]:
    """Return the condition that a post is counted by when it was read; SQLite has an index by these words."""
    return or_(Post.published_at.is_(None), Post.published_at > Post.collected_at)


def _within(query: Query, column: Any, period: Period) -> Query:
    return query.where(column >= period.start, column < period.end)


def _part(bounds: Sequence[datetime]) -> ColumnElement[int]:
    """Return the number of the part in which a post lies; `bounds` are the beginnings of the parts and the end."""
    moment = dated_at()
    return case(*((moment < end, number) for number, end in enumerate(bounds[1:])), else_=len(bounds) - 1)


def posts_by_source(session: Session, period: Period) -> list[SourcePosts]:
    """Count the posts of a period by source."""
    late = func.sum(case((Post.collected_at >= period.end, 1), else_=0))
    query = select(Post.source_id, func.count(), late).where(dated_within(period)).group_by(Post.source_id)
    return [SourcePosts(*row) for row in session.execute(query)]


def older_posts_by_source(session: Session, period: Period) -> dict[int, int]:
    """Count the posts that came in during a period and were published before it, by source."""
    older = and_(date_is_known(), Post.published_at < period.start)
    query = _within(select(Post.source_id, func.count()), Post.collected_at, period).where(older)
    return dict(session.execute(query.group_by(Post.source_id)).all())


def posts_by_part(session: Session, bounds: Sequence[datetime]) -> Counter[int]:
    """Count monitored posts by part, from 0; `bounds` are the beginnings of the parts and the end."""
    part, monitored = _part(bounds).label("part"), _monitored(session)
    query = select(Post.source_id, part, func.count()).where(dated_within(Period(bounds[0], bounds[-1])))
    counted: Counter[int] = Counter()
    for source_id, number, posts in session.execute(query.group_by(Post.source_id, part)):
        counted[number] += posts * (source_id in monitored)
    return counted


def _monitored(session: Session) -> set[int]:
    # Looked up apart: joined with sources, SQLite reads the posts of one source after the other, and of all periods.
    return set(session.scalars(select(Source.id).where(Source.role == "monitored")))


def flags_by_part(session: Session, bounds: Sequence[datetime]) -> list[FlagCount]:
    """Count the flags on the posts of a period by source, label, present state and part."""
    part = _part(bounds).label("part")
    query = select(Post.source_id, Flag.label, Flag.state, part, func.count()).join(Post, Post.id == Flag.post_id)
    query = query.where(Flag.suggested(), dated_within(Period(bounds[0], bounds[-1])))
    return [FlagCount(*row) for row in session.execute(query.group_by(Post.source_id, Flag.label, Flag.state, part))]


def concluded_by_probability(session: Session, period: Period) -> list[ConcludedFlags]:
    """Count the concluded flags on the posts of a period by label and band of probability."""
    bands = band([number / BANDS for number in range(1, BANDS)])
    of_period = Flag.post_id.in_(select(Post.id).where(dated_within(period)))
    found = concluded(session, by=(Flag.label, bands), where=(of_period,))
    return [
        ConcludedFlags(label, number, row.probability, row.total, row.right)
        for (label, number), row in found.items()
        if row.probability is not None
    ]


def flagged_posts(session: Session, period: Period) -> int:
    """Count the posts of a period that carry at least one flag."""
    query = select(func.count(func.distinct(Flag.post_id))).join(Post, Post.id == Flag.post_id)
    return session.scalar(query.where(Flag.suggested(), dated_within(period))) or 0


def unsure_posts(session: Session, period: Period) -> int:
    """Count the posts of a period that have no flag and an unsure score of the active model."""
    unsure = (
        select(Score.post_id)
        .join(Model, Model.id == Score.model_id)
        .where(
            Score.post_id == Post.id,
            Score.revision_number == Post.revision_number,
            Score.unsure.is_(True),
            Model.state == "active",
        )
    )
    flagged = select(Flag.id).where(Flag.post_id == Post.id, Flag.suggested())
    query = select(func.count(Post.id)).where(unsure.exists(), ~flagged.exists(), dated_within(period))
    return session.scalar(query) or 0


def unscored_posts(session: Session, period: Period, model_id: int) -> int:
    """Count the monitored posts of a period whose current version a model has not scored."""
    scored = select(Score.post_id).where(
        Score.post_id == Post.id, Score.revision_number == Post.revision_number, Score.model_id == model_id
    )
    query = select(Post.source_id, func.count()).group_by(Post.source_id)
    query = query.where(~scored.exists(), dated_within(period), Post.deleted_at.is_(None))
    monitored = _monitored(session)
    return sum(posts for source_id, posts in session.execute(query) if source_id in monitored)


def models_of_flags(session: Session, period: Period) -> Sequence[Model]:
    """List the models whose flags on posts of a period are counted, oldest first."""
    flagged = select(Flag.model_id).join(Post, Post.id == Flag.post_id).where(Flag.suggested(), dated_within(period))
    return session.scalars(select(Model).where(Model.id.in_(flagged)).order_by(Model.id)).all()


def problem_runs(session: Session, period: Period) -> list[ProblemRuns]:
    """List the readings of a period that failed or left a gap; equal problems of a source are one row."""
    outcome = case((CrawlRun.outcome == "failed", "failed"), else_="ok").label("outcome")
    error = case((CrawlRun.outcome == "failed", CrawlRun.error)).label("error")
    last = func.max(CrawlRun.started_at, type_=CrawlRun.started_at.type)
    query = select(Source.name, outcome, error, CrawlRun.gap, func.count(), last)
    query = query.join(Source, Source.id == CrawlRun.source_id)
    query = query.where((CrawlRun.outcome == "failed") | CrawlRun.gap.is_not(None))
    query = _within(query, CrawlRun.started_at, period).group_by(Source.name, outcome, error, CrawlRun.gap)
    return [ProblemRuns(*row) for row in session.execute(query.order_by(Source.name, outcome, error, CrawlRun.gap))]
