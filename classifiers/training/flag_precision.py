"""What share of flags is right, estimated from few labelled texts: counts, shrunk towards calibrated probabilities."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from classifiers.evaluation.pr_curve import POINTS, Curve
from classifiers.training.linear import Floats

PRIOR_TEXTS: Final = 3.0  # how many texts the calibrated probabilities count as, beside the counted ones


@dataclass(frozen=True, slots=True)
class FlagPrecision:
    """The flags of every possible threshold on labelled texts that the model had not seen, fewest flags first.

    Args:
        thresholds: Probabilities, falling, shape (thresholds,).
        flags: How many texts reach each.
        right: How many of them carry the label.
        expected: How many would by the calibrated probabilities.
        positives: Texts with the label.

    """

    thresholds: Floats
    flags: Floats
    right: Floats
    expected: Floats
    positives: int

    @classmethod
    def from_scores(cls, probabilities: Floats, answers: NDArray[np.bool_]) -> "FlagPrecision":
        """Count.

        Args:
            probabilities: Of texts that were not seen, shape (texts,).
            answers: Whether they carry the label, in the same shape.

        """
        order = np.argsort(-probabilities, kind="stable")
        ordered = probabilities[order]
        # Texts that score alike are flagged together.
        ends = np.flatnonzero(np.append(np.diff(ordered) != 0, True)[: len(order)])
        return cls(
            ordered[ends],
            (ends + 1).astype(np.float64),
            np.cumsum(answers[order])[ends].astype(np.float64),
            np.cumsum(ordered)[ends],
            int(answers.sum()),
        )

    @property
    def precision(self) -> Floats:
        """Share of right flags, shape (thresholds,): the posterior mean under a Beta prior of PRIOR_TEXTS texts."""
        return np.asarray((self.right + PRIOR_TEXTS * self.expected / self.flags) / (self.flags + PRIOR_TEXTS))

    def lowest(self, precision: float) -> float:
        """Give the lowest threshold with a precision; one above all texts when none reaches it."""
        places = np.flatnonzero(self.precision >= precision)
        return float(self.thresholds[places[-1]] if places.size else np.nextafter(self.thresholds[0], np.inf))

    def counted(self, threshold: float) -> tuple[int, int]:
        """Count the texts that reach a threshold, and how many of them carry the label."""
        reached = int((self.thresholds >= threshold).sum())
        return (int(self.flags[reached - 1]), int(self.right[reached - 1])) if reached else (0, 0)

    def interval(self, threshold: float) -> tuple[float, float, float] | None:
        """Give the share of flags that are right from a threshold on, with its 95 % interval; None without a flag."""
        place = int((self.thresholds >= threshold).sum()) - 1
        if place < 0:
            return None
        share = self.expected[place] / self.flags[place]
        yes = self.right[place] + PRIOR_TEXTS * share
        no = self.flags[place] - self.right[place] + PRIOR_TEXTS * (1 - share)
        return float(yes / (yes + no)), float(beta.ppf(0.025, yes, no)), float(beta.ppf(0.975, yes, no))

    def curve(self) -> Curve:
        """Give precision and recall over thresholds, lowest first."""
        places = np.unique(np.linspace(0, len(self.flags) - 1, POINTS).round().astype(int))[::-1]
        recall = self.right / max(self.positives, 1)
        return Curve.from_rows(
            (self.thresholds[place], self.precision[place], recall[place]) for place in places.tolist()
        )
