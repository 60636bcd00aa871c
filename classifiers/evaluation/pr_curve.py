"""What a threshold can be expected to give: precision and recall at some fifty thresholds, from scores of unseen texts.

The curve is kept with the model, so that a threshold can be chosen for a precision, and a precision told for a
threshold, long after the labelled texts are gone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

POINTS: Final = 50
EVEN: Final = 0.5  # a precision below which flags are more often wrong than right
DIGITS: Final = 6


class Point(NamedTuple):
    """Who flags from `threshold` on: which share of the flags is right, and which share of the label is found."""

    threshold: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall over thresholds, lowest threshold first; empty where nothing is known."""

    points: tuple[Point, ...] = ()

    @classmethod
    def of(cls, probabilities: NDArray[np.float64], answers: NDArray[np.bool_], points: int = POINTS) -> "Curve":
        """Work a curve out.

        Args:
            probabilities: Scores of texts that were not learnt from, shape (texts,).
            answers: Whether each carries the label, shape (texts,); there must be some of both.
            points: How many thresholds are kept at most; they divide the recall evenly.

        """
        precision, recall, thresholds = precision_recall_curve(answers, probabilities)
        wanted = np.linspace(1.0, 0.0, points, endpoint=False)
        # Recall falls along the thresholds; the last threshold that still reaches it is the one that flags least.
        places = np.unique(np.searchsorted(-recall[:-1], -wanted, side="right") - 1)
        return cls.read((thresholds[place], precision[place], recall[place]) for place in places.tolist())

    @classmethod
    def read(cls, rows: Iterable[Sequence[float]]) -> "Curve":
        """Take a curve from rows of threshold, precision and recall, as `rows` gives them."""
        return cls(tuple(Point(*(round(float(value), DIGITS) for value in row)) for row in rows))

    def rows(self) -> list[list[float]]:
        """Give the curve as plain data."""
        return [list(point) for point in self.points]

    def at(self, threshold: float) -> Point | None:
        """Tell what to expect from a threshold, on straight lines between the points; None of an empty curve.

        Above the last point nothing more is known than what it says; its recall is the most that is left.
        """
        if not self.points:
            return None
        thresholds, precision, recall = (np.array(column) for column in zip(*self.points, strict=True))
        return Point(
            threshold,
            float(np.interp(threshold, thresholds, precision)),
            float(np.interp(threshold, thresholds, recall)),
        )

    def threshold_for(self, precision: float) -> float | None:
        """Find the least threshold of the curve that reaches a precision; None when none does."""
        return next((point.threshold for point in self.points if point.precision >= precision), None)

    @property
    def best_precision(self) -> float | None:
        """The highest precision that any threshold reaches; None of an empty curve."""
        return max((point.precision for point in self.points), default=None)

    def unsure_from(self, threshold: float) -> float:
        """Say where the band begins in which a text is neither flagged nor called clean.

        It goes from the threshold down to the least one whose flags would be right at least as often as wrong. It is
        empty (the threshold itself) where the curve knows of no lower one.
        """
        even = self.threshold_for(EVEN)
        return threshold if even is None else min(even, threshold)
