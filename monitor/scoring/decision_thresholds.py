"""Decision thresholds: the probability from which a post is flagged, by label and kind of source.

A model has a threshold for each label. People may set rules instead: a precision or a probability for a label, on one
kind of source or on all, and a budget of flags a day over everything. The rule for the kind of source counts before the
rule for all kinds. A budget then shifts all thresholds by one amount in log-odds, except those whose rule was set after
the budget, and never below its floor.

Thresholds apply to posts that are scored from then on. Open flags stay open until a person decides.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.pr_curve import EVEN, Curve
from storage.models import Model, ThresholdRule
from storage.scoring.threshold_rules import EVERY

PRECISION, PROBABILITY, BUDGET, MODEL = "precision", "probability", "budget", "model"
EPSILON: Final = 1e-6  # keeps log-odds finite

GroupedProbabilities = Mapping[tuple[str, str], NDArray[np.float64]]  # probabilities by label and kind of source


@dataclass(frozen=True, slots=True)
class DecisionThreshold:
    """The threshold of one label on one kind of source.

    Args:
        threshold: The probability from which a post is flagged.
        unsure_from: The lower end of the unsure band, in which a post is as likely to carry the label as not, yet not
            flagged; the threshold itself where there is no such band.
        aim: Where the threshold comes from: `precision`, `probability`, `budget` or `model`.
        value: The precision, the probability or the flags a day of the rule; None for the model's own threshold.

    """

    threshold: float
    unsure_from: float
    aim: str = MODEL
    value: float | None = None


class DecisionThresholds:
    """The rules that people set, resolved to thresholds of one model.

    Args:
        own: The model's own threshold, by label.
        curves: What thresholds of the model can be expected to give, by label.
        rules: The rules, in any order.

    """

    def __init__(
        self, model_thresholds: Mapping[str, float], curves: Mapping[str, Curve], rules: Iterable[ThresholdRule] = ()
    ) -> None:
        self.model_thresholds = dict(model_thresholds)
        self.curves = {label: curves.get(label, Curve()) for label in model_thresholds}
        # A rule set for an earlier model may name a label that this one does not have.
        known = [rule for rule in rules if rule.label in (*model_thresholds, EVERY)]
        self.budget = next((rule for rule in known if rule.aim == BUDGET), None)
        self.rules = tuple(rule for rule in known if rule.aim != BUDGET)
        self._narrowest = {(rule.label, rule.source_kind): rule for rule in self.rules}

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the model."""
        return tuple(self.model_thresholds)

    def limit(self, label: str, kind: str) -> DecisionThreshold:
        """Return the threshold of a label on a kind of source; EVERY for kinds without a rule."""
        rule = self._narrowest.get((label, kind)) or self._narrowest.get((label, EVERY))
        threshold, aim, value = self._apply(label, rule)
        budget = self.budget
        # A rule set after the budget is a later decision of the operator and counts.
        if budget is not None and (rule is None or rule.set_at <= budget.set_at):
            moved = 1 / (1 + math.exp(-_log_odds(threshold) - (budget.shift or 0.0)))
            threshold = max(moved, self.floor(label, threshold, budget.floor or EVEN))
            aim, value = BUDGET, budget.value
        return DecisionThreshold(threshold, min(EVEN, threshold), aim, value)

    def limits(self, kind: str) -> dict[str, DecisionThreshold]:
        """Return the thresholds of all labels on a kind of source."""
        return {label: self.limit(label, kind) for label in self.model_thresholds}

    def floor(self, label: str, threshold: float, precision: float) -> float:
        """Return the lowest threshold with a precision; the given threshold when none is known to reach it."""
        found = self.curves[label].threshold_for(precision)
        return threshold if found is None else found

    def _apply(self, label: str, rule: ThresholdRule | None) -> tuple[float, str, float | None]:
        model_thresholds = self.model_thresholds[label]
        if rule is None:
            return model_thresholds, MODEL, None
        if rule.aim == PROBABILITY:
            return rule.value, PROBABILITY, rule.value
        # A later model may not reach the precision of the rule; its highest threshold comes nearest.
        points = self.curves[label].points
        found = self.curves[label].threshold_for(rule.value)
        if found is None:
            found = max(points[-1].threshold, model_thresholds) if points else model_thresholds
        return found, PRECISION, rule.value


def resolve_thresholds(model: Model, rules: Iterable[ThresholdRule]) -> DecisionThresholds:
    """Resolve rules to thresholds of a registered model."""
    curves = {label: Curve.from_rows(figures.get("curve", ())) for label, figures in model.metrics.items()}
    return DecisionThresholds({label: float(value) for label, value in model.thresholds.items()}, curves, rules)


def budget_shift(thresholds: DecisionThresholds, scores: GroupedProbabilities, flags: float, floor: float) -> float:
    """Find the shift of all thresholds, in log-odds, with which at most `flags` scores pass them.

    Args:
        thresholds: The thresholds without a budget.
        scores: Recent scores.
        flags: How many of them may pass.
        floor: The least expected precision; scores below the threshold that gives it never pass.

    Returns:
        The middle between the last score that passes and the first that does not. Where the budget allows more than all
        floors do, the shift that brings every threshold to its floor.

    """
    found, lowest = [np.zeros(0)], [0.0]
    for (label, kind), probabilities in scores.items():
        base = thresholds.limit(label, kind).threshold
        least = thresholds.floor(label, base, floor)
        found.append(_all_log_odds(probabilities[probabilities >= least]) - _log_odds(base))
        lowest.append(_log_odds(least) - _log_odds(base))
    # With a shift of s exactly the scores with a margin of at least s pass.
    margins = np.sort(np.concatenate(found))[::-1]
    most = math.floor(flags)
    if most >= len(margins):
        return min(lowest)
    first_out = float(margins[most])
    passing = margins[margins > first_out]  # scores that are alike pass together or not at all
    return (float(passing[-1]) + first_out) / 2 if len(passing) else first_out + 1.0


def _all_log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(probabilities, EPSILON, 1 - EPSILON)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _log_odds(probability: float) -> float:
    return float(_all_log_odds(np.array(probability)))
