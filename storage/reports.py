"""The queries of the weekly summary, and the summaries that were issued."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from storage.models import CrawlRun, Flag, Model, Post, Report, Review, Score, Source

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of time, UTC: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime


def _within(query: Query, column: Any, period: Period) -> Query:
    return query.where(column >= period.start, column < period.end)


def posts_by_source(session: Session, period: Period) -> dict[str, int]:
    """Count the posts that were first seen in the period, by the name of their source."""
    query = select(Source.name, func.count(Post.id)).join(Post, Post.source_id == Source.id).group_by(Source.name)
    return dict(session.execute(_within(query, Post.collected_at, period)).all())


def roles(session: Session) -> dict[str, str]:
    """Return the role of each source, by name: monitored or reference."""
    return dict(session.execute(select(Source.name, Source.role)).all())


def flags_by_source_and_label(session: Session, period: Period) -> dict[tuple[str, str], int]:
    """Count the flags on posts first seen in the period, by source and label."""
    query = (
        select(Source.name, Flag.label, func.count())
        .join(Post, Post.source_id == Source.id)
        .join(Flag, Flag.post_id == Post.id)
        .group_by(Source.name, Flag.label)
    )
    rows = session.execute(_within(query, Post.collected_at, period))
    return {(name, label): count for name, label, count in rows}


def flags_by_label_and_state(session: Session, period: Period) -> dict[tuple[str, str], int]:
    """Count the flags on posts first seen in the period, by label and state."""
    query = select(Flag.label, Flag.state, func.count()).join(Post).group_by(Flag.label, Flag.state)
    return {(label, state): count for label, state, count in session.execute(_within(query, Post.collected_at, period))}


def posts_in(session: Session, period: Period, role: str = "monitored") -> int:
    """Count the posts of one role that were first seen in the period."""
    query = select(func.count(Post.id)).join(Source).where(Source.role == role)
    return session.scalar(_within(query, Post.collected_at, period)) or 0


def flags_by_label(session: Session, period: Period) -> dict[str, int]:
    """Count the flags on posts first seen in the period, by label."""
    query = select(Flag.label, func.count()).join(Post).group_by(Flag.label)
    return dict(session.execute(_within(query, Post.collected_at, period)).all())


def flagged_posts(session: Session, period: Period) -> int:
    """Count the posts first seen in the period that carry at least one flag."""
    query = select(func.count(func.distinct(Flag.post_id))).join(Post)
    return session.scalar(_within(query, Post.collected_at, period)) or 0


def unsure_posts(session: Session, period: Period) -> int:
    """Count the posts first seen in the period that have no flag and an unsure score of the active model."""
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
    flagged = select(Flag.id).where(Flag.post_id == Post.id)
    query = select(func.count(Post.id)).where(unsure.exists(), ~flagged.exists())
    return session.scalar(_within(query, Post.collected_at, period)) or 0


def flagged_posts_by_source(session: Session, period: Period) -> dict[str, int]:
    """Count the posts first seen in the period that carry at least one flag, by the name of their source."""
    query = (
        select(Source.name, func.count(func.distinct(Flag.post_id)))
        .join(Post, Post.source_id == Source.id)
        .join(Flag, Flag.post_id == Post.id)
        .group_by(Source.name)
    )
    return dict(session.execute(_within(query, Post.collected_at, period)).all())


def models_of_flags(session: Session, period: Period) -> Sequence[Model]:
    """List the models whose flags on posts first seen in the period are counted, oldest first."""
    flagged = _within(select(Flag.model_id).join(Post), Post.collected_at, period)
    return session.scalars(select(Model).where(Model.id.in_(flagged)).order_by(Model.id)).all()


def decisions(session: Session, period: Period) -> dict[tuple[str, str], int]:
    """Count the decisions taken in the period that still stand, by label and decision."""
    query = select(Flag.label, Review.decision, func.count()).join(Flag, Flag.id == Review.flag_id)
    query = query.where(Review.stands())
    query = _within(query, Review.decided_at, period).group_by(Flag.label, Review.decision)
    return {(label, decision): count for label, decision, count in session.execute(query)}


def top_flags(session: Session, period: Period, label: str, limit: int) -> Sequence[Flag]:
    """List the flags of a label on posts first seen in the period: confirmed first, then by probability.

    Flags that a person rejected are left out.
    """
    confirmed_first = (Flag.state == "confirmed").desc()
    query = (
        select(Flag)
        .join(Post)
        .options(joinedload(Flag.post).joinedload(Post.source))
        .where(Flag.label == label, Flag.state != "rejected")
        .order_by(confirmed_first, Flag.probability.desc(), Flag.id)
        .limit(limit)
    )
    return session.scalars(_within(query, Post.collected_at, period)).all()


def problem_runs(session: Session, period: Period) -> list[tuple[str, CrawlRun]]:
    """List the crawl runs of the period that failed or left a gap, with the name of their source."""
    query = select(Source.name, CrawlRun).join(Source, Source.id == CrawlRun.source_id)
    query = query.where((CrawlRun.outcome == "failed") | CrawlRun.gap.is_not(None)).order_by(CrawlRun.id)
    return [(name, run) for name, run in session.execute(_within(query, CrawlRun.started_at, period))]


def was_issued(session: Session, week: str) -> bool:
    """Tell whether a summary of a week was issued."""
    return session.scalar(select(Report.id).where(Report.week == week).limit(1)) is not None


def files_of_weeks(session: Session, weeks: Collection[str]) -> tuple[str, ...]:
    """List the files of all summaries that were issued for some weeks."""
    found = session.scalars(select(Report.files).where(Report.week.in_(weeks)).order_by(Report.id))
    return tuple(dict.fromkeys(name for names in found for name in names))


def record_report(
    session: Session,
    *,
    week: str,
    schema_version: int,
    figures: Mapping[str, Any],
    files: Sequence[str],
    now: datetime,
) -> Report:
    """Store the figures of a summary that was issued."""
    report = Report(week=week, schema_version=schema_version, figures=dict(figures), files=list(files), created_at=now)
    session.add(report)
    session.flush()
    return report
