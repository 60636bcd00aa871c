"""The precision-recall curve of a label, at some fifty thresholds, from scores of unseen texts.

It is stored in the model's manifest, so that a threshold can be chosen, and its precision reported, without the
labelled texts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

POINTS: Final = 50
EVEN: Final = 0.5  # below it, of texts or of flags, more are wrong than right
DIGITS: Final = 6


class Point(NamedTuple):
    """Precision and recall of flagging from a threshold on."""

    threshold: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall over thresholds, lowest threshold first; empty where nothing is known."""

    points: tuple[Point, ...] = ()

    @classmethod
    def from_scores(
        cls, probabilities: NDArray[np.float64], answers: NDArray[np.bool_], points: int = POINTS
    ) -> "Curve":
        """Compute a curve.

        Args:
            probabilities: Of texts that the model did not learn from, shape (texts,).
            answers: Whether each carries the label, shape (texts,); there must be some of both.
            points: Maximum number of thresholds; they are spaced evenly in recall.

        """
        from sklearn.metrics import precision_recall_curve

        precision, recall, thresholds = precision_recall_curve(answers, probabilities)
        wanted = np.linspace(1.0, 0.0, points, endpoint=False)
        # Recall falls along the thresholds; the last threshold that still reaches it is the one that flags least.
        places = np.unique(np.searchsorted(-recall[:-1], -wanted, side="right") - 1)
        return cls.from_rows((thresholds[place], precision[place], recall[place]) for place in places.tolist())

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[float]]) -> "Curve":
        """Make a curve of rows of threshold, precision and recall, as `as_rows` gives them."""
        return cls(tuple(Point(*(round(float(value), DIGITS) for value in row)) for row in rows))

    def as_rows(self) -> list[list[float]]:
        """Give the curve as plain data."""
        return [list(point) for point in self.points]

    def at(self, threshold: float) -> Point | None:
        """Interpolate precision and recall at a threshold linearly; None of an empty curve.

        Above the last point its figures are given: its recall is an upper bound there.
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
