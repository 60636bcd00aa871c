"""Softmax regression over subclasses of posts, marginalised to the labels.

Posts with the same label differ much in wording (a chain message, a forged notice), and posts without it may share the
words of those with it (a correction repeats the rumour). The model predicts subclasses, and a label's probability is
the sum over them, a mixture of experts (Jacobs and others, 1991):

    P(label | text) = sum over subclasses of P(subclass | text) x P(label | subclass)

Where subclasses are more or less common than in training, each term is multiplied by how much more (prior shift:
Saerens and others, 2002).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

ORDINARY_LENGTH: Final = 400  # features up to which scores are not damped: about forty syllables
LENGTH_EXPONENT: Final = 0.25

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SubclassModel:
    """A softmax regression over subclasses.

    Args:
        names: The names of the subclasses.
        columns: The features that it reads, in rising order, shape (features read,).
        weights: Shape (features read, subclasses); each value is exact in float16, in which it is stored.
        intercepts: Shape (subclasses,).

    """

    names: tuple[str, ...]
    columns: NDArray[np.intp]
    weights: NDArray[np.float32]
    intercepts: Floats

    def predict_log_proba(self, matrix: sp.csr_matrix) -> Floats:
        """Give the log-probability of each subclass, shape (texts, subclasses)."""
        # float32 like the weights: a float64 matrix would make every batch copy all weights to float64.
        scores = np.asarray(matrix[:, self.columns].astype(np.float32) @ self.weights, dtype=np.float64)
        scaled = (scores + self.intercepts) * inverse_temperature(matrix)[:, np.newaxis]
        return log_softmax(scaled)

    def feature_gradients(self, matrix: sp.csr_matrix, gradients: Floats) -> Floats:
        """Compute the gradient of the labels' log-odds with respect to the features, at each stored number of a matrix.

        Args:
            matrix: The texts, shape (texts, features).
            gradients: From `log_odds_gradient`, for each label, shape (texts, subclasses, labels).

        Returns:
            Shape (stored numbers, labels); 0 where a feature is not read.

        """
        places = np.minimum(np.searchsorted(self.columns, matrix.indices), len(self.columns) - 1)
        read = self.columns[places] == matrix.indices
        moved = np.zeros((len(places), gradients.shape[2]))
        scaled = (gradients * inverse_temperature(matrix)[:, np.newaxis, np.newaxis]).astype(np.float32)
        for of_text, start, end in zip(scaled, matrix.indptr, matrix.indptr[1:], strict=False):
            here = start + np.flatnonzero(read[start:end])
            moved[here] = self.weights[places[here]] @ of_text
        return moved


def log_softmax(scores: Floats) -> Floats:
    """Normalise scores to log-probabilities, row by row; `scipy.special` takes a tenth of a second to import."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def inverse_temperature(matrix: sp.csr_matrix) -> Floats:
    """Give the inverse temperature of each text, min(1, (ORDINARY_LENGTH / features)**LENGTH_EXPONENT), shape (texts,).

    The features of a long text are correlated, but the model adds them up as if they were independent: its scores are
    over-confident, and are damped.
    """
    features = np.maximum(np.diff(matrix.indptr), 1)
    return np.asarray(np.minimum(1.0, (ORDINARY_LENGTH / features) ** LENGTH_EXPONENT))


def subclass_shares(label_given_subclass: Floats, factors: Floats) -> Floats:
    """Give what each subclass counts for a label and against it.

    Args:
        label_given_subclass: P(label | subclass), shape (subclasses,).
        factors: How many times as common as in training each subclass is taken to be, shape (subclasses,).

    Returns:
        Shape (2, subclasses).

    """
    return np.stack([factors * label_given_subclass, factors * (1 - label_given_subclass)])


def label_log_odds(log_proba: Floats, shares: Floats) -> Floats:
    """Marginalise subclasses to a label.

    Args:
        log_proba: From `SubclassModel.predict_log_proba`, shape (texts, subclasses).
        shares: From `subclass_shares`, shape (2, subclasses).

    Returns:
        The log-odds of the label, shape (texts,).

    """
    return _log_expectation(log_proba, shares[0]) - _log_expectation(log_proba, shares[1])


def _log_expectation(log_proba: Floats, weights: Floats) -> Floats:
    """Compute log(exp(log_proba) @ weights) without underflow; scipy's `logsumexp` takes several times as long."""
    positive = weights > 0
    terms = log_proba[..., positive]
    greatest = terms.max(axis=-1)
    return np.asarray(np.log(np.exp(terms - greatest[..., np.newaxis]) @ weights[positive]) + greatest)


def log_odds_gradient(log_proba: Floats, shares: Floats) -> Floats:
    """Differentiate `label_log_odds` by the score of each subclass; the arguments are the same.

    Returns:
        Shape (texts, subclasses).

    """
    with np.errstate(divide="ignore"):
        carrying, lacking = np.log(shares)
    return np.exp(log_softmax(log_proba + carrying)) - np.exp(log_softmax(log_proba + lacking))
