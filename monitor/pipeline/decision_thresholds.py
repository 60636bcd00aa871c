"""From which probability on a post is flagged, by label and kind of source.

A model brings a threshold for each label. A person may wish for a precision or a probability instead, for a label
everywhere or on one kind of source, and for a number of flags a day over everything. The narrower wish counts; a budget
then moves all thresholds alike in log-odds, save those that were set after it, and never below its floor.

A threshold holds for posts that are scored from then on. Flags that are open stay open until a person decides: they
stand in the queue by their probability, so those that would not be opened any more come last.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.pr_curve import EVEN, Curve
from storage.models import Model, ThresholdRule
from storage.threshold_rules import EVERY

PRECISION, PROBABILITY, BUDGET, MODEL = "precision", "probability", "budget", "model"
EDGE: Final = 1e-6  # a probability is never quite 0 or 1

GroupedProbabilities = Mapping[tuple[str, str], NDArray[np.float64]]  # probabilities by label and kind of source


@dataclass(frozen=True, slots=True)
class DecisionThreshold:
    """Where one label is flagged on one kind of source.

    Args:
        threshold: The probability from which on it is flagged.
        unsure_from: The probability from which on, below the threshold, it is neither flagged nor called clean.
        aim: What the threshold comes from: `precision`, `probability`, `budget` or `model`.
        value: The precision, probability or flags a day that was wished for; None of the model's own.

    """

    threshold: float
    unsure_from: float
    aim: str = MODEL
    value: float | None = None


class DecisionThresholds:
    """What people wished for, worked out for one model.

    Args:
        own: The model's own threshold, by label.
        curves: What thresholds of the model can be expected to give, by label.
        wishes: What was set, in any order.

    """

    def __init__(
        self, model_thresholds: Mapping[str, float], curves: Mapping[str, Curve], rules: Iterable[ThresholdRule] = ()
    ) -> None:
        self.model_thresholds = dict(model_thresholds)
        self.curves = {label: curves.get(label, Curve()) for label in model_thresholds}
        # What was wished for with another model may be about labels that this one does not know.
        known = [rule for rule in rules if rule.label in (*model_thresholds, EVERY)]
        self.budget = next((rule for rule in known if rule.aim == BUDGET), None)
        self.rules = tuple(rule for rule in known if rule.aim != BUDGET)
        self._narrowest = {(rule.label, rule.source_kind): rule for rule in self.rules}

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the model."""
        return tuple(self.model_thresholds)

    def limit(self, label: str, kind: str) -> DecisionThreshold:
        """Work out the limit of a label on a kind of source; EVERY for kinds about which nothing was said."""
        rule = self._narrowest.get((label, kind)) or self._narrowest.get((label, EVERY))
        threshold, aim, value = self._apply(label, rule)
        budget = self.budget
        if budget is not None and (rule is None or rule.set_at <= budget.set_at):
            moved = 1 / (1 + math.exp(-_log_odds(threshold) - (budget.shift or 0.0)))
            threshold = max(moved, self.floor(label, threshold, budget.floor or EVEN))
            aim, value = BUDGET, budget.value
        return DecisionThreshold(threshold, self.curves[label].unsure_from(threshold), aim, value)

    def limits(self, kind: str) -> dict[str, DecisionThreshold]:
        """Work out the limits of all labels on a kind of source."""
        return {label: self.limit(label, kind) for label in self.model_thresholds}

    def floor(self, label: str, threshold: float, precision: float) -> float:
        """Give the least threshold that keeps a precision; where none is known to, nothing is lowered."""
        found = self.curves[label].threshold_for(precision)
        return threshold if found is None else found

    def _apply(self, label: str, rule: ThresholdRule | None) -> tuple[float, str, float | None]:
        model_thresholds = self.model_thresholds[label]
        if rule is None:
            return model_thresholds, MODEL, None
        if rule.aim == PROBABILITY:
            return rule.value, PROBABILITY, rule.value
        # A later model may not reach the precision: its highest threshold is the nearest to what was wished for.
        points = self.curves[label].points
        found = self.curves[label].threshold_for(rule.value)
        if found is None:
            found = max(points[-1].threshold, model_thresholds) if points else model_thresholds
        return found, PRECISION, rule.value


def resolve_thresholds(model: Model, rules: Iterable[ThresholdRule]) -> DecisionThresholds:
    """Work out what was wished for with a model of the register."""
    curves = {label: Curve.read(figures.get("curve", ())) for label, figures in model.metrics.items()}
    return DecisionThresholds({label: float(value) for label, value in model.thresholds.items()}, curves, rules)


def budget_shift(thresholds: DecisionThresholds, scores: GroupedProbabilities, flags: float, floor: float) -> float:
    """Find by how much all thresholds must move, in log-odds, so that no more than so many scores pass them.

    Args:
        thresholds: What holds without a budget.
        scores: Recent scores.
        flags: How many of them may pass.
        floor: The expected precision that no threshold may fall below; scores under it pass in no case.

    Returns:
        The middle between the last score that passes and the first that does not; where the budget allows more than
        all floors do, the move that brings the last threshold to its floor.

    """
    found, lowest = [np.zeros(0)], [0.0]
    for (label, kind), probabilities in scores.items():
        base = thresholds.limit(label, kind).threshold
        least = thresholds.floor(label, base, floor)
        found.append(_all_log_odds(probabilities[probabilities >= least]) - _log_odds(base))
        lowest.append(_log_odds(least) - _log_odds(base))
    margins = np.sort(np.concatenate(found))[::-1]
    most = math.floor(flags)
    if most >= len(margins):
        return min(lowest)
    first_out = float(margins[most])
    passing = margins[margins > first_out]  # scores that are alike pass together or not at all
    return (float(passing[-1]) + first_out) / 2 if len(passing) else first_out + 1.0


def _all_log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(probabilities, EDGE, 1 - EDGE)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _log_odds(probability: float) -> float:
    return float(_all_log_odds(np.array(probability)))
