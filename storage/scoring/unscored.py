"""Posts that a model must still score: those that wait, and earlier ones of which it has no score."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, func, select, update
from sqlalchemy.orm import Session, selectinload

from storage.models import Model, Post, Score, Source
from storage.posts.posts import MONITORED


def waiting(session: Session, after: int, limit: int) -> Sequence[Post]:
    """List posts whose current version waits for a score, in the order of their numbers."""
    query = _posts().where(Post.unscored, Post.id > after)
    return session.scalars(query.order_by(Post.id).limit(limit)).all()


def without_score(session: Session, model_id: int, after: int, limit: int, *, until: int) -> Sequence[Post]:
    """List monitored posts whose current version has no score of a model, in the order of their numbers.

    Args:
        session: The unit of work.
        model_id: The model.
        after: Only posts with a greater number.
        limit: How many at most.
        until: Only posts up to this number.

    """
    query = _posts().where(_has_no_score(model_id), Post.id > after, Post.id <= until)
    return session.scalars(query.order_by(Post.id).limit(limit)).all()


def begin_history(session: Session, model: Model) -> None:
    """Have a model score all posts that are stored now, beside those that wait."""
    model.history_until = session.scalar(select(func.max(Post.id)))


def end_history(session: Session, model_id: int) -> None:
    """Store that a model has scored the earlier posts."""
    session.execute(update(Model).where(Model.id == model_id).values(history_until=None))


def count(session: Session, model: Model) -> int:
    """Count the posts that a model must still score."""
    found = session.scalar(select(func.count()).select_from(Post).where(Post.unscored)) or 0
    if model.history_until is None:
        return found
    left = and_(Post.id <= model.history_until, ~Post.unscored)
    query = select(func.count()).select_from(Post).where(left, _has_no_score(model.id))
    return found + (session.scalar(query) or 0)


def _posts() -> Select[Post]:
    return select(Post).options(selectinload(Post.source))


def _has_no_score(model_id: int) -> Any:
    scored = exists().where(
        and_(Score.post_id == Post.id, Score.revision_number == Post.revision_number, Score.model_id == model_id)
    )
    return and_(~scored, Post.source_id.in_(select(Source.id).where(Source.role == MONITORED)))
