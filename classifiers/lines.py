"""Fitting lines on features and on what can be computed from them, folded back into one weight a feature."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

MARGIN_STRENGTH = 0.2  # of support vectors, which are fitted without balance
TOLERANCE = 1e-3  # a tenth of it takes a quarter longer and moves no figure by a thousandth
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """Weights of the features, shape (features,), and the intercept."""

    weights: Floats
    intercept: float

    def score(self, matrix: sp.csr_matrix) -> Floats:
        """Score texts, shape (texts,)."""
        return np.asarray(matrix @ self.weights + self.intercept, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a line is to answer.

    Args:
        rows: The texts that know the answer.
        targets: How much of a yes each of them is, 0 to 1; in the shape of `rows`.
        margin: Fit a linear support vector machine, which ranks rare answers better, instead of a balanced logistic
            regression.

    """

    rows: NDArray[np.intp]
    targets: Floats
    margin: bool = False


@dataclass(frozen=True, slots=True)
class Projection:
    """Numbers that are computed from features by a matrix: word vectors, or the scores of other models.

    Args:
        matrix: Shape (features, numbers), each number already scaled.
        centre: What is taken away from the numbers, shape (numbers,).

    """

    matrix: NDArray[np.float32]
    centre: Floats

    @classmethod
    def centred(cls, matrix: NDArray[np.float32], texts: sp.csr_matrix, scale: float, *, each: bool) -> "Projection":
        """Centre the numbers on some texts; scale each to a deviation, or all together to a mean length."""
        numbers = np.asarray(texts @ matrix, dtype=np.float64)
        centre = numbers.mean(axis=0) if len(numbers) else np.zeros(matrix.shape[1])
        spread = numbers.std(axis=0) if each else np.linalg.norm(numbers - centre, axis=1).mean()
        factor = np.asarray(scale / np.maximum(spread, 1e-9))
        return cls(np.asarray(matrix * factor, dtype=np.float32), centre * factor)

    def of(self, texts: sp.csr_matrix) -> Floats:
        """Compute the numbers of texts, shape (texts, numbers)."""
        return np.asarray(texts @ self.matrix, dtype=np.float64) - self.centre

    def fold(self, coefficients: Floats) -> Line:
        """Turn coefficients of the numbers into weights of the features."""
        return Line(np.asarray(self.matrix @ coefficients), -float(self.centre @ coefficients))


@dataclass(frozen=True, slots=True)
class Ground:
    """What lines are fitted on.

    Args:
        matrix: The features of the texts, shape (texts, features).
        projections: What stands beside them.
        beside: The texts' numbers, of all projections, shape (texts, numbers).
        bayes: Blocks of features with a naive Bayes copy, and its weight.
        strength: Inverse of the regularisation.
        weights: How much each text counts, shape (texts,).
        seed: Decides the order of the fitting.

    """

    matrix: sp.csr_matrix
    projections: Sequence[Projection]
    beside: sp.csr_matrix
    bayes: Sequence[tuple[slice, float]]
    strength: float
    weights: Floats
    seed: int

    def fit(self, question: Question, seen: NDArray[np.intp] | None = None) -> Line:
        """Fit a line on the texts of a question, or on those of them that are seen.

        A target between 0 and 1 is learnt as a yes of that weight and a no of the rest.
        """
        kept = np.ones(len(question.rows), bool) if seen is None else np.isin(question.rows, seen)
        rows, targets = question.rows[kept], question.targets[kept]
        yes, no = np.flatnonzero(targets > 0), np.flatnonzero(targets < 1)
        order = rows[np.concatenate([yes, no])]
        parts = np.concatenate([targets[yes], 1 - targets[no]]) * self.weights[order]
        answers = np.repeat([True, False], [len(yes), len(no)])
        features = self.matrix[order]
        ratios = [(block, _ratios(features[:, block], parts, answers) * weight) for block, weight in self.bayes]
        copies = [features[:, block].multiply(ratio) for block, ratio in ratios]
        whole = sp.csr_matrix(sp.hstack([features, self.beside[order], *copies], format="csr"))
        if question.margin:
            line = LinearSVC(C=MARGIN_STRENGTH, random_state=self.seed)
        else:
            parts = _balanced(parts, answers)
            line = LogisticRegression(
                C=self.strength, solver="liblinear", random_state=self.seed, max_iter=1000, tol=TOLERANCE
            )
        line.fit(whole, answers, sample_weight=parts)
        return self._fold(np.asarray(line.coef_[0], dtype=np.float64), float(line.intercept_[0]), ratios)

    def _fold(self, coefficients: Floats, intercept: float, ratios: Sequence[tuple[slice, Floats]]) -> Line:
        place = self.matrix.shape[1]
        weights = coefficients[:place].copy()
        for projection in self.projections:
            width = projection.matrix.shape[1]
            folded = projection.fold(coefficients[place : place + width])
            weights += folded.weights
            intercept += folded.intercept
            place += width
        for block, ratio in ratios:
            weights[block] += coefficients[place : place + len(ratio)] * ratio
            place += len(ratio)
        return Line(weights, intercept)


def _balanced(parts: Floats, answers: NDArray[np.bool_]) -> Floats:
    """Let either answer weigh the same in all."""
    half = parts.sum() / 2
    return np.asarray(np.where(answers, parts * half / parts[answers].sum(), parts * half / parts[~answers].sum()))


def _ratios(features: sp.csr_matrix, parts: Floats, answers: NDArray[np.bool_]) -> Floats:
    """Compare in how many texts of either answer each feature stands, as a log ratio."""
    present = (features > 0).astype(np.float64)
    yes = 1 + np.asarray(present.T @ (parts * answers))
    no = 1 + np.asarray(present.T @ (parts * ~answers))
    return np.asarray(np.log(yes / yes.sum()) - np.log(no / no.sum()))
