"""From which probability on a label holds, chosen on texts that were not seen."""

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.metrics import threshold_for_precision
from classifiers.training.linear import Floats


def label_threshold(
    probabilities: Floats,
    answers: NDArray[np.bool_],
    precision: float,
    spared: NDArray[np.bool_],
    share: float,
) -> float:
    """Choose the threshold of one label: the least that reaches a precision, raised until criticism is spared.

    Args:
        probabilities: Of texts that were not seen, shape (texts,).
        answers: Whether the label holds, shape (texts,).
        precision: The share of flagged texts that shall carry the label.
        spared: Texts that must hardly ever be flagged, whatever that costs, shape (texts,): nobody is flagged for
            criticising.
        share: How much of them may pass the threshold, 0 to 1.

    """
    threshold = threshold_for_precision(probabilities, answers, precision)
    if not spared.any():
        return threshold
    allowed = int(share * spared.sum())
    highest_left = float(np.sort(probabilities[spared])[::-1][allowed])
    return max(threshold, float(np.nextafter(highest_left, 1.0)))
