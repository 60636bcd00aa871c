"""A trained classifier: one weight column a label over a shared matrix, calibrated, with reasons that add up.

For every label, log-odds = intercept + sum of (weight x feature) and probability = 1 / (1 + exp(-log-odds)). What the
kind of post says of the label is one more term of the sum. Calibration is folded into weights and intercept, so the
reasons of a prediction sum to its log-odds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice, repeat
from operator import itemgetter

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.data.metadata import Context
from classifiers.features.space import FeatureSpace, Reading
from classifiers.features.tokens import Prepared, prepare_all
from classifiers.model.subclasses import Floats, Kinds, pull
from classifiers.model.subclasses import log_odds as log_odds_of
from classifiers.text.segment import Segmenter

BASE = "(mức nền)"  # what no word accounts for: how common the label is, and how sure the kind of post
REST = "(những từ khác)"  # the words that are not listed one by one
REASONS_SHOWN = 12
BATCH = 256
TRACED_AT_ONCE = 100_000  # numbers of a matrix; each is held many times over while reasons are found


@dataclass(frozen=True, slots=True)
class Head:
    """The weights of one label: shape (features,), and its intercept, in calibrated log-odds.

    Where the classifier knows kinds of posts, `kinds` is what their log-odds are multiplied by, and `shares` how many
    posts of each kind carry the label, shape (kinds,).
    """

    label: str
    weights: Floats
    intercept: float
    kinds: float = 0.0
    shares: Floats = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, slots=True)
class Reason:
    """A word of the normalised text, or BASE or REST, and how much it spoke for or against a label.

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


@dataclass(frozen=True, slots=True)
class _Read:
    """Some texts, their features, and what kinds say of them, shape (texts, kinds)."""

    features: Reading
    kinds: Floats | None


class Classifier:
    """Scores texts with a fitted feature space and its heads.

    Args:
        space: The fitted vectorisers.
        heads: One a label.
        thresholds: The probability from which a label is flagged.
        segmenter: Cuts texts into words; shared to load its model once.
        kinds: What tells kinds of posts apart, if the labels go by them.

    """

    def __init__(
        self,
        space: FeatureSpace,
        heads: Sequence[Head],
        thresholds: Mapping[str, float],
        segmenter: Segmenter,
        *,
        kinds: Kinds | None = None,
    ) -> None:
        self.space = space
        self.kinds = kinds
        self.heads = tuple(heads)
        self.thresholds = dict(thresholds)
        self._segmenter = segmenter
        self._weights = np.column_stack([head.weights for head in heads])
        self._intercepts = np.array([head.intercept for head in heads])

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels, in the order of the columns."""
        return tuple(head.label for head in self.heads)

    def predict(
        self,
        texts: Sequence[str],
        *,
        contexts: Sequence[Context] | None = None,
        thresholds: Mapping[str, float] | None = None,
        explain_all: bool = False,
    ) -> Iterator[Prediction]:
        """Score texts in order, some hundred at a time.

        Args:
            texts: Any texts, also empty ones.
            contexts: What is known beside each text, one a text; no model reads it yet.
            thresholds: From which probability on each label is flagged; None for the model's own.
            explain_all: Give reasons for every label instead of only for the flagged ones.

        """
        stream = zip(texts, contexts or repeat(Context(), len(texts)), strict=True)
        while batch := list(islice(stream, BATCH)):
            prepared = prepare_all([text for text, _ in batch], self._segmenter)
            features = self.space.read(prepared)
            kinds = None if self.kinds is None else self.kinds.of(features.matrix)
            read = _Read(features, kinds)
            log_odds = self._log_odds(read)
            scored = [dict(zip(self.labels, row, strict=True)) for row in sigmoid(log_odds).tolist()]
            flagged = [_flags(probabilities, thresholds or self.thresholds) for probabilities in scored]
            reasons = self._reasons(read, log_odds, [self.labels] * len(batch) if explain_all else flagged)
            for text, probabilities, flags, why in zip(prepared, scored, flagged, reasons, strict=True):
                yield Prediction(probabilities, flags, why, text.segmented)

    def _log_odds(self, read: _Read) -> Floats:
        """Add up what lines and kinds say, shape (texts, labels)."""
        found: Floats = np.asarray(read.features.matrix @ self._weights) + self._intercepts
        for place, head in enumerate(self.heads):
            if head.kinds and read.kinds is not None:
                found[:, place] += head.kinds * log_odds_of(read.kinds, head.shares)
        return found

    def _reasons(
        self, read: _Read, log_odds: Floats, asked: Sequence[Sequence[str]]
    ) -> list[dict[str, tuple[Reason, ...]]]:
        """Hand each feature's share of the log-odds to the words it came from, for the labels asked of each text."""
        found: list[dict[str, tuple[Reason, ...]]] = [{} for _ in asked]
        for rows in _at_once([row for row, labels in enumerate(asked) if labels], read.features.matrix):
            for row, words in zip(rows, self._shares(read, rows), strict=True):
                text = read.features.texts[row]
                base = log_odds[row] - words.sum(axis=0)
                for label in asked[row]:
                    place = self.labels.index(label)
                    found[row][label] = (*self._listed(text, words[:, place]), Reason(BASE, float(base[place])))
        return found

    def _shares(self, read: _Read, rows: Sequence[int]) -> list[Floats]:
        """Give what words add to the log-odds of the labels, of each text (words, labels); occurrences share alike."""
        matrix = read.features.matrix[rows]
        weighed = matrix.data[:, np.newaxis] * self._weights_here(matrix, read.kinds, rows)
        trace = read.features.trace(rows)
        # The matrix's numbers stand in the order of rows and columns.
        numbered = np.repeat(np.arange(len(rows)), np.diff(matrix.indptr)) * self.space.width + matrix.indices
        number = np.searchsorted(numbered, trace.rows * self.space.width + trace.columns)
        of_occurrence = (weighed / np.bincount(number, minlength=len(numbered))[:, np.newaxis])[number]
        words = np.bincount(trace.occurrences, minlength=len(number))
        of_word = (of_occurrence / words[:, np.newaxis])[trace.occurrences]
        ends = np.cumsum([len(read.features.texts[row].words) for row in rows])
        return np.split(_summed(trace.words, of_word, ends[-1]), ends[:-1])

    def _weights_here(self, matrix: sp.csr_matrix, kinds: Floats | None, rows: Sequence[int]) -> Floats:
        """Give the weight of each number of some rows (numbers, labels): of a line alike, of kinds as the text is."""
        weights: Floats = self._weights[matrix.indices]
        if self.kinds is None or kinds is None:
            return weights
        here = kinds[rows]
        pulls = [head.kinds * pull(here, head.shares) if head.kinds else np.zeros_like(here) for head in self.heads]
        return weights + self.kinds.weigh(matrix, np.stack(pulls, axis=2))

    @staticmethod
    def _listed(text: Prepared, shares: Floats) -> tuple[Reason, ...]:
        by_word: dict[str, float] = {}
        for word, share in zip(text.words, shares.tolist(), strict=True):
            by_word[word.text] = by_word.get(word.text, 0.0) + share
        # Marks count, but they tell nobody much.
        telling = [word for word in by_word if any(char.isalnum() for char in word)]
        listed = sorted(telling, key=lambda word: -abs(by_word[word]))[:REASONS_SHOWN]
        rest = sum(by_word.values()) - sum(by_word[word] for word in listed)
        reasons = tuple(Reason(word, by_word[word]) for word in listed)
        return (*reasons, Reason(REST, rest))


def _flags(probabilities: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(label for label, p in probabilities.items() if p >= thresholds[label])


def _at_once(rows: Sequence[int], matrix: sp.csr_matrix) -> Iterator[list[int]]:
    """Part texts, so that those traced together have not many more than TRACED_AT_ONCE numbers in all."""
    ends = np.cumsum(np.diff(matrix.indptr)[list(rows)]) // TRACED_AT_ONCE
    for _, part in groupby(zip(ends.tolist(), rows, strict=True), key=itemgetter(0)):
        yield [row for _, row in part]


def _summed(places: NDArray[np.int64], values: Floats, count: int) -> Floats:
    """Add up the rows of values (values, labels) that fall to each of so many places."""
    return np.column_stack([np.bincount(places, weights=column, minlength=count) for column in values.T])


def sigmoid(log_odds: Floats) -> Floats:
    """Turn log-odds into probabilities without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * log_odds)))
