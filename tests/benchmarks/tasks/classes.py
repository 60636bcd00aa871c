"""Exclusive classes: the binary targets that tell them apart, the stacking of their scores, and thresholds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifiers.data.datasets import Example
from classifiers.errors import TrainingFailed
from classifiers.model.classifier import sigmoid
from tests.benchmarks.tasks.linear import BinaryTarget, Floats

STACKING_INVERSE_REGULARISATION = 1.0
CALIBRATION_INVERSE_REGULARISATION = 1e6  # a slope and an intercept need no regularisation
LEAST_SPREAD = 1e-6  # standard deviation of a score that tells anything
BOOTSTRAPS = 10
PASSES = 3
STEPS = 31
REACH = 1.5  # in standard deviations of a class's log-odds


def class_names(examples: Sequence[Example]) -> list[str]:
    """List the classes in the order in which the examples name them: from mild to grave."""
    return list(dict.fromkeys(name for example in examples for name in example.labels))


def class_numbers(examples: Sequence[Example]) -> NDArray[np.intp]:
    """Give the place of each example's class in `class_names`, shape (examples,)."""
    names = class_names(examples)
    return np.array([max(names.index(c) for c, holds in e.labels.items() if holds) for e in examples], dtype=np.intp)


def class_targets(classes: NDArray[np.intp]) -> list[BinaryTarget]:
    """List the targets that tell exclusive classes apart.

    Two classes need one. More are told apart one against the rest and, since they are ordered, step by step (Frank and
    Hall, 2001): is the class at least so high, given that it is at least the one before?

    Args:
        classes: The place of each text's class, from mild to grave, shape (texts,).

    """
    everywhere = np.arange(len(classes))
    highest = int(classes.max())
    steps = []
    for least in range(1, highest + 1):
        rows = np.flatnonzero(classes >= least - 1)
        steps.append(BinaryTarget(rows, classes[rows] >= least))
    if highest == 1:
        return steps
    one_against_rest = [BinaryTarget(everywhere, classes == place, margin=True) for place in range(highest + 1)]
    return [*one_against_rest, *steps]


def require_every_class(names: Sequence[str], scored: NDArray[np.intp]) -> None:
    """Refuse classes of which no text was scored: forward in time, nothing is older than the oldest texts."""
    missing = [name for place, name in enumerate(names) if place not in scored]
    if missing:
        message = f"all texts of {', '.join(map(repr, missing))} are among the oldest fifth: add newer ones"
        raise TrainingFailed(message)


def stack(scores: Floats, classes: NDArray[np.intp]) -> list[tuple[Floats, float]]:
    """Fit the weights of scores for each class (stacking), then calibrate each class's sum (Platt, 1999).

    One multinomial logistic regression finds the weights of all classes: which of two classes it is matters more than
    what each has of its own.

    Args:
        scores: Of texts that the models did not see, shape (texts, scores); rows with NaN are left out.
        classes: The place of each text's class, shape (texts,).

    Returns:
        For each class, the weight of each score, shape (scores,), and the intercept; the sums are log-odds.

    """
    known = ~np.isnan(scores).any(axis=1)
    scores, classes = scores[known], classes[known]
    spread = scores.std(axis=0)
    spread[spread < LEAST_SPREAD] = np.inf  # a constant score tells nothing, however large it is
    model = LogisticRegression(C=STACKING_INVERSE_REGULARISATION, max_iter=1000)
    weights = model.fit((scores - scores.mean(axis=0)) / spread, classes).coef_ / spread
    stacked = []
    for place, of_class in enumerate(weights if len(weights) > 1 else np.vstack([-weights, weights])):
        calibration = LogisticRegression(C=CALIBRATION_INVERSE_REGULARISATION, max_iter=1000)
        calibration.fit((scores @ of_class)[:, np.newaxis], classes == place)
        stacked.append((np.asarray(calibration.coef_[0, 0] * of_class), float(calibration.intercept_[0])))
    return stacked


def class_thresholds(log_odds: Floats, classes: NDArray[np.intp], seed: int) -> list[float]:
    """Choose thresholds for the best macro-F1 where the class farthest above its own threshold holds.

    The best point of one sample is partly luck, so the mean over bootstrap samples is taken (Breiman, 1996).

    Args:
        log_odds: Shape (texts, classes).
        classes: The place of the true class, shape (texts,).
        seed: Seed of the samples.

    """
    generator = np.random.default_rng(seed)
    samples = [generator.integers(0, len(classes), len(classes)) for _ in range(BOOTSTRAPS)]
    best = np.array([_best_shifts(log_odds[sample], classes[sample]) for sample in samples])
    shifts = (best - best.mean(axis=1, keepdims=True)).mean(axis=0)  # only differences matter
    return [float(threshold) for threshold in sigmoid(-shifts)]


def _best_shifts(log_odds: Floats, classes: NDArray[np.intp]) -> Floats:
    """Search one class after the other for the shift of its log-odds that gives the best macro-F1."""
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


def macro_f1(truth: NDArray[np.intp], predicted: NDArray[np.intp], classes: int) -> float:
    """Give the mean F1 of the classes; one that neither occurs nor is predicted counts as 0."""
    pairs = np.bincount(truth * classes + predicted, minlength=classes * classes).reshape(classes, classes)
    hits, sums = pairs.diagonal(), pairs.sum(axis=0) + pairs.sum(axis=1)
    return float(np.mean(2 * hits / np.maximum(sums, 1)))
