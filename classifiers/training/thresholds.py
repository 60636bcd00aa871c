"""The probability from which a label is flagged, chosen on texts that the model had not seen."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.metrics import LEAST_THRESHOLD, best_f1_threshold
from classifiers.training.linear import Floats


def label_threshold(
    probabilities: Floats,
    answers: NDArray[np.bool_],
    precision: float,
    *,
    criticism: NDArray[np.bool_],
    criticism_limit: float,
    parts: Sequence[NDArray[np.bool_]] = (),
) -> float:
    """Choose the threshold of one label: the least that reaches a precision, raised until criticism is spared.

    Args:
        probabilities: Of texts that were not seen, shape (texts,).
        answers: Whether the label holds, shape (texts,).
        precision: The share of flagged texts that must carry the label, 0 to 1.
        criticism: Which texts are criticism without the label, shape (texts,).
        criticism_limit: Largest share of the criticism that may pass, 0 to 1.
        parts: Parts of the texts on which the precision must be reached too, each of shape (texts,). Where no threshold
            reaches it everywhere, the one of the best F1 is taken.

    """
    everywhere = np.ones(len(answers), dtype=bool)
    threshold = _least_threshold(probabilities, answers, precision, [everywhere, *parts])
    if not criticism.any():
        return threshold
    allowed = min(int(criticism_limit * criticism.sum()), int(criticism.sum()) - 1)
    highest_left = float(np.sort(probabilities[criticism])[::-1][allowed])
    return max(threshold, float(np.nextafter(highest_left, np.inf)))


def _least_threshold(
    probabilities: Floats, answers: NDArray[np.bool_], precision: float, parts: Sequence[NDArray[np.bool_]]
) -> float:
    """Find the least threshold at which every part reaches a precision; where there is none, the one of the best F1."""
    candidates = np.unique(probabilities)
    reached = np.ones(len(candidates), dtype=bool)
    for part in parts:
        order = np.argsort(probabilities[part])
        flagged = len(order) - np.searchsorted(probabilities[part][order], candidates)
        # Right flags from each place in the order to its end; none behind the last.
        right = np.append(np.cumsum(answers[part][order][::-1])[::-1], 0)[len(order) - flagged]
        reached &= right >= precision * flagged
        reached &= flagged > 0
    if not reached.any():
        return best_f1_threshold(probabilities, answers)
    return max(float(candidates[np.argmax(reached)]), LEAST_THRESHOLD)
