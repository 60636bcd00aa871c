"""How many flags of each label people want a day, and the recent scores by which the effect is foreseen."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from storage.models import Post, Score, Source, Threshold


def all_wishes(session: Session) -> dict[str, int]:
    """Return how many flags a day people want at most, by label."""
    return {row.label: row.most_a_day for row in session.scalars(select(Threshold).order_by(Threshold.label))}


def put(session: Session, label: str, most_a_day: int, now: datetime) -> None:
    """Store how many flags of a label a day people want at most, in place of what they wanted before."""
    session.merge(Threshold(label=label, most_a_day=most_a_day, set_at=now))
    session.flush()


def remove(session: Session, label: str) -> None:
    """Delete what people want of a label: the model's own threshold counts again."""
    session.execute(delete(Threshold).where(Threshold.label == label))


def recent_scores(session: Session, model_id: int, label: str, since: datetime) -> Sequence[tuple[float, datetime]]:
    """List a model's scores of the current versions of monitored posts collected since a time, highest first.

    Returns:
        The probability, and when the post was collected.

    """
    query = (
        select(Score.probability, Post.collected_at)
        .join(Post, and_(Post.id == Score.post_id, Post.revision_number == Score.revision_number))
        .join(Source, Source.id == Post.source_id)
        .where(Score.model_id == model_id, Score.label == label)
        .where(Post.collected_at >= since, Source.role == "monitored")
        .order_by(Score.probability.desc())
    )
    return [(probability, collected_at) for probability, collected_at in session.execute(query)]
