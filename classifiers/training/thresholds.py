"""From which probability on a label holds, chosen on texts that were not seen."""

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.metrics import best_f1_threshold, threshold_for_precision
from classifiers.model.classifier import sigmoid
from classifiers.training.linear import Floats

SAMPLES = 10
PASSES = 3
STEPS = 31
REACH = 1.5  # in standard deviations of a class's log-odds


def label_threshold(
    probabilities: Floats,
    answers: NDArray[np.bool_],
    precision: float | None,
    spared: NDArray[np.bool_],
    share: float,
) -> float:
    """Choose the threshold of one label: the least that reaches a precision, or the one of the best F1.

    Args:
        probabilities: Of texts that were not seen, shape (texts,).
        answers: Whether the label holds, shape (texts,).
        precision: The share of flagged texts that shall carry the label; None: the best F1.
        spared: Texts that must hardly ever be flagged, whatever that costs, shape (texts,): nobody is flagged for
            criticising.
        share: How much of them may pass the threshold, 0 to 1.

    """
    if precision is None:
        return best_f1_threshold(probabilities, answers)
    threshold = threshold_for_precision(probabilities, answers, precision)
    if not spared.any():
        return threshold
    allowed = int(share * spared.sum())
    highest_left = float(np.sort(probabilities[spared])[::-1][allowed])
    return max(threshold, float(np.nextafter(highest_left, 1.0)))


def class_thresholds(log_odds: Floats, classes: NDArray[np.intp], seed: int) -> list[float]:
    """Choose thresholds of exclusive classes for the best macro-F1, where the class farthest above its own holds.

    The best point of one sample is partly luck, so the mean over samples drawn anew is taken (Breiman, 1996).

    Args:
        log_odds: Shape (texts, classes).
        classes: The place of the true class, shape (texts,).
        seed: Decides the samples.

    """
    chance = np.random.default_rng(seed)
    samples = [chance.integers(0, len(classes), len(classes)) for _ in range(SAMPLES)]
    found = np.array([_best_shifts(log_odds[sample], classes[sample]) for sample in samples])
    shifts = (found - found.mean(axis=1, keepdims=True)).mean(axis=0)  # only differences count
    return [float(threshold) for threshold in sigmoid(-shifts)]


def _best_shifts(log_odds: Floats, classes: NDArray[np.intp]) -> Floats:
    """Search one class after the other for the shift that gives the best macro-F1."""
    shifts = np.zeros(log_odds.shape[1])
    best = macro_f1(classes, log_odds.argmax(axis=1), len(shifts))
    grid = np.linspace(-REACH, REACH, STEPS)
    for _ in range(PASSES):
        for place, spread in enumerate(log_odds.std(axis=0)):
            middle = shifts[place]
            for step in grid:
                tried = shifts.copy()
                tried[place] = middle + step * spread
                reached = macro_f1(classes, (log_odds + tried).argmax(axis=1), len(shifts))
                if reached > best:
                    best, shifts = reached, tried
    return shifts


def macro_f1(truth: NDArray[np.intp], said: NDArray[np.intp], classes: int) -> float:
    """Give the mean F1 of the classes; one that neither occurs nor is said counts as 0."""
    pairs = np.bincount(truth * classes + said, minlength=classes * classes).reshape(classes, classes)
    hits, sums = pairs.diagonal(), pairs.sum(axis=0) + pairs.sum(axis=1)
    return float(np.mean(2 * hits / np.maximum(sums, 1)))
