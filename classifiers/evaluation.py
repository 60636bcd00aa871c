"""How good probabilities are: ranking, decisions, and whether they mean what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve, roc_auc_score

from classifiers.datasets import Example
from classifiers.model import Classifier

BINS = 10
LEAST_THRESHOLD = 0.05  # below it a threshold would flag whatever comes


@dataclass(frozen=True, slots=True)
class LabelMetrics:
    """The quality of one label: counts, threshold-free measures, and decisions at the threshold.

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

    def as_dict(self) -> dict[str, Any]:
        """Give the figures as plain data."""
        return asdict(self)


def measure(probabilities: NDArray[np.float64], answers: NDArray[np.bool_], threshold: float) -> LabelMetrics:
    """Measure one label on texts with known answers, of which there must be some of both kinds."""
    flagged = probabilities >= threshold
    hits = int((flagged & answers).sum())
    return LabelMetrics(
        positives=int(answers.sum()),
        negatives=int((~answers).sum()),
        auc=float(roc_auc_score(answers, probabilities)),
        average_precision=float(average_precision_score(answers, probabilities)),
        threshold=threshold,
        precision=hits / int(flagged.sum()) if flagged.any() else 1.0,
        recall=hits / int(answers.sum()),
        macro_f1=float(f1_score(answers, flagged, average="macro")),
        calibration_error=calibration_error(probabilities, answers),
    )


def calibration_error(probabilities: NDArray[np.float64], answers: NDArray[np.bool_]) -> float:
    """Tell how far probabilities are from frequencies: the mean gap over bins, weighted by their size."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(probabilities[bins == b].mean()) - float(answers[bins == b].mean())) * int((bins == b).sum())
        for b in range(BINS)
        if (bins == b).any()
    ]
    return sum(gaps) / len(answers)


def threshold_for_precision(probabilities: NDArray[np.float64], answers: NDArray[np.bool_], precision: float) -> float:
    """Find the least threshold from which on a precision is reached; the best F1 when none reaches it."""
    reached, _, thresholds = precision_recall_curve(answers, probabilities)
    good = np.flatnonzero(reached[:-1] >= precision)
    if not len(good):
        return best_f1_threshold(probabilities, answers)
    return max(float(thresholds[good[0]]), LEAST_THRESHOLD)


def best_f1_threshold(probabilities: NDArray[np.float64], answers: NDArray[np.bool_]) -> float:
    """Find the threshold with the best F1 of "yes"."""
    precision, recall, thresholds = precision_recall_curve(answers, probabilities)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return max(float(thresholds[int(np.argmax(f1[:-1]))]), LEAST_THRESHOLD)


def evaluate(classifier: Classifier, examples: Sequence[Example]) -> dict[str, Any]:
    """Measure a classifier on labelled texts: each label that the texts know, and classes where one must hold.

    Returns:
        `{"examples": n, "labels": {label: figures}}`, and for exclusive classes also `"macro_f1"` and `"accuracy"`.

    """
    predictions = list(classifier.predict([example.text for example in examples]))
    result: dict[str, Any] = {"examples": len(examples), "labels": {}}
    for label in classifier.labels:
        rows = [i for i, example in enumerate(examples) if label in example.labels]
        answers = np.array([examples[i].labels[label] for i in rows], dtype=bool)
        if not rows or answers.all() or not answers.any():
            continue
        probabilities = np.array([predictions[i].probabilities[label] for i in rows])
        result["labels"][label] = measure(probabilities, answers, classifier.thresholds[label]).as_dict()
    if classifier.exclusive:
        truth = [_true_class(example.labels) for example in examples]
        said = [prediction.flags[0] for prediction in predictions]
        result["macro_f1"] = float(
            f1_score(truth, said, average="macro", labels=list(classifier.labels), zero_division=0.0)
        )
        result["accuracy"] = sum(a == b for a, b in zip(truth, said, strict=True)) / len(examples)
    return result


def _true_class(labels: Mapping[str, bool]) -> str:
    return next((label for label, holds in labels.items() if holds), "")
