"""Linear models of binary targets on sparse features and dense columns, folded into one weight a feature."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

SVM_INVERSE_REGULARISATION = 0.2  # of the support vector machines, which are fitted without class balance
TOLERANCE = 1e-3
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of the features, shape (features,), and the intercept."""

    weights: Floats
    intercept: float

    def decision_function(self, matrix: sp.csr_matrix) -> Floats:
        """Score texts, shape (texts,)."""
        return np.asarray(matrix @ self.weights + self.intercept, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class BinaryTarget:
    """A yes-or-no question on some of the texts.

    Args:
        rows: The texts that know the answer.
        answers: Their answers, in the shape of `rows`.
        margin: Fit a linear support vector machine, which ranks rare answers better, instead of a balanced logistic
            regression.

    """

    rows: NDArray[np.intp]
    answers: NDArray[np.bool_]
    margin: bool = False


class LinearMap(Protocol):
    """Dense columns that are a linear map of the features: embeddings, or scores of other models."""

    def transform(self, matrix: sp.csr_matrix) -> Floats:
        """Map features to columns, shape (texts, columns)."""

    def fold(self, coefficients: Floats) -> Floats:
        """Turn coefficients of the columns into weights of the features, shape (features,)."""


@dataclass(frozen=True, slots=True)
class AuxiliaryScores:
    """Scores by linear models of other data sets; `weights` has shape (features, models)."""

    weights: NDArray[np.float32]

    def transform(self, matrix: sp.csr_matrix) -> Floats:
        """Score texts, shape (texts, models)."""
        return np.asarray(matrix @ self.weights, dtype=np.float64)

    def fold(self, coefficients: Floats) -> Floats:
        """Turn coefficients of the scores into weights of the features, shape (features,)."""
        return np.asarray(self.weights @ coefficients)


@dataclass(frozen=True, slots=True)
class DenseColumns:
    """Columns that are standardised and scaled: (columns - mean) * scale * length.

    Args:
        source: What computes the columns.
        mean: Shape (columns,).
        scale: One over the standard deviation, shape (columns,).
        length: The standard deviation that they are given.

    """

    source: LinearMap
    mean: Floats
    scale: Floats
    length: float

    @classmethod
    def standardised(cls, source: LinearMap, columns: Floats, *, each: bool, length: float) -> "DenseColumns":
        """Measure the mean and deviation of columns, shape (texts, columns).

        Args:
            source: What computed them.
            columns: The columns of the training texts.
            each: Give each column the same deviation, instead of all of them together.
            length: That deviation.

        """
        mean = columns.mean(axis=0)
        spread = columns.std(axis=0) if each else np.full(columns.shape[1], np.sqrt(np.mean((columns - mean) ** 2)))
        return cls(source, mean, 1 / np.maximum(spread, 1e-9), length)

    def transform(self, columns: Floats) -> Floats:
        """Standardise and scale columns, shape (texts, columns)."""
        return np.asarray((columns - self.mean) * self.scale, dtype=np.float32) * np.float64(self.length)

    def fold(self, coefficients: Floats) -> LinearModel:
        """Turn coefficients of the scaled columns into weights of the features."""
        along = coefficients * self.length * self.scale
        return LinearModel(self.source.fold(along), -float(self.mean @ along))


@dataclass(frozen=True, slots=True)
class DesignMatrix:
    """What linear models are fitted on.

    Args:
        features: Shape (texts, features).
        columns: What the dense columns are computed from.
        dense: Those of the texts, shape (texts, columns).
        nb_blocks: Blocks of features with naive-Bayes scaling, and its weight.
        sample_weight: Shape (texts,).
        inverse_regularisation: C of the logistic regression.
        seed: Seed of the solvers.

    """

    features: sp.csr_matrix
    columns: Sequence[DenseColumns]
    dense: Floats
    nb_blocks: Sequence[tuple[slice, float]]
    sample_weight: Floats
    inverse_regularisation: float
    seed: int

    def fit(self, target: BinaryTarget, seen: NDArray[np.intp] | None = None) -> LinearModel:
        """Fit a model on the texts of a target, or on those of them that are among the seen ones."""
        kept = np.ones(len(target.rows), bool) if seen is None else np.isin(target.rows, seen)
        rows, positive = target.rows[kept], target.answers[kept]
        order = np.concatenate([rows[positive], rows[~positive]])
        answers = np.arange(len(order)) < positive.sum()
        weights = self.sample_weight[order]
        features = self.features[order]
        scaling = self._nb_scaling(features, weights, answers)
        features.data *= scaling[features.indices]
        whole = _append_columns(features, self.dense[order])
        if target.margin:
            model = LinearSVC(C=SVM_INVERSE_REGULARISATION, random_state=self.seed)
        else:
            weights = _balanced(weights, answers)
            model = LogisticRegression(
                C=self.inverse_regularisation,
                solver="liblinear",
                random_state=self.seed,
                max_iter=1000,
                tol=TOLERANCE,
            )
        model.fit(whole, answers, sample_weight=weights)
        coefficients = np.asarray(model.coef_[0], dtype=np.float64)
        return self._folded(coefficients, scaling, float(model.intercept_[0]))

    def _nb_scaling(self, features: sp.csr_matrix, weights: Floats, answers: NDArray[np.bool_]) -> Floats:
        """Compute the naive-Bayes scale of each feature, shape (features,) (Wang and Manning, 2012).

        A feature and its copy, r times as long, are fitted as one feature that is sqrt(1 + r**2) as long: the L2
        penalty shares the weight between the two in proportion to their lengths.
        """
        scaling = np.ones(features.shape[1])
        yes, no = (_weighted_frequency(features, np.where(answers == which, weights, 0)) for which in (True, False))
        for block, weight in self.nb_blocks:
            ratios = np.log(yes[block] / yes[block].sum()) - np.log(no[block] / no[block].sum())
            scaling[block] = np.sqrt(1 + (weight * ratios) ** 2)
        return scaling

    def _folded(self, coefficients: Floats, scaling: Floats, intercept: float) -> LinearModel:
        weights, along = np.split(coefficients, [len(scaling)])
        weights = weights * scaling
        for columns in self.columns:
            here, along = np.split(along, [len(columns.mean)])
            folded = columns.fold(here)
            weights = weights + folded.weights
            intercept += folded.intercept
        return LinearModel(weights, intercept)


def _balanced(weights: Floats, answers: NDArray[np.bool_]) -> Floats:
    """Scale sample weights so that both answers weigh the same in sum."""
    half = weights.sum() / 2
    return np.asarray(
        np.where(answers, weights * half / weights[answers].sum(), weights * half / weights[~answers].sum())
    )


def _weighted_frequency(features: sp.csr_matrix, weights: Floats) -> Floats:
    """Sum up the weights of the texts that have each feature, plus one; shape (features,)."""
    each = np.repeat(weights, np.diff(features.indptr))
    return np.asarray(1 + np.bincount(features.indices, weights=each, minlength=features.shape[1]))


def _append_columns(features: sp.csr_matrix, dense: Floats) -> sp.csr_matrix:
    """Append dense columns to a sparse matrix; scipy's own stacking takes several times as long."""
    (rows, width), more = features.shape, dense.shape[1]
    ends = np.repeat(features.indptr[1:], more)
    data = np.insert(features.data, ends, dense.ravel())
    indices = np.insert(features.indices, ends, np.tile(np.arange(width, width + more), rows))
    starts = features.indptr + more * np.arange(rows + 1, dtype=features.indptr.dtype)
    return sp.csr_matrix((data, indices, starts), shape=(rows, width + more))
