"""Logistic regression: balanced on TF-IDF features, and with a Gaussian prior around a given model, in the dual.

With the prior covariance C of the weights, texts X have the kernel X C X', and the most probable weights lie at
C X' a, where a are the dual coefficients (Rasmussen and Williams, 2006, section 3.4). A few hundred texts have a small
kernel, however many features there are, and cross-validation needs nothing but parts of it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifiers.model.classifier import sigmoid

# Of scikit-learn's dual solver: a hundredth of it takes four times as long and moves no figure by a thousandth.
SOLVER_TOLERANCE: Final = 0.1
NEWTON_STEPS: Final = 30  # of Newton's method; five to ten are needed
NEWTON_TOLERANCE: Final = 1e-6  # of the objective, in nats
LEAST_CURVATURE: Final = 1e-10
LEAST_STEP: Final = 1e-3
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of the features, shape (features,), and the intercept."""

    weights: Floats
    intercept: float

    def decision_function(self, matrix: sp.csr_matrix) -> Floats:
        """Score texts, shape (texts,); calibration turns scores into log-odds."""
        return np.asarray(matrix @ self.weights + self.intercept, dtype=np.float64)


def fit_linear(
    matrix: sp.csr_matrix, targets: Floats, sample_weight: Floats, *, inverse_regularisation: float, seed: int
) -> LinearModel:
    """Fit a linear model.

    Args:
        matrix: The features, shape (texts, features).
        targets: How much of a yes each text is, 0 to 1, shape (texts,). One between stands in both classes, with the
            weight that it has in each.
        sample_weight: Shape (texts,). The two classes are then scaled to the same sum.
        inverse_regularisation: scikit-learn's C.
        seed: Decides the order in which the solver takes the texts.

    """
    yes, no = np.flatnonzero(targets > 0), np.flatnonzero(targets < 1)
    rows = np.concatenate([yes, no])
    answers = np.arange(len(rows)) < len(yes)
    weights = sample_weight[rows] * np.concatenate([targets[yes], 1 - targets[no]])
    model = LogisticRegression(
        C=inverse_regularisation,
        solver="liblinear",
        dual=True,
        tol=SOLVER_TOLERANCE,
        max_iter=1000,
        random_state=seed,
    )
    model.fit(matrix[rows], answers, sample_weight=_balanced(weights, answers))
    return LinearModel(np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0]))


def _balanced(weights: Floats, answers: NDArray[np.bool_]) -> Floats:
    """Scale the weights of both classes to the same sum."""
    half = weights.sum() / 2
    yes, no = weights[answers].sum(), weights[~answers].sum()
    return np.asarray(np.where(answers, weights * half / yes, weights * half / no))


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
    for _ in range(NEWTON_STEPS):
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
            if reached <= before + NEWTON_TOLERANCE or step < LEAST_STEP:
                break
            step /= 2
        coefficients, moved = tried, tried_moved
        if before - reached < NEWTON_TOLERANCE:
            break
    return coefficients
