"""Metrics of a label's probabilities: ranking, decisions, calibration."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from classifiers.data.datasets import Example
from classifiers.evaluation.bootstrap import label_figures, label_intervals
from classifiers.evaluation.pr_curve import Curve
from classifiers.evaluation.predictions import LabelScores, ScoredExamples, score_examples
from classifiers.model.classifier import Classifier

LEAST_THRESHOLD = 0.05  # a lower threshold would flag whatever comes


@dataclass(frozen=True, slots=True)
class LabelMetrics:
    """The metrics of one label.

    Args:
        positives: Texts that carry the label.
        negatives: Texts that do not.
        auc: Area under the ROC curve.
        average_precision: Area under the precision-recall curve.
        threshold: The probability from which the label is flagged.
        precision: Share of flagged texts that carry the label.
        recall: Share of texts with the label that are flagged.
        macro_f1: Mean of the F1 of "yes" and of "no".
        calibration_error: Expected calibration error in ten equal bins (Naeini, 2015).
        brier: Mean squared distance of probability and answer (Brier, 1950).
        curve: Precision and recall at other thresholds; empty where they were not asked for.

    """

    positives: int
    negatives: int
    auc: float
    average_precision: float
    threshold: float
    precision: float
    recall: float
    macro_f1: float
    calibration_error: float
    brier: float
    curve: Curve = field(default_factory=Curve)

    def as_dict(self) -> dict[str, Any]:
        """Give the figures as plain data; a curve that is empty is left out."""
        figures = asdict(self)
        del figures["curve"]
        return figures | ({"curve": self.curve.as_rows()} if self.curve.points else {})


def measure(probabilities: NDArray[np.float64], answers: NDArray[np.bool_], threshold: float) -> LabelMetrics:
    """Measure one label.

    Args:
        probabilities: Shape (texts,).
        answers: Whether each text carries the label, shape (texts,); there must be some of both.
        threshold: The probability from which it is flagged.

    """
    curve = Curve.from_scores(probabilities, answers)
    return _measured(probabilities, answers, probabilities >= threshold, threshold, curve)


def _measured(
    probabilities: NDArray[np.float64],
    answers: NDArray[np.bool_],
    flagged: NDArray[np.bool_],
    threshold: float,
    curve: Curve,
) -> LabelMetrics:
    figures = label_figures(probabilities, answers, flagged, np.ones((1, len(answers))))
    return LabelMetrics(
        positives=int(answers.sum()),
        negatives=int((~answers).sum()),
        threshold=threshold,
        curve=curve,
        **{name: float(values[0]) for name, values in figures.items()},
    )


def threshold_for_precision(probabilities: NDArray[np.float64], answers: NDArray[np.bool_], precision: float) -> float:
    """Find the least threshold that reaches a precision; where none does, the one with the best F1.

    Args:
        probabilities: Shape (texts,).
        answers: Whether the label holds, shape (texts,).
        precision: The share of flagged texts that must carry the label, 0 to 1.

    """
    order = np.argsort(probabilities)
    candidates, first = np.unique(probabilities[order], return_index=True)
    # Flags from each threshold on, and how many of them are right.
    flagged = len(order) - first
    reached = np.cumsum(answers[order][::-1])[::-1][first] >= precision * flagged
    if not reached.any():
        return best_f1_threshold(probabilities, answers)
    return max(float(candidates[np.argmax(reached)]), LEAST_THRESHOLD)


def best_f1_threshold(probabilities: NDArray[np.float64], answers: NDArray[np.bool_]) -> float:
    """Find the probability from which flagging has the best F1.

    Args:
        probabilities: Shape (texts,), 0 to 1.
        answers: Whether each text carries the label, shape (texts,); some do.

    """
    precision, recall, thresholds = precision_recall_curve(answers, probabilities)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return max(float(thresholds[int(np.argmax(f1[:-1]))]), LEAST_THRESHOLD)


def evaluate(classifier: Classifier, examples: Sequence[Example]) -> dict[str, Any]:
    """Measure a classifier on labelled texts; see `summary`.

    Raises:
        DataInvalid: When no answer is known for any of its labels.

    """
    return summary(score_examples(classifier, examples))


def summary(scored: ScoredExamples) -> dict[str, Any]:
    """Measure each label of which both answers occur.

    Returns:
        `{"examples": n, "labels": {label: figures}}`, where figures are those of `LabelMetrics` and `"intervals"` holds
        for each figure its 95 % interval.

    """
    result: dict[str, Any] = {"examples": len(scored.examples), "labels": {}}
    for label in scored.labels:
        column = scored.column(label)
        if column.has_both:
            result["labels"][label] = _with_intervals(column, scored.thresholds[label])
    return result


def _with_intervals(column: LabelScores, threshold: float) -> dict[str, Any]:
    metrics = _measured(column.probabilities, column.answers, column.flagged, threshold, Curve())
    intervals = label_intervals(column.probabilities, column.answers, column.flagged)
    return {**metrics.as_dict(), "intervals": {name: list(interval) for name, interval in intervals.items()}}
