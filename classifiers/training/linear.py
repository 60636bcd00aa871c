"""Balanced logistic regression on TF-IDF features, for targets between no and yes."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

TOLERANCE = 0.1  # of the dual solver; a hundredth of it takes four times as long and moves no figure by a thousandth
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of the features, shape (features,), and the intercept."""

    weights: Floats
    intercept: float

    def decision_function(self, matrix: sp.csr_matrix) -> Floats:
        """Score texts, shape (texts,); calibration turns scores into log-odds."""
        return np.asarray(matrix @ self.weights + self.intercept, dtype=np.float64)


class LinearTrainer:
    """Fits linear models.

    Args:
        inverse_regularisation: scikit-learn's C.
        seed: Decides the order in which the solver takes the texts.

    """

    def __init__(self, *, inverse_regularisation: float, seed: int) -> None:
        self._inverse_regularisation = inverse_regularisation
        self._seed = seed

    def fit(self, matrix: sp.csr_matrix, targets: Floats, sample_weight: Floats) -> LinearModel:
        """Fit a model.

        Args:
            matrix: The features, shape (texts, features).
            targets: How much of a yes each text is, 0 to 1, shape (texts,). One between stands in both classes, with
                the weight that it has in each.
            sample_weight: Shape (texts,). The two classes are then scaled to the same sum.

        """
        yes, no = np.flatnonzero(targets > 0), np.flatnonzero(targets < 1)
        rows = np.concatenate([yes, no])
        answers = np.arange(len(rows)) < len(yes)
        weights = sample_weight[rows] * np.concatenate([targets[yes], 1 - targets[no]])
        model = LogisticRegression(
            C=self._inverse_regularisation,
            solver="liblinear",
            dual=True,
            tol=TOLERANCE,
            max_iter=1000,
            random_state=self._seed,
        )
        model.fit(matrix[rows], answers, sample_weight=_balanced(weights, answers))
        return LinearModel(np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0]))


def _balanced(weights: Floats, answers: NDArray[np.bool_]) -> Floats:
    """Scale the weights of both classes to the same sum."""
    half = weights.sum() / 2
    yes, no = weights[answers].sum(), weights[~answers].sum()
    return np.asarray(np.where(answers, weights * half / yes, weights * half / no))
