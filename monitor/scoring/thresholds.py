"""Thresholds: the probability from which a post is flagged, by label.

A model brings one for each label. People may wish otherwise: a precision, or how many flags a day. A wish is stored as
it was meant, so that it holds for later models too, and is worked out when a run of scoring begins. It counts for posts
that are scored from then on; open flags stay open until a person decides.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from classifiers.evaluation.pr_curve import EVEN, Curve
from monitor.errors import NotReady, UsageError
from storage import audit
from storage.models import Model
from storage.scoring import registry, thresholds

PRECISION, PER_DAY = "precision", "per_day"
DAYS: Final = 14  # of scores by which an effect is foreseen
LEAST: Final[Mapping[str, float]] = {PRECISION: EVEN, PER_DAY: 0.1}  # below EVEN more flags are wrong than right
MOST: Final[Mapping[str, float]] = {PRECISION: 0.999, PER_DAY: 100_000}


@dataclass(frozen=True, slots=True)
class Wish:
    """What people wish of one label: `aim` is PRECISION (`value`: the share of flags that are right) or PER_DAY."""

    aim: str
    value: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a wish comes to.

    Args:
        threshold: The probability from which posts are flagged.
        precision: The share of flags expected to be right; None when the model has no precision-recall curve.
        recall: The share of the posts with the label that is found; None likewise.
        per_day: How many of the recent scores pass the threshold, a day.
        best: The highest precision that the model reaches; None without a curve.

    """

    threshold: float
    precision: float | None
    recall: float | None
    per_day: float
    best: float | None

    def reaches(self, wish: Wish | None) -> bool:
        """Tell whether the model reaches the precision that a wish names."""
        return wish is None or wish.aim != PRECISION or (self.best is not None and self.best >= wish.value)


@dataclass(frozen=True, slots=True)
class _Recent:
    """Scores of one label, highest first, and over how many days."""

    probabilities: Sequence[float] = ()
    days: float = 1.0


def stored_wishes(session: Session) -> dict[str, Wish]:
    """Return what people wish, by label; labels without a wish are left out."""
    return {row.label: Wish(row.aim, row.value) for row in thresholds.all_wishes(session)}


def thresholds_in_force(session: Session, model: Model, now: datetime) -> dict[str, float]:
    """Return the threshold of each label of a model, with what people wish.

    Args:
        session: The unit of work.
        model: The model that scores.
        now: The present time, UTC.

    """
    wishes = stored_wishes(session)
    found = {}
    for label in model.thresholds:
        wish = wishes.get(label)
        recent = _recent(session, model, label, now) if wish and wish.aim == PER_DAY else _Recent()
        found[label] = _threshold(model, label, wish, recent)
    return found


def effect_of(session: Session, label: str, wish: Wish | None, now: datetime) -> Effect:
    """Foresee what a wish would come to, by the recent scores of the model in use; nothing is stored.

    Args:
        session: The unit of work.
        label: A label of the model.
        wish: The wish; None: the model's own threshold.
        now: The present time, UTC.

    Raises:
        NotReady: When no model has scored anything yet.
        UsageError: When the model does not know the label.

    """
    model = _model_with(session, label)
    recent, curve = _recent(session, model, label, now), _curve(model, label)
    threshold = _threshold(model, label, wish, recent)
    point = curve.at(threshold)
    return Effect(
        threshold=threshold,
        precision=point.precision if point else None,
        recall=point.recall if point else None,
        per_day=sum(probability >= threshold for probability in recent.probabilities) / recent.days,
        best=curve.best_precision,
    )


def set_wish(session: Session, label: str, wish: Wish | None, *, user_id: int, now: datetime) -> None:
    """Store a wish, with its entry in the audit trail.

    Args:
        session: The unit of work.
        label: A label of the model in use.
        wish: The wish; None: back to the model's own threshold.
        user_id: Who wishes it.
        now: The present time, UTC.

    Raises:
        NotReady: When no model has scored anything yet.
        UsageError: When the model does not know the label, or does not reach the precision, or the number is out of
            range.

    """
    if wish is not None and not (wish.aim in LEAST and LEAST[wish.aim] <= wish.value <= MOST[wish.aim]):
        raise UsageError(f"{wish.aim} {wish.value:g}: give a precision of .5 to .999, or .1 to 100,000 flags a day")
    effect = effect_of(session, label, wish, now)
    if wish is None:
        thresholds.remove(session, label)
    elif effect.reaches(wish):
        thresholds.put(session, label, wish.aim, wish.value, now)
    else:
        raise UsageError(f"{label}: the model reaches a precision of {effect.best or 0:.2f} at most: wish for less")
    detail = {"wish": {wish.aim: wish.value} if wish else None, "threshold": effect.threshold}
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


def _threshold(model: Model, label: str, wish: Wish | None, recent: _Recent) -> float:
    own, curve = float(model.thresholds[label]), _curve(model, label)
    if wish is None:
        return own
    if wish.aim == PRECISION:
        # A later model may not reach the precision; its highest threshold comes nearest.
        highest = max(curve.points[-1].threshold, own) if curve.points else own
        found = curve.threshold_for(wish.value)
        return highest if found is None else found
    if not recent.probabilities:
        return own  # a model that has just come into use has no scores to count
    floor = curve.threshold_for(EVEN)
    return max(_passed_by(recent.probabilities, wish.value * recent.days), own if floor is None else floor)


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
