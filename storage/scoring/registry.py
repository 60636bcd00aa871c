"""The register of models: their states (candidate, active, retired), and their scores."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.errors import NotFound
from storage.models import Model, Post, Score
from storage.scoring import unscored


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDraft:
    """The columns of a model, taken from its manifest."""

    version: str
    data_hash: str
    metrics: Mapping[str, Any]
    thresholds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDraft:
    """The probabilities of one version of a post by label, and the labels that are unsure."""

    post_id: int
    revision_number: int
    probabilities: Mapping[str, float]
    unsure: Collection[str] = ()


def active_model(session: Session) -> Model | None:
    """Return the model whose scores open flags; None when there is none."""
    return session.scalar(select(Model).where(Model.state == "active"))


def promoted_model(session: Session) -> Model | None:
    """Return the model that a person promoted last; None when nobody ever did."""
    return session.scalar(select(Model).where(Model.promoted_at.is_not(None)))


def all_models(session: Session) -> Sequence[Model]:
    """List all models, newest first."""
    return session.scalars(select(Model).order_by(Model.id.desc())).all()


def newest_taught(session: Session) -> Model | None:
    """Return the newest model that was taught by people's decisions; None when there is none."""
    taught = (model for model in all_models(session) if model.comparison and "teaching" in model.comparison)
    return next(taught, None)


def by_name(session: Session, name: str) -> Model:
    """Return the newest model of a name, or the one of a version.

    Raises:
        NotFound: When the register has none.

    """
    for model in all_models(session):
        if name in (model.name, model.version):
            return model
    raise NotFound(f"no model named {name!r} is registered: `kiemtin models list` shows them")


def register(session: Session, draft: ModelDraft, now: datetime, comparison: Mapping[str, Any] | None = None) -> Model:
    """Add a model as a candidate; one that is registered already keeps its state.

    Args:
        session: The unit of work.
        draft: What its manifest says.
        now: The present time, UTC.
        comparison: Its figures beside those of the active model, if they were measured.

    """
    row = {**asdict(draft), "state": "candidate", "created_at": now}
    insert_ignoring(session, Model, [row], ("version",))  # another program may register it at the same moment
    model = session.scalars(select(Model).where(Model.version == draft.version)).one()
    if comparison is not None:
        model.comparison = dict(comparison)
        session.flush()
    return model


def activate(session: Session, draft: ModelDraft, now: datetime) -> Model:
    """Make a model the active one, registering it if it is new, and retire the previous one."""
    model = register(session, draft, now)
    _make_active(session, model)
    return model


def promote(session: Session, model: Model, now: datetime) -> str | None:
    """Make a model the active one and store which one it replaces; returns that one's version."""
    before = active_model(session)
    if before is not None and before.id != model.id:
        model.replaces = before.version
    return reactivate(session, model, now)


def reactivate(session: Session, model: Model, now: datetime) -> str | None:
    """Make an earlier model the active one again, and keep what it replaced; returns the version that was active."""
    before = active_model(session)
    version = before.version if before is not None else None
    _make_active(session, model)
    # Only the last promotion says which model a person chose.
    session.execute(update(Model).where(Model.id != model.id).values(promoted_at=None))
    model.promoted_at = now
    session.flush()
    return version


def _make_active(session: Session, model: Model) -> None:
    if model.state != "active":
        unscored.begin_history(session, model)
    session.execute(update(Model).where(Model.state == "active", Model.id != model.id).values(state="retired"))
    model.state = "active"
    session.flush()


def count_scored(session: Session, model_id: int) -> int:
    """Count the posts that a model has scored."""
    query = select(func.count(func.distinct(Score.post_id))).where(Score.model_id == model_id)
    return session.scalar(query) or 0


def record_scores(session: Session, model_id: int, drafts: Sequence[ScoreDraft]) -> None:
    """Store scores of the model in use; rows that another program has stored already stay as they are."""
    rows = [
        {
            "post_id": draft.post_id,
            "revision_number": draft.revision_number,
            "model_id": model_id,
            "label": label,
            "probability": probability,
            "unsure": label in draft.unsure,
        }
        for draft in drafts
        for label, probability in draft.probabilities.items()
    ]
    insert_ignoring(session, Score, rows, ("post_id", "revision_number", "model_id", "label"))
    if drafts:
        same = (Post.id == bindparam("of_post"), Post.revision_number == bindparam("of_revision"))
        versions = [{"of_post": draft.post_id, "of_revision": draft.revision_number} for draft in drafts]
        # Past the session's objects: a version that came meanwhile goes on waiting.
        scored = update(Post).where(*same).values(unscored=False)
        session.connection().execute(scored, versions)
