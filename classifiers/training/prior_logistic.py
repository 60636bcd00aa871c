"""Logistic regression with a Gaussian prior around a given model, solved in the dual.

With the prior covariance C of the weights, texts X have the kernel X C X', and the most probable weights lie at
C X' a, where a are the dual coefficients (Rasmussen and Williams, 2006, section 3.4). A few hundred texts have a small
kernel, however many features there are, and cross-validation needs nothing but parts of it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.model.classifier import sigmoid
from classifiers.training.linear import Floats
from classifiers.training.splits import Fold

STEPS: Final = 30  # of Newton's method; five to ten are needed
TOLERANCE: Final = 1e-6  # of the objective, in nats
LEAST_CURVATURE: Final = 1e-10
LEAST_STEP: Final = 1e-3


def fit_dual(kernel: Floats, offsets: Floats, answers: NDArray[np.bool_]) -> Floats:
    """Fit the dual coefficients by Newton's method with step halving.

    Args:
        kernel: Prior covariance of the texts' log-odds, shape (texts, texts).
        offsets: Their prior mean, shape (texts,).
        answers: Shape (texts,).

    Returns:
        Shape (texts,); the log-odds of any texts are offsets + cross-kernel @ coefficients.

    """
    signs = np.where(answers, 1.0, -1.0)
    coefficients, moved = np.zeros(len(answers)), np.zeros(len(answers))

    def objective(coefficients: Floats, moved: Floats) -> float:
        return float(0.5 * coefficients @ moved + np.logaddexp(0, -signs * (offsets + moved)).sum())

    reached = objective(coefficients, moved)
    for _ in range(STEPS):
        probabilities = sigmoid(offsets + moved)
        curvature = np.maximum(probabilities * (1 - probabilities), LEAST_CURVATURE)
        root = np.sqrt(curvature)
        wanted = curvature * moved + answers - probabilities
        system = np.eye(len(answers)) + root[:, np.newaxis] * kernel * root
        newton = wanted - root * np.linalg.solve(system, root * (kernel @ wanted))
        step, before = 1.0, reached
        while True:
            tried = coefficients + step * (newton - coefficients)
            tried_moved = kernel @ tried
            reached = objective(tried, tried_moved)
            if reached <= before + TOLERANCE or step < LEAST_STEP:
                break
            step /= 2
        coefficients, moved = tried, tried_moved
        if before - reached < TOLERANCE:
            break
    return coefficients


def unseen_log_odds(kernel: Floats, offsets: Floats, answers: NDArray[np.bool_], folds: list[Fold]) -> Floats:
    """Give the log-odds of each text by a model that did not see it, shape (texts,); the arguments as in `fit_dual`."""
    log_odds = offsets.copy()
    for seen, judged in folds:
        coefficients = fit_dual(kernel[np.ix_(seen, seen)], offsets[seen], answers[seen])
        log_odds[judged] += kernel[np.ix_(judged, seen)] @ coefficients
    return log_odds
