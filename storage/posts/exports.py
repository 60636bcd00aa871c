"""Posts, flags, decisions, matters and sources of a period as plain rows, by their numbers, a few at a time.

One query gives all rows of a table as they stood when it began; memory does not grow with their number.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Select, and_, case, func, select, true
from sqlalchemy.orm import Session

from storage.figures.report_counts import Period, dated_within, posts_by_source
from storage.models import Flag, Matter, MatterPost, Model, Post, PostRevision, Review, Source
from storage.posts.sources import post_counts
from storage.review.decisions import STATE_OF

READ_AT_ONCE: Final = 500
Row = Mapping[str, Any]


def posts(session: Session, period: Period | None) -> Iterator[Row]:
    """Yield the posts that were published in a period, in their newest version; None: all.

    Of a post that its platform has deleted no word is given.
    """
    gone, edited = Post.deleted_at.is_not(None), PostRevision.id.is_not(None)
    title = case((gone, None), (edited, PostRevision.title), else_=Post.title)
    text = case((gone, None), (edited, PostRevision.text), else_=Post.text)
    picture_text = case((gone, None), else_=func.coalesce(PostRevision.picture_text, ""))
    context = case((gone, None), else_=Post.context)
    times = (Post.published_at, Post.published_precision, Post.collected_at, Post.edited_at, Post.deleted_at)
    query = (
        select(Post.id, Source.name.label("source"), Source.role, *times, Post.revision_number.label("revision"))
        .add_columns(Post.language, title.label("title"), text.label("text"), picture_text.label("picture_text"))
        .add_columns(context.label("context"))
        .add_columns(Post.engagement, Post.cluster_id)
        .join(Source, Source.id == Post.source_id)
        .outerjoin(PostRevision, and_(PostRevision.post_id == Post.id, PostRevision.number == Post.revision_number))
    )
    yield from _streamed(session, query.where(_dated(period)).order_by(Post.id))


def flags(session: Session, period: Period | None) -> Iterator[Row]:
    """Yield the flags on the posts of a period; None: all."""
    query = (
        select(Flag.id, Flag.post_id, Source.name.label("source"), Flag.label, Flag.state, Flag.probability)
        .add_columns(Model.version.label("model"), Flag.revision_number.label("revision"), Flag.opened_at)
        .join(Post, Post.id == Flag.post_id)
        .join(Source, Source.id == Post.source_id)
        .join(Model, Model.id == Flag.model_id)
    )
    yield from _streamed(session, query.where(Flag.suggested(), _dated(period)).order_by(Flag.id))


def decisions(session: Session, period: Period | None) -> Iterator[Row]:
    """Yield the decisions that were taken in a period, also those on other posts and those taken back; None: all."""
    state = case(STATE_OF, value=Review.decision, else_=None)
    query = (
        select(Review.id, Review.flag_id, Flag.post_id, Flag.label, Review.decision, state.label("state"))
        .add_columns(Review.stands().label("stands"), Review.withdraws, Review.revision_number.label("revision"))
        .add_columns(Review.note, Review.evidence, Review.decided_at)
        .join(Flag, Flag.id == Review.flag_id)
        .where(_within(Review.decided_at, period), Flag.suggested())
    )
    yield from _streamed(session, query.order_by(Review.id))


def matters(session: Session, period: Period | None) -> Iterator[Row]:
    """Yield the matters that belong to a period, and how far each went at all; None: all."""
    reach = select(func.count(MatterPost.id).filter(MatterPost.counted), func.count(MatterPost.publisher.distinct()))
    reach = reach.where(MatterPost.matter_id == Matter.id, MatterPost.removed_by.is_(None)).correlate(Matter)
    counted, publishers = reach.selected_columns
    query = select(
        *(Matter.id, Matter.kind, Matter.label, Matter.state, Matter.verdict, Matter.sentence, Matter.topic),
        *(Matter.place, Matter.counts_at, Matter.first_at, Matter.last_at, Matter.opened_at, Matter.changed_at),
        reach.with_only_columns(counted).scalar_subquery().label("posts"),
        reach.with_only_columns(publishers).scalar_subquery().label("publishers"),
        Matter.merged_into,
    )
    yield from _streamed(session, query.where(_within(Matter.counts_at, period)).order_by(Matter.id))


def sources(session: Session, period: Period | None) -> Iterator[Row]:
    """Yield the sources that were registered by the end of a period, with the number of its posts; None: all."""
    if period is None:
        counted = post_counts(session)
    else:
        counted = {row.source_id: row.posts for row in posts_by_source(session, period)}
    about = (Source.id, Source.name, Source.kind, Source.address, Source.role)
    query = select(*about, Source.legal_basis, Source.retention_days, Source.enabled, Source.created_at)
    query = query.where(true() if period is None else Source.created_at < period.end)
    for row in _streamed(session, query.order_by(Source.id)):
        yield {**row, "posts": counted.get(row["id"], 0)}


def _dated(period: Period | None) -> ColumnElement[bool]:
    return true() if period is None else dated_within(period)


def _within(column: Any, period: Period | None) -> ColumnElement[bool]:
    return true() if period is None else and_(column >= period.start, column < period.end)


def _streamed(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Row]:
    for row in session.execute(query.execution_options(yield_per=READ_AT_ONCE)).mappings():
        yield cast("Row", row)
