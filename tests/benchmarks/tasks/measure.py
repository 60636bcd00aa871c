"""The figures that the sets' papers report, each with its 95 % interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import Example
from classifiers.evaluation.bootstrap import Interval, label_figures, label_intervals, percentile_interval, resamples
from classifiers.text.normalise import normalise
from tests.benchmarks.tasks.classes import class_numbers
from tests.benchmarks.tasks.train import ClassScores, Floats


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval."""

    value: float
    interval: Interval

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} ({low:.3f} to {high:.3f})"


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """How good a task's model is.

    Args:
        texts: How many texts were measured.
        macro_f1: Mean F1 of the classes.
        accuracy: Share of texts in their own class.
        auc: Area under the ROC curve of "anything but the first class".
        calibration_errors: Expected calibration error of each class.

    """

    texts: int
    macro_f1: Figure
    accuracy: Figure
    auc: Figure
    calibration_errors: tuple[float, ...]


def measure_task(examples: Sequence[Example], scores: ClassScores) -> TaskFigures:
    """Measure predictions on labelled texts, among which every class must occur."""
    truth, classes = class_numbers(examples), scores.log_odds.shape[1]
    others = (truth > 0, 1 - scores.probabilities[:, 0], scores.predicted > 0)
    auc = float(label_figures(others[1], others[0], others[2], np.ones((1, len(truth))))["auc"][0])
    figures = class_figures(truth, scores.predicted, classes, np.ones((1, len(truth))))
    intervals = class_intervals(truth, scores.predicted, classes)
    return TaskFigures(
        texts=len(truth),
        macro_f1=Figure(float(figures["macro_f1"][0]), intervals["macro_f1"]),
        accuracy=Figure(float(figures["accuracy"][0]), intervals["accuracy"]),
        auc=Figure(auc, label_intervals(others[1], others[0], others[2])["auc"]),
        calibration_errors=tuple(_calibration_error(scores, truth, place) for place in range(classes)),
    )


def _calibration_error(scores: ClassScores, truth: NDArray[np.intp], place: int) -> float:
    answers = truth == place
    figures = label_figures(
        scores.probabilities[:, place], answers, scores.predicted == place, np.ones((1, len(truth)))
    )
    return float(figures["calibration_error"][0])


def without_copies(examples: Sequence[Example], training: Sequence[Example]) -> list[int]:
    """Find the texts that are not among the training texts, each once; texts are compared in normalised form."""
    seen = {normalise(example.text).text for example in training}
    kept: dict[str, int] = {}
    for row, example in enumerate(examples):
        text = normalise(example.text).text
        if text not in seen:
            kept.setdefault(text, row)
    return list(kept.values())


def class_figures(
    truth: NDArray[np.intp], predicted: NDArray[np.intp], classes: int, weights: Floats
) -> dict[str, Floats]:
    """Compute macro-F1 and accuracy of exclusive classes for every row of weights.

    Args:
        truth: The number of each text's class, shape (texts,).
        predicted: The number of the class that was predicted.
        classes: How many classes there are; one that never occurs and is never predicted counts as 0.
        weights: Shape (resamples, texts).

    Returns:
        By name, arrays of shape (resamples,).

    """
    cells = weights @ np.eye(classes * classes)[truth * classes + predicted]
    confusion = cells.reshape(-1, classes, classes)
    right = np.diagonal(confusion, axis1=1, axis2=2)
    either = confusion.sum(axis=1) + confusion.sum(axis=2)
    f1 = np.divide(2 * right, either, out=np.zeros_like(either), where=either > 0)
    return {"macro_f1": f1.mean(axis=1), "accuracy": right.sum(axis=1) / cells.sum(axis=1)}


def class_intervals(truth: NDArray[np.intp], predicted: NDArray[np.intp], classes: int) -> dict[str, Interval]:
    """Give the 95 % interval of each figure of `class_figures`."""
    drawn = [class_figures(truth, predicted, classes, weights) for weights in resamples(truth)]
    return {name: percentile_interval(np.concatenate([part[name] for part in drawn])) for name in drawn[0]}
