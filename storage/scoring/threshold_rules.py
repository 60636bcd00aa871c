"""Threshold rules that people set, and the scores and flags by which their effect is estimated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from storage.models import Flag, Post, Score, Source, ThresholdRule

EVERY = "*"  # all labels, or all kinds of sources


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRuleDraft:
    """The columns of a rule: for a label (or EVERY) and a kind of source (or EVERY); see `storage.models.Threshold`."""

    label: str
    source_kind: str
    aim: str
    value: float
    model_version: str
    floor: float | None = None
    shift: float | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """One score: the label, the kind of the post's source, and the probability."""

    label: str
    source_kind: str
    probability: float


def all_rules(session: Session) -> Sequence[ThresholdRule]:
    """List all rules, by label and kind of source."""
    return session.scalars(select(ThresholdRule).order_by(ThresholdRule.label, ThresholdRule.source_kind)).all()


def put(session: Session, draft: ThresholdRuleDraft, now: datetime) -> ThresholdRule:
    """Store a rule, replacing the one for the same label and kind of source."""
    delete_rules(session, label=draft.label, source_kind=draft.source_kind)
    row = ThresholdRule(
        label=draft.label,
        source_kind=draft.source_kind,
        aim=draft.aim,
        value=draft.value,
        floor=draft.floor,
        shift=draft.shift,
        model_version=draft.model_version,
        set_at=now,
    )
    session.add(row)
    session.flush()
    return row


def delete_rules(session: Session, *, label: str | None = None, source_kind: str | None = None) -> None:
    """Delete the rules for a label, for a kind of source, for both together, or all rules."""
    chosen = delete(ThresholdRule)
    if label is not None:
        chosen = chosen.where(ThresholdRule.label == label)
    if source_kind is not None:
        chosen = chosen.where(ThresholdRule.source_kind == source_kind)
    session.execute(chosen)


def monitored_source_kinds(session: Session) -> list[str]:
    """List the kinds of the monitored sources."""
    query = select(Source.kind).where(Source.role == "monitored").distinct().order_by(Source.kind)
    return list(session.scalars(query))


def recent_scores(session: Session, model_id: int, since: datetime) -> list[Scored]:
    """List a model's scores of the current versions of monitored posts collected since a time."""
    query = (
        select(Score.label, Source.kind, Score.probability)
        .join(Post, and_(Post.id == Score.post_id, Post.revision_number == Score.revision_number))
        .join(Source, Source.id == Post.source_id)
        .where(Score.model_id == model_id, Post.collected_at >= since, Source.role == "monitored")
        .order_by(Score.post_id, Score.label)
    )
    return [Scored(*row) for row in session.execute(query)]


def first_scored_post(session: Session, model_id: int, since: datetime) -> datetime | None:
    """Return the collection time of the first scored post since a time; None when there is none."""
    scored = select(Score.post_id).where(Score.model_id == model_id)
    query = select(func.min(Post.collected_at)).where(Post.collected_at >= since, Post.id.in_(scored))
    return session.scalar(query)


def flag_scores(session: Session, model_id: int, state: str) -> list[Scored]:
    """List a model's flags in a state, with the probabilities that opened them."""
    query = (
        select(Flag.label, Source.kind, Flag.probability)
        .join(Post, Post.id == Flag.post_id)
        .join(Source, Source.id == Post.source_id)
        .where(Flag.model_id == model_id, Flag.state == state)
        .order_by(Flag.id)
    )
    return [Scored(*row) for row in session.execute(query)]
