"""The trained classifier: linear models over one feature matrix, calibrated, with explanations that add up.

For every label, log-odds = intercept + sum of (weight x feature) + subclass_weight x (log-odds of the label by
subclasses) + sum of (trait weight x trait), and probability = 1 / (1 + exp(-log-odds)). Traits are the logarithm of the
length, and whether the text answers another. Calibration is folded into weights and intercept.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice, repeat
from typing import Final

import numpy as np
import scipy.sparse as sp

from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import PreparedText, prepare_all
from classifiers.model.explain import explain
from classifiers.model.prediction import TRAITS, Prediction
from classifiers.model.subclasses import Floats, SubclassModel, label_log_odds, log_odds_gradient
from classifiers.text.segment import Segmenter

BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class LabelModel:
    """What the classifier knows of one label.

    Args:
        label: Its name.
        weights: Of the features, in calibrated log-odds, shape (features,).
        intercept: In calibrated log-odds.
        subclass_weight: By what the log-odds by subclasses are multiplied; 0: subclasses do not count.
        subclass_shares: What each subclass counts for the label and against it, shape (2, subclasses).
        trait_weights: Of what `traits_of` describes, shape (traits,).

    """

    label: str
    weights: Floats
    intercept: float
    subclass_weight: float = 0.0
    subclass_shares: Floats = field(default_factory=lambda: np.zeros((2, 0)))
    trait_weights: Floats = field(default_factory=lambda: np.zeros(len(TRAITS)))

    def scaled(self, slope: float, intercept: float) -> "LabelModel":
        """Return a model whose log-odds are this one's times `slope`, plus `intercept` (in log-odds)."""
        return replace(
            self,
            weights=slope * self.weights,
            intercept=slope * self.intercept + intercept,
            subclass_weight=slope * self.subclass_weight,
            trait_weights=slope * self.trait_weights,
        )


class Classifier:
    """Scores texts.

    Args:
        space: The fitted features.
        label_models: One a label.
        thresholds: The probability from which each label is flagged.
        segmenter: Cuts texts into words; shared to load its model once.
        subclasses: Tells subclasses of posts apart; None: labels do not go by them.

    """

    def __init__(
        self,
        space: FeatureSpace,
        label_models: Sequence[LabelModel],
        thresholds: Mapping[str, float],
        segmenter: Segmenter,
        *,
        subclasses: SubclassModel | None = None,
    ) -> None:
        self.space = space
        self.label_models = tuple(label_models)
        self.thresholds = dict(thresholds)
        self.subclasses = subclasses
        self._segmenter = segmenter
        self._weights = np.column_stack([model.weights for model in label_models])
        self._intercepts = np.array([model.intercept for model in label_models])
        self._trait_weights = np.column_stack([model.trait_weights for model in label_models])

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels, in the order of the label models."""
        return tuple(model.label for model in self.label_models)

    def predict(
        self,
        texts: Sequence[str],
        *,
        titles: Sequence[str] | None = None,
        thresholds: Mapping[str, float] | None = None,
        explain_all: bool = False,
    ) -> Iterator[Prediction]:
        """Score texts in order, some hundred at a time.

        Args:
            texts: Any texts, also empty ones.
            titles: Of what each text answers, one a text, empty where it answers nothing; None: none answers.
            thresholds: The probability from which each label is flagged; None for the model's own.
            explain_all: Give reasons for every label instead of only for the flagged ones.

        """
        stream = zip(texts, titles or repeat("", len(texts)), strict=True)
        while batch := list(islice(stream, BATCH)):
            traced = self.space.transform_traced(prepare_all([text for text, _ in batch], self._segmenter))
            log_proba = self.subclasses.predict_log_proba(traced.matrix) if self.subclasses else None
            traits = traits_of(traced.texts, [title for _, title in batch])
            log_odds = self._log_odds(traced.matrix, log_proba) + traits @ self._trait_weights
            probabilities = [dict(zip(self.labels, row, strict=True)) for row in sigmoid(log_odds).tolist()]
            flags = [_flags(of_text, thresholds or self.thresholds) for of_text in probabilities]
            asked = [self.labels] * len(batch) if explain_all else flags
            reasons = explain(
                traced,
                log_odds,
                self.labels,
                asked,
                partial(self._feature_weights, log_proba),
                of_traits=traits[:, :, np.newaxis] * self._trait_weights,
            )
            for probability, flagged, why in zip(probabilities, flags, reasons, strict=True):
                yield Prediction(probability, flagged, why)

    def log_odds(self, matrix: sp.csr_matrix, traits: Floats) -> Floats:
        """Give the log-odds of the labels, shape (texts, labels), of texts with these features and `traits_of` them."""
        log_proba = self.subclasses.predict_log_proba(matrix) if self.subclasses else None
        of_traits: Floats = traits @ self._trait_weights
        return self._log_odds(matrix, log_proba) + of_traits

    def _log_odds(self, matrix: sp.csr_matrix, log_proba: Floats | None) -> Floats:
        """Give the log-odds of the labels, shape (texts, labels)."""
        log_odds: Floats = np.asarray(matrix @ self._weights) + self._intercepts
        for column, model in enumerate(self.label_models):
            if model.subclass_weight and log_proba is not None:
                log_odds[:, column] += model.subclass_weight * label_log_odds(log_proba, model.subclass_shares)
        return log_odds

    def _feature_weights(self, log_proba: Floats | None, matrix: sp.csr_matrix, rows: Sequence[int]) -> Floats:
        """Give the weight of each stored number of a matrix, which holds these rows; shape (stored numbers, labels).

        Weights of the linear models are the same for every text. To subclasses a label's log-odds are not linear: their
        weights are the gradient at the text.
        """
        weights: Floats = self._weights[matrix.indices]
        if self.subclasses is None or log_proba is None:
            return weights
        here = log_proba[rows]
        gradients = [
            model.subclass_weight * log_odds_gradient(here, model.subclass_shares)
            if model.subclass_weight
            else np.zeros_like(here)
            for model in self.label_models
        ]
        return weights + self.subclasses.feature_gradients(matrix, np.stack(gradients, axis=2))


def traits_of(texts: Sequence[PreparedText], titles: Sequence[str]) -> Floats:
    """Describe texts beside their words: log(1 + characters), and 1 where a text answers another; shape (texts, 2)."""
    rows = [(math.log1p(len(text.aligned.text)), float(bool(title))) for text, title in zip(texts, titles, strict=True)]
    return np.array(rows, dtype=np.float64).reshape(-1, len(TRAITS))


def _flags(probabilities: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(label for label, probability in probabilities.items() if probability >= thresholds[label])


def sigmoid(log_odds: Floats) -> Floats:
    """Turn log-odds of any shape into probabilities of the same shape, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * log_odds)))
