"""Fitting lines on features and on what can be computed from them, folded back into one weight a feature."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifiers.training.distillation import Tutor, answers_of

GUESS_TOLERANCE = 3e-3
GUESS_STRENGTH = 0.1  # of the first step's line, on numbers of deviation one
GUESSED = 3.0  # the deviation of its guesses: so large that their weight is not held back
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

    """

    rows: NDArray[np.intp]
    targets: Floats


class Numbers(Protocol):
    """Numbers that are computed from features by a matrix: word vectors, or the scores of other models."""

    def transform(self, matrix: sp.csr_matrix) -> Floats:
        """Compute the numbers of texts, shape (texts, numbers)."""

    def fold(self, coefficients: Floats) -> Floats:
        """Turn coefficients of the numbers into weights of the features, shape (features,)."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """What other lines say of a text.

    Args:
        weights: Of each line's features, shape (features, lines).

    """

    weights: NDArray[np.float32]

    def transform(self, matrix: sp.csr_matrix) -> Floats:
        """Let the lines score texts, shape (texts, lines)."""
        return np.asarray(matrix @ self.weights, dtype=np.float64)

    def fold(self, coefficients: Floats) -> Floats:
        """Weigh the lines together into one."""
        return np.asarray(self.weights @ coefficients)


@dataclass(frozen=True, slots=True)
class Projection:
    """Numbers that are centred and scaled.

    Args:
        numbers: What they are computed by.
        centre: What is taken away from them, shape (numbers,).
        scale: What they are then multiplied by, shape (numbers,).

    """

    numbers: Numbers
    centre: Floats
    scale: Floats

    @classmethod
    def standard(cls, numbers: Numbers, found: Floats, *, each: bool) -> "Projection":
        """Give each number, or all together, the deviation one.

        Args:
            numbers: What they are computed by.
            found: Those of some texts, shape (texts, numbers).
            each: Each for itself, for they are of different kinds.

        """
        centre = found.mean(axis=0) if len(found) else np.zeros(found.shape[1])
        spread = found.std(axis=0) if each else np.full(found.shape[1], np.sqrt(np.mean((found - centre) ** 2)))
        return cls(numbers, centre, 1 / np.maximum(spread, 1e-9))

    def transform(self, found: Floats) -> NDArray[np.float32]:
        """Centre and scale numbers, shape (texts, numbers)."""
        return np.asarray((found - self.centre) * self.scale, dtype=np.float32)

    def fold(self, coefficients: Floats) -> Line:
        """Turn coefficients of the numbers into weights of the features."""
        along = coefficients * self.scale
        return Line(self.numbers.fold(along), -float(self.centre @ along))


@dataclass(frozen=True, slots=True)
class Ground:
    """What lines are fitted on.

    Where few texts are labelled, a line is fitted in two steps. The first guesses by the numbers beside the features
    alone, which are few and carry far; the second learns from the features what the guess lacks. Where many are, the
    numbers are some features more.

    Args:
        matrix: The features of the texts, shape (texts, features).
        projections: What stands beside them.
        beside: The texts' numbers, of all projections, shape (texts, numbers).
        bayes: Blocks of features with a naive Bayes copy, and its weight.
        strength: Inverse of the regularisation.
        weights: How much each text counts, shape (texts,).
        seed: Decides the order of the fitting.
        lengths: How long each number is as one feature more, shape (numbers,); None: they make a guess.
        tutor: Softens the targets.

    """

    matrix: sp.csr_matrix
    projections: Sequence[Projection]
    beside: NDArray[np.float32]
    bayes: Sequence[tuple[slice, float]]
    strength: float
    weights: Floats
    seed: int
    lengths: Floats | None = None
    tutor: Tutor | None = None

    def fit(self, question: Question, seen: NDArray[np.intp] | None = None) -> Line:
        """Fit a line on the texts of a question, or on those of them that are seen."""
        kept = np.ones(len(question.rows), bool) if seen is None else np.isin(question.rows, seen)
        rows, targets = question.rows[kept], question.targets[kept]
        if self.tutor:
            targets = self.tutor.soften(rows, targets, self.weights[rows])
        places, answers, parts = answers_of(targets)
        order = rows[places]
        parts *= self.weights[order]
        balanced = _balanced(parts, answers)
        columns = self._columns(order, balanced, answers)
        features = self.matrix[order]
        stretch = self._stretch(features, parts, answers)
        features.data *= stretch[features.indices]
        features = _beside(features, self.beside[order] @ columns)  # the shorter ones are not kept: they are large
        line = LogisticRegression(
            C=self.strength, solver="liblinear", random_state=self.seed, max_iter=1000, tol=TOLERANCE
        )
        line.fit(features, answers, sample_weight=balanced)
        coefficients = np.asarray(line.coef_[0], dtype=np.float64)
        weights, along = np.split(coefficients, [len(stretch)])
        return self._fold(weights * stretch, float(line.intercept_[0]), columns @ along)

    def _stretch(self, features: sp.csr_matrix, parts: Floats, answers: NDArray[np.bool_]) -> Floats:
        """Find how much longer a naive Bayes copy makes each column, shape (features,).

        A column and its copy, r times as long, are fitted as one column that is sqrt(1 + r²) as long: of two columns
        that say the same, the weights that are held back least stand as their lengths.
        """
        stretch = np.ones(features.shape[1])
        yes, no = (_found_in(features, np.where(answers == which, parts, 0)) for which in (True, False))
        for block, weight in self.bayes:
            ratios = np.log(yes[block] / yes[block].sum()) - np.log(no[block] / no[block].sum())
            stretch[block] = np.sqrt(1 + (weight * ratios) ** 2)
        return stretch

    def _columns(self, order: NDArray[np.intp], parts: Floats, answers: NDArray[np.bool_]) -> Floats:
        """Say how the numbers become columns beside the features, shape (numbers, columns).

        Either each is one, or the first step's line makes one of them all: guesses of deviation GUESSED.
        """
        if self.lengths is not None:
            return np.diag(self.lengths)
        beside = self.beside[order]
        if not beside.shape[1]:
            return np.zeros((0, 0))
        line = LogisticRegression(C=GUESS_STRENGTH, max_iter=1000, tol=GUESS_TOLERANCE)
        line.fit(beside, answers, sample_weight=parts)
        coefficients = np.asarray(line.coef_, dtype=np.float64).T
        return coefficients * (GUESSED / max(float((beside @ coefficients).std()), 1e-9))

    def _fold(self, weights: Floats, intercept: float, along: Floats) -> Line:
        """Turn weights of the features and coefficients of the numbers beside them into one line."""
        start = 0
        for projection in self.projections:
            folded = projection.fold(along[start : start + len(projection.centre)])
            weights = weights + folded.weights
            intercept += folded.intercept
            start += len(projection.centre)
        return Line(weights, intercept)


def _balanced(parts: Floats, answers: NDArray[np.bool_]) -> Floats:
    """Let either answer weigh the same in all."""
    half = parts.sum() / 2
    return np.asarray(np.where(answers, parts * half / parts[answers].sum(), parts * half / parts[~answers].sum()))


def _found_in(features: sp.csr_matrix, parts: Floats) -> Floats:
    """Add up how much the texts count in which each feature stands, and one text more."""
    each = np.repeat(parts, np.diff(features.indptr))
    return np.asarray(1 + np.bincount(features.indices, weights=each, minlength=features.shape[1]))


def _beside(features: sp.csr_matrix, columns: Floats) -> sp.csr_matrix:
    """Put dense columns behind all others; scipy's own stacking takes several times as long."""
    (rows, width), more = features.shape, columns.shape[1]
    ends = np.repeat(features.indptr[1:], more)
    data = np.insert(features.data, ends, columns.ravel())
    indices = np.insert(features.indices, ends, np.tile(np.arange(width, width + more), rows))
    starts = features.indptr + more * np.arange(rows + 1, dtype=features.indptr.dtype)
    return sp.csr_matrix((data, indices, starts), shape=(rows, width + more))
