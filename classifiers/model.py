"""A trained classifier: one weight column a label over a shared matrix, calibrated, with reasons that add up.

For every label, log-odds = intercept + sum of (weight x feature) and probability = 1 / (1 + exp(-log-odds)).
Calibration is folded into weights and intercept, so the reasons of a prediction sum to its log-odds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.features import FeatureSpace, Prepared, prepare
from classifiers.text.segment import Segmenter

BASE = "(mức nền)"  # what the label's log-odds are before a word is read
REST = "(những từ khác)"  # the words that are not listed one by one
REASONS_SHOWN = 12
BATCH = 256


@dataclass(frozen=True, slots=True)
class Head:
    """The weights of one label: shape (features,), and its intercept, in calibrated log-odds."""

    label: str
    weights: NDArray[np.float64]
    intercept: float


@dataclass(frozen=True, slots=True)
class Reason:
    """A word of the normalised text, or BASE or REST, and how much it spoke for (negative: against) a label.

    The weight is in log-odds; a word that occurs several times is one reason.
    """

    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one text: a probability a label, the labels whose threshold it passes, and why."""

    probabilities: Mapping[str, float]
    flags: tuple[str, ...]
    reasons: Mapping[str, tuple[Reason, ...]]
    segmented: str


class Classifier:
    """Scores texts with a fitted feature space and its heads.

    Args:
        space: The fitted vectorisers.
        heads: One a label.
        thresholds: The probability from which a label is flagged.
        segmenter: Cuts texts into words; shared to load its model once.
        exclusive: Whether exactly one label holds (a data set's own classes) instead of any number.

    """

    def __init__(
        self,
        space: FeatureSpace,
        heads: Sequence[Head],
        thresholds: Mapping[str, float],
        segmenter: Segmenter,
        *,
        exclusive: bool = False,
    ) -> None:
        self.space = space
        self.heads = tuple(heads)
        self.thresholds = dict(thresholds)
        self.exclusive = exclusive
        self._segmenter = segmenter
        self._weights = np.column_stack([head.weights for head in heads])
        self._intercepts = np.array([head.intercept for head in heads])

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels, in the order of the columns."""
        return tuple(head.label for head in self.heads)

    def predict(self, texts: Sequence[str], *, explain_all: bool = False) -> Iterator[Prediction]:
        """Score texts in order, some hundred at a time.

        Args:
            texts: Any texts, also empty ones.
            explain_all: Give reasons for every label instead of only for the flagged ones.

        """
        stream = iter(texts)
        while batch := list(islice(stream, BATCH)):
            prepared = [prepare(text, self._segmenter) for text in batch]
            matrix = self.space.transform(prepared)
            probabilities = self.probabilities(matrix)
            for row, text in enumerate(prepared):
                yield self._prediction(matrix, row, text, probabilities[row], explain_all=explain_all)

    def probabilities(self, matrix: sp.csr_matrix) -> NDArray[np.float64]:
        """Turn a feature matrix (texts, features) into probabilities (texts, labels)."""
        return sigmoid(np.asarray(matrix @ self._weights) + self._intercepts)

    def _prediction(
        self, matrix: sp.csr_matrix, row: int, text: Prepared, probabilities: NDArray[np.float64], *, explain_all: bool
    ) -> Prediction:
        by_label = {label: float(p) for label, p in zip(self.labels, probabilities, strict=True)}
        flags = self._flags(by_label)
        explained = self.labels if explain_all else flags
        reasons = self._reasons(matrix, row, text, explained) if explained else {}
        return Prediction(by_label, flags, reasons, text.segmented)

    def _flags(self, probabilities: Mapping[str, float]) -> tuple[str, ...]:
        if self.exclusive:
            return (max(probabilities, key=lambda label: probabilities[label] / self.thresholds[label]),)
        return tuple(label for label, p in probabilities.items() if p >= self.thresholds[label])

    def _reasons(
        self, matrix: sp.csr_matrix, row: int, text: Prepared, labels: Sequence[str]
    ) -> dict[str, tuple[Reason, ...]]:
        """Hand each feature's share of the log-odds to the words it came from; occurrences share alike."""
        start, end = matrix.indptr[row], matrix.indptr[row + 1]
        values = dict(zip(matrix.indices[start:end].tolist(), matrix.data[start:end].tolist(), strict=True))
        occurrences = list(self.space.trace(text))
        counts: dict[int, int] = {}
        for column, _ in occurrences:
            counts[column] = counts.get(column, 0) + 1
        picked = [self.labels.index(label) for label in labels]
        shares = np.zeros((len(text.words), len(picked)))
        for column, words in occurrences:
            share = values[column] / counts[column] / len(words)
            for word in words:  # a run of syllables may name one word twice
                shares[word] += share * self._weights[column, picked]
        return {
            label: self._listed(text, shares[:, place], self.heads[picked[place]].intercept)
            for place, label in enumerate(labels)
        }

    @staticmethod
    def _listed(text: Prepared, shares: NDArray[np.float64], intercept: float) -> tuple[Reason, ...]:
        by_word: dict[str, float] = {}
        for word, share in zip(text.words, shares.tolist(), strict=True):
            by_word[word.text] = by_word.get(word.text, 0.0) + share
        # Marks count, but they tell nobody much.
        telling = [word for word in by_word if any(char.isalnum() for char in word)]
        listed = sorted(telling, key=lambda word: -abs(by_word[word]))[:REASONS_SHOWN]
        rest = sum(by_word.values()) - sum(by_word[word] for word in listed)
        reasons = tuple(Reason(word, by_word[word]) for word in listed)
        return (*reasons, Reason(REST, rest), Reason(BASE, intercept))


def sigmoid(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn log-odds into probabilities without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * log_odds)))
