"""Metrics of a label's probabilities: ranking and decisions."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from classifiers.data.datasets import CRITICISM
from classifiers.errors import DataInvalid
from classifiers.evaluation.bootstrap import label_figures, label_intervals
from classifiers.evaluation.pr_curve import Curve
from classifiers.evaluation.predictions import LabelScores, ScoredExamples

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
        curve: Precision and recall at other thresholds; empty where they were not asked for.

    """

    positives: int
    negatives: int
    auc: float
    average_precision: float
    threshold: float
    precision: float
    recall: float
    curve: Curve = field(default_factory=Curve)

    def as_dict(self) -> dict[str, Any]:
        """Give the figures as plain data; a curve that is empty is left out."""
        figures = asdict(self)
        del figures["curve"]
        return figures | ({"curve": self.curve.as_rows()} if self.curve.points else {})


def measure(
    probabilities: NDArray[np.float64], answers: NDArray[np.bool_], threshold: float, curve: Curve | None = None
) -> LabelMetrics:
    """Measure one label.

    Args:
        probabilities: Shape (texts,).
        answers: Whether each text carries the label, shape (texts,); there must be some of both.
        threshold: The probability from which it is flagged.
        curve: Precision and recall at other thresholds; None: those on these texts.

    """
    figures = label_figures(probabilities, answers, probabilities >= threshold, np.ones((1, len(answers))))
    return LabelMetrics(
        positives=int(answers.sum()),
        negatives=int((~answers).sum()),
        threshold=threshold,
        curve=Curve.from_scores(probabilities, answers) if curve is None else curve,
        **{name: float(values[0]) for name, values in figures.items()},
    )


def threshold_for_precision(probabilities: NDArray[np.float64], answers: NDArray[np.bool_], precision: float) -> float:
    """Find the least threshold that reaches a precision; where none does, the one with the best F1.

    Args:
        probabilities: Shape (texts,).
        answers: Whether the label holds, shape (texts,).
        precision: The share of flagged texts that must carry the label, 0 to 1.

    """
    found, recall, thresholds = precision_recall_curve(answers, probabilities)
    reached = np.flatnonzero(found[:-1] >= precision)
    f1 = 2 * found * recall / np.maximum(found + recall, 1e-12)
    place = reached[0] if reached.size else np.argmax(f1[:-1])
    return max(float(thresholds[place]), LEAST_THRESHOLD)


def summary(scored: ScoredExamples) -> dict[str, Any]:
    """Measure each label of which both answers occur.

    Returns:
        `{"examples": n, "criticism": {"posts": n, "flagged": n}, "labels": {label: figures}}`. Criticism are posts of
        that kind without a label, and how many are flagged for any. Figures are those of `LabelMetrics`, and
        `"intervals"` holds for each its 95 % interval.

    Raises:
        DataInvalid: When no answer is known for any of the labels.

    """
    if not any(label in one.labels for one in scored.examples for label in scored.labels):
        message = f"no text says anything of {', '.join(scored.labels)}: measure on data with the model's labels"
        raise DataInvalid(message)
    critical = np.array(
        [one.facts.get("kind") == CRITICISM and not any(one.labels.values()) for one in scored.examples]
    )
    criticism = {"posts": int(critical.sum()), "flagged": int(scored.flagged[critical].any(axis=1).sum())}
    result: dict[str, Any] = {"examples": len(scored.examples), "criticism": criticism, "labels": {}}
    for label in scored.labels:
        column = scored.column(label)
        if column.has_both:
            result["labels"][label] = _with_intervals(column, scored.thresholds[label])
    return result


def _with_intervals(column: LabelScores, threshold: float) -> dict[str, Any]:
    metrics = measure(column.probabilities, column.answers, threshold, Curve())
    intervals = label_intervals(column.probabilities, column.answers, column.flagged)
    return {**metrics.as_dict(), "intervals": {name: list(interval) for name, interval in intervals.items()}}
