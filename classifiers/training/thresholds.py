"""The probability from which a label is flagged, chosen on texts that the model had not seen."""

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.metrics import threshold_for_precision
from classifiers.training.linear import Floats


def label_threshold(
    probabilities: Floats,
    answers: NDArray[np.bool_],
    precision: float,
    *,
    criticism: NDArray[np.bool_],
    criticism_limit: float,
    least: float = 0.0,
) -> float:
    """Choose the threshold of one label: the least that reaches a precision, raised until criticism is spared.

    Args:
        probabilities: Of texts that were not seen, shape (texts,).
        answers: Whether the label holds, shape (texts,).
        precision: The share of flagged texts that must carry the label, 0 to 1.
        criticism: Which texts are criticism without the label, shape (texts,).
        criticism_limit: Largest share of the criticism that may pass, 0 to 1.
        least: A probability below which nothing is flagged.

    """
    threshold = max(threshold_for_precision(probabilities, answers, precision), least)
    falling = np.sort(probabilities[criticism])[::-1]
    most = int(criticism_limit * len(falling))
    return threshold if most == len(falling) else max(threshold, float(np.nextafter(falling[most], np.inf)))
