"""Auxiliary data sets: what models of other labelled sets say of a text is a dense column beside its features.

Such a set judges by its own rules, so its texts are not mixed with those of the target. The target's own answers decide
how far its scores are followed. All is linear, and so folded into the weights of the features once a model is fitted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.data.datasets import Example, label_order
from classifiers.features.tokens import PreparedText
from classifiers.training.linear import Floats, LinearModel, LinearTrainer

INVERSE_REGULARISATION: Final = 4.0
LEAST_ANSWERS: Final = 10  # of each class; a set that has fewer gives no score
DEVIATION: Final = 0.3  # of each column, beside TF-IDF rows of length about one
LEAST_DEVIATION: Final = 1e-9


@dataclass(frozen=True, slots=True)
class AuxiliarySet:
    """A labelled set beside the target; its classes exclude each other and go from mild to grave.

    Args:
        name: How the set is called.
        examples: Its texts.
        about: The label of ours for which its scores are used.

    """

    name: str
    examples: Sequence[Example]
    about: str

    def without(
        self, prepared: Sequence[PreparedText], known: set[str]
    ) -> tuple["AuxiliarySet", Sequence[PreparedText]]:
        """Leave out texts that also stand in the target: their answers would leak.

        Args:
            prepared: The texts of the set.
            known: The target's texts, normalised: small differences in writing make no other text.

        Returns:
            The rest of the set and its texts.

        """
        kept = [row for row, text in enumerate(prepared) if text.aligned.text not in known]
        return replace(self, examples=[self.examples[row] for row in kept]), [prepared[row] for row in kept]


@dataclass(frozen=True, slots=True)
class AuxiliaryScores:
    """Scores of auxiliary models, each of mean 0 and deviation DEVIATION on the target's texts.

    Args:
        weights: Of the auxiliary models, shape (features, scores).
        means: Of the scores, shape (scores,).
        scales: By what they are multiplied then, shape (scores,).

    """

    weights: Floats
    means: Floats
    scales: Floats

    @classmethod
    def fit(cls, weights: Sequence[Floats], matrix: sp.csr_matrix) -> "AuxiliaryScores":
        """Standardise the scores of auxiliary models to mean 0 and deviation DEVIATION on the target's texts.

        Args:
            weights: Of each auxiliary model, shape (features,).
            matrix: The features of the target's texts, shape (texts, features).

        """
        stacked = np.column_stack([np.zeros((matrix.shape[1], 0)), *weights])
        scores = np.asarray(matrix @ stacked)
        return cls(stacked, scores.mean(axis=0), DEVIATION / np.maximum(scores.std(axis=0), LEAST_DEVIATION))

    def append_to(self, matrix: sp.csr_matrix) -> sp.csr_matrix:
        """Put the scores behind the features, shape (texts, features + scores)."""
        columns = (np.asarray(matrix @ self.weights) - self.means) * self.scales
        return sp.csr_matrix(sp.hstack([matrix, sp.csr_matrix(columns)], format="csr")) if columns.size else matrix

    def fold(self, model: LinearModel) -> LinearModel:
        """Turn a model of features and scores into one of the features alone, which gives the same score."""
        width = self.weights.shape[0]
        along = model.weights[width:] * self.scales
        return LinearModel(model.weights[:width] + self.weights @ along, model.intercept - float(self.means @ along))


def auxiliary_weights(auxiliary: AuxiliarySet, matrix: sp.csr_matrix, seed: int) -> list[Floats]:
    """Fit a model for each step from a milder class to a graver one; returns their weights, each (features,).

    Args:
        auxiliary: The set.
        matrix: The features of its texts, shape (texts, features).
        seed: Decides the order in which the solver takes the texts.

    """
    trainer = LinearTrainer(inverse_regularisation=INVERSE_REGULARISATION, seed=seed)
    everyone = np.ones(matrix.shape[0])
    return [
        trainer.fit(matrix, targets, everyone).weights
        for targets in _at_least(class_places(auxiliary.examples))
        if min(targets.sum(), (1 - targets).sum()) >= LEAST_ANSWERS
    ]


def class_places(examples: Sequence[Example]) -> NDArray[np.intp]:
    """Give the place of each text's class in the order of the classes, shape (texts,)."""
    order = label_order(examples)
    return np.array([max(order.index(c) for c, holds in e.labels.items() if holds) for e in examples], dtype=np.intp)


def _at_least(places: NDArray[np.intp]) -> Iterator[Floats]:
    for least in range(1, int(places.max(initial=0)) + 1):
        yield (places >= least).astype(np.float64)
