"""Reading scores: over time, and two models side by side."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from storage.models import Flag, Post, Score


def scores_since(session: Session, model_id: int, since: datetime) -> Iterator[tuple[str, datetime, float]]:
    """Yield label, collection time and probability of a model's scores, for the current versions of posts."""
    query = (
        select(Score.label, Post.collected_at, Score.probability)
        .join(Post, and_(Post.id == Score.post_id, Post.revision_number == Score.revision_number))
        .where(Score.model_id == model_id, Post.collected_at >= since)
        .order_by(Post.id)
    )
    rows = session.execute(query).yield_per(1000)
    return ((label, collected_at, probability) for label, collected_at, probability in rows)


def words_since(session: Session, model_id: int, since: datetime) -> Iterator[tuple[datetime, str]]:
    """Yield collection time and segmented words of the posts that a model has scored."""
    scored = select(Score.post_id).where(Score.model_id == model_id)
    query = (
        select(Post.collected_at, Post.segmented)
        .where(Post.id.in_(scored), Post.collected_at >= since, Post.segmented.is_not(None))
        .order_by(Post.id)
    )
    rows = session.execute(query).yield_per(1000)
    return ((collected_at, segmented or "") for collected_at, segmented in rows)


def flags_since(session: Session, model_id: int, since: datetime) -> list[tuple[str, datetime, str]]:
    """List label, collection time and state of a model's flags on posts collected since a time."""
    query = (
        select(Flag.label, Post.collected_at, Flag.state)
        .join(Post, Post.id == Flag.post_id)
        .where(Flag.model_id == model_id, Post.collected_at >= since)
        .order_by(Flag.id)
    )
    return [(label, collected_at, state) for label, collected_at, state in session.execute(query)]


def scored_by_both(session: Session, first: int, second: int) -> Iterator[tuple[str, float, float]]:
    """Yield label and both probabilities where two models scored the same version of a post."""
    one, other = (
        select(Score).where(Score.model_id == first).subquery(),
        select(Score).where(Score.model_id == second).subquery(),
    )
    same = and_(
        one.c.post_id == other.c.post_id,
        one.c.revision_number == other.c.revision_number,
        one.c.label == other.c.label,
    )
    query = select(one.c.label, one.c.probability, other.c.probability).join(other, same)
    rows = session.execute(query).yield_per(1000)
    return ((label, probability, beside) for label, probability, beside in rows)


def count_scored(session: Session, model_id: int) -> int:
    """Count the posts that a model has scored."""
    query = select(func.count(func.distinct(Score.post_id))).where(Score.model_id == model_id)
    return session.scalar(query) or 0
