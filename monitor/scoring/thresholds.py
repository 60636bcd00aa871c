"""Thresholds: the probability from which a post is flagged, by label.

A model brings one for each label. People may want at most so many flags a day instead, which holds for later models
too, and is worked out when a run of scoring begins. It counts for posts that are scored from then on; open flags stay
open until a person decides. Where a label has less than so many, more is flagged, as long as half of it is right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from classifiers.evaluation.pr_curve import EVEN, Curve
from monitor.errors import NotReady, UsageError
from storage import audit
from storage.models import Model
from storage.scoring import registry, thresholds

DAYS: Final = 14  # of scores by which an effect is foreseen
FEWEST: Final = 1  # flags a day that can be asked for
MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Effect:
    """What is flagged, as foreseen.

    Args:
        threshold: The probability from which posts are flagged.
        precision: The share of flags expected to be right; None when the model has no precision-recall curve.
        recall: The share of the posts with the label that is found; None likewise.
        per_day: How many of the recent scores pass the threshold, a day.

    """

    threshold: float
    precision: float | None
    recall: float | None
    per_day: float


@dataclass(frozen=True, slots=True)
class _Recent:
    """Scores of one label, highest first, and over how many days."""

    probabilities: Sequence[float] = ()
    days: float = 1.0


def thresholds_in_force(session: Session, model: Model, now: datetime) -> dict[str, float]:
    """Return the threshold of each label of a model, with what people want.

    Args:
        session: The unit of work.
        model: The model that scores.
        now: The present time, UTC.

    """
    wanted = thresholds.all_wishes(session)
    found = {}
    for label in model.thresholds:
        most = wanted.get(label)
        found[label] = _threshold(model, label, most, _recent(session, model, label, now) if most else _Recent())
    return found


def effect_of(session: Session, label: str, most_a_day: int | None, now: datetime) -> Effect:
    """Foresee what would be flagged, by the recent scores of the model in use; nothing is stored.

    Args:
        session: The unit of work.
        label: A label of the model.
        most_a_day: How many flags a day at most; None: the model's own threshold.
        now: The present time, UTC.

    Raises:
        NotReady: When no model has scored anything yet.
        UsageError: When the model does not know the label.

    """
    model = _model_with(session, label)
    recent, curve = _recent(session, model, label, now), _curve(model, label)
    threshold = _threshold(model, label, most_a_day, recent)
    point = curve.at(threshold)
    return Effect(
        threshold=threshold,
        precision=point.precision if point else None,
        recall=point.recall if point else None,
        per_day=sum(probability >= threshold for probability in recent.probabilities) / recent.days,
    )


def set_most_a_day(session: Session, label: str, most_a_day: int | None, *, user_id: int, now: datetime) -> None:
    """Store how many flags of a label a day people want at most, with its entry in the audit trail.

    Args:
        session: The unit of work.
        label: A label of the model in use.
        most_a_day: The number; None: back to the model's own threshold.
        user_id: Who wants it.
        now: The present time, UTC.

    Raises:
        NotReady: When no model has scored anything yet.
        UsageError: When the model does not know the label, or the number is out of range.

    """
    if most_a_day is not None and not FEWEST <= most_a_day <= MOST:
        raise UsageError(f"{most_a_day} flags a day: give a number from {FEWEST} to {MOST}")
    effect = effect_of(session, label, most_a_day, now)
    if most_a_day is None:
        thresholds.remove(session, label)
    else:
        thresholds.put(session, label, most_a_day, now)
    detail = {"most_a_day": most_a_day, "threshold": effect.threshold}
    audit.record(session, at=now, action="threshold.set", subject=label, user_id=user_id, detail=detail)


def is_unsure(probability: float, threshold: float) -> bool:
    """Tell whether a post is as likely to carry a label as not, and yet not flagged."""
    return min(EVEN, threshold) <= probability < threshold


def _model_with(session: Session, label: str) -> Model:
    model = registry.active_model(session)
    if model is None:
        raise NotReady("no model has scored a post yet: run `kiemtin score` first")
    if label not in model.thresholds:
        raise UsageError(f"{label}: the model in use knows {', '.join(model.thresholds)}")
    return model


def _threshold(model: Model, label: str, most_a_day: int | None, recent: _Recent) -> float:
    own = float(model.thresholds[label])
    if most_a_day is None or not recent.probabilities:
        return own  # a model that has just come into use has no scores to count
    floor = _curve(model, label).threshold_for(EVEN)
    return max(_passed_by(recent.probabilities, most_a_day * recent.days), own if floor is None else floor)


def _passed_by(probabilities: Sequence[float], most: float) -> float:
    """Return a threshold that at most so many probabilities pass, which are in falling order.

    It lies between the last one that passes and the first that does not; scores that are alike pass together or not.
    """
    count = math.floor(most)
    if count >= len(probabilities):
        return 0.0
    first_out = probabilities[count]
    passing = [probability for probability in probabilities[:count] if probability > first_out]
    return ((passing[-1] if passing else 1.0) + first_out) / 2


def _recent(session: Session, model: Model, label: str, now: datetime) -> _Recent:
    rows = thresholds.recent_scores(session, model.id, label, now - timedelta(days=DAYS))
    if not rows:
        return _Recent()
    # A new installation has fewer days of scores; to divide by all of them would understate.
    first = min(collected_at for _, collected_at in rows)
    days = min(float(DAYS), max(1.0, (now - first) / timedelta(days=1)))
    return _Recent([probability for probability, _ in rows], days)


def _curve(model: Model, label: str) -> Curve:
    return Curve.from_rows(model.metrics.get(label, {}).get("curve", ()))
