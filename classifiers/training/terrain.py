"""The ground on which local labels are learnt: features of all texts at hand, and the surroundings of each feature.

Both are fitted once, without labels; heads are then fitted as often as wanted. A head is fitted on features and
surroundings side by side and folded back into one weight a feature, so the classifier stays what it always is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifiers.features.embeddings import Vectors, feature_vectors
from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import PreparedText


@dataclass(frozen=True, slots=True)
class Line:
    """One head before calibration: weights in the matrix's features, shape (features,), and the intercept."""

    weights: NDArray[np.float64]
    intercept: float

    def log_odds(self, matrix: sp.csr_matrix) -> NDArray[np.float64]:
        """Give the log-odds of texts, shape (texts,)."""
        return np.asarray(matrix @ self.weights + self.intercept, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Terrain:
    """Features and their surroundings.

    Args:
        space: The fitted vectorisers.
        vectors: The surroundings of each feature, shape (features, dimensions).
        centre: The mean of the texts' surroundings, shape (dimensions,).

    """

    space: FeatureSpace
    vectors: Vectors
    centre: NDArray[np.float64]

    @classmethod
    def fit(
        cls, texts: Sequence[PreparedText], *, reach: float, min_documents: int, seed: int
    ) -> tuple["Terrain", sp.csr_matrix]:
        """Learn from texts, labelled or not.

        Args:
            texts: All texts at hand.
            reach: Mean length of a text's surroundings, beside that of its features (about 1.8).
            min_documents: Features of fewer texts are dropped.
            seed: Decides the decomposition's first guess.

        Returns:
            The terrain, and the texts' features, shape (texts, features).

        """
        space, matrix = FeatureSpace.fit_transform(texts, min_documents=min_documents)
        vectors = feature_vectors(space, texts, matrix, seed=seed)
        centre = np.asarray(matrix.mean(axis=0) @ vectors, dtype=np.float64).ravel()
        length = float(np.linalg.norm(np.asarray(matrix @ vectors) - centre, axis=1).mean()) if vectors.size else 0.0
        scale = reach / length if length else 0.0
        return cls(space, vectors * np.float32(scale), centre * scale), matrix

    def surroundings(self, matrix: sp.csr_matrix) -> NDArray[np.float64]:
        """Give the texts' surroundings, centred, shape (texts, dimensions)."""
        return np.asarray(matrix @ self.vectors, dtype=np.float64) - self.centre

    def beside(self, matrix: sp.csr_matrix) -> sp.csr_matrix:
        """Put the surroundings of texts beside their features."""
        return sp.csr_matrix(sp.hstack([matrix, sp.csr_matrix(self.surroundings(matrix))], format="csr"))

    def fold(self, coefficients: NDArray[np.float64], intercept: float) -> Line:
        """Turn what was fitted on both into weights of the features alone."""
        width = self.vectors.shape[0]
        along = coefficients[width:]
        return Line(coefficients[:width] + self.vectors @ along, intercept - float(self.centre @ along))

    def fit_line(
        self, beside: sp.csr_matrix, answers: NDArray[np.bool_], weights: NDArray[np.float64], *, strength: float
    ) -> Line:
        """Fit a logistic regression on features and surroundings.

        Args:
            beside: Features and surroundings of the texts, from `beside`.
            answers: Yes or no, shape (texts,); both must occur.
            weights: How much each text counts, shape (texts,); yes and no are then brought to the same sum.
            strength: Inverse of the regularisation (scikit-learn's C).

        """
        # With so few labels the random order of liblinear's coordinates makes no difference; the seed fixes it.
        line = LogisticRegression(C=strength, solver="liblinear", random_state=0, max_iter=1000)
        line.fit(beside, answers, sample_weight=balanced(answers, weights))
        return self.fold(np.asarray(line.coef_[0], dtype=np.float64), float(line.intercept_[0]))


def balanced(answers: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring "yes" and "no" to half of the weight each, whose sum stays."""
    half = weights.sum() / 2
    yes, no = weights[answers].sum(), weights[~answers].sum()
    return np.asarray(np.where(answers, weights * half / yes, weights * half / no))
