"""How much of each label people wish to have flagged, and the recent scores by which the effect is foreseen."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from storage.models import Post, Score, Source, Threshold


def all_wishes(session: Session) -> Sequence[Threshold]:
    """List the wishes by label."""
    return session.scalars(select(Threshold).order_by(Threshold.label)).all()


def put(session: Session, label: str, aim: str, value: float, now: datetime) -> None:
    """Store the wish for a label in place of the one before; see `storage.models.Threshold`."""
    session.merge(Threshold(label=label, aim=aim, value=value, set_at=now))
    session.flush()


def remove(session: Session, label: str) -> None:
    """Delete the wish for a label: the model's own threshold counts again."""
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
