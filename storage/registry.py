"""The register of trained models: which one is active, and the scores that each has given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.models import Model, Post, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDraft:
    """What a model's manifest says, as far as the database keeps it."""

    version: str
    data_hash: str
    metrics: Mapping[str, Any]
    thresholds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDraft:
    """The probabilities of one version of a post, and the words it was segmented into."""

    post_id: int
    revision_number: int
    probabilities: Mapping[str, float]
    segmented: str


def active_model(session: Session) -> Model | None:
    """Find the model whose scores open flags."""
    return session.scalar(select(Model).where(Model.state == "active"))


def activate(session: Session, draft: ModelDraft, now: datetime) -> Model:
    """Make a model the active one (registering it if it is new) and retire the one before."""
    row = {
        "version": draft.version,
        "data_hash": draft.data_hash,
        "metrics": dict(draft.metrics),
        "thresholds": dict(draft.thresholds),
        "state": "candidate",
        "created_at": now,
    }
    insert_ignoring(session, Model, [row], ("version",))  # another program may register it at the same moment
    model = session.scalars(select(Model).where(Model.version == draft.version)).one()
    session.execute(update(Model).where(Model.state == "active", Model.id != model.id).values(state="retired"))
    model.state = "active"
    session.flush()
    return model


def record_scores(session: Session, model_id: int, drafts: Sequence[ScoreDraft]) -> None:
    """Store scores once: a row that is there already, from another worker, stays as it is."""
    rows = [
        {
            "post_id": draft.post_id,
            "revision_number": draft.revision_number,
            "model_id": model_id,
            "label": label,
            "probability": probability,
        }
        for draft in drafts
        for label, probability in draft.probabilities.items()
    ]
    insert_ignoring(session, Score, rows, ("post_id", "revision_number", "model_id", "label"))
    words = [{"id": draft.post_id, "segmented": draft.segmented} for draft in drafts]
    if words:
        session.execute(update(Post), words)
