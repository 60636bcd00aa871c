"""A trained classifier: one weight column a label over a shared matrix, calibrated, with reasons that add up.

For every label, log-odds = intercept + sum of (weight x feature) and probability = 1 / (1 + exp(-log-odds)). What the
kind of post says of the label is one more term of the sum, and where a task needs trees, their weighted score.
Calibration is folded into weights and intercept, so the reasons of a prediction sum to its log-odds.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.context import Context
from classifiers.features import FeatureSpace, Prepared, prepare
from classifiers.kinds import Floats, Kinds, pull, restraint
from classifiers.kinds import log_odds as log_odds_of
from classifiers.text.segment import Segmenter
from classifiers.trees import Trees, cues

BASE = "(mức nền)"  # what no word accounts for: how common the label is, and how sure the kind of post
REST = "(những từ khác)"  # the words that are not listed one by one
CONTEXT = "(tiêu đề và chuyên mục)"  # the title and topic under which the text stands
WHOLE = "(lượt tương tác, thời điểm và cách viết)"  # what trees make of the post as a whole
REASONS_SHOWN = 12
BATCH = 256


@dataclass(frozen=True, slots=True)
class Head:
    """The weights of one label: shape (features,), and its intercept, in calibrated log-odds.

    Where the classifier has trees, `trees` is what their score is multiplied by. Where it knows kinds of posts, `kinds`
    is what their log-odds are multiplied by, and `shares` how many posts of each kind carry the label, shape (kinds,).
    """

    label: str
    weights: Floats
    intercept: float
    trees: float = 0.0
    kinds: float = 0.0
    shares: Floats = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, slots=True)
class Reason:
    """A word of the normalised text, or BASE, REST, CONTEXT or WHOLE, and how much it spoke for or against a label.

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
    """Some texts, their features (texts, features), and what trees (texts,) and kinds (texts, kinds) say of them."""

    matrix: sp.csr_matrix
    texts: Sequence[Prepared]
    wholes: Floats
    kinds: Floats | None


class Classifier:
    """Scores texts with a fitted feature space and its heads.

    Args:
        space: The fitted vectorisers.
        heads: One a label.
        thresholds: The probability from which a label is flagged.
        segmenter: Cuts texts into words; shared to load its model once.
        exclusive: Whether exactly one label holds (a data set's own classes) instead of any number.
        trees: What scores a post as a whole, if anything does.
        kinds: What tells kinds of posts apart, if the labels go by them.

    """

    def __init__(
        self,
        space: FeatureSpace,
        heads: Sequence[Head],
        thresholds: Mapping[str, float],
        segmenter: Segmenter,
        *,
        exclusive: bool = False,
        trees: Trees | None = None,
        kinds: Kinds | None = None,
    ) -> None:
        self.space = space
        self.trees = trees
        self.kinds = kinds
        self.heads = tuple(heads)
        self.thresholds = dict(thresholds)
        self.exclusive = exclusive
        self._segmenter = segmenter
        self._weights = np.column_stack([head.weights for head in heads])
        self._intercepts = np.array([head.intercept for head in heads])
        self._tree_weights = np.array([head.trees for head in heads])

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
            contexts: What is known beside each text; a model that learnt without context makes nothing of it.
            thresholds: From which probability on each label is flagged; None for the model's own.
            explain_all: Give reasons for every label instead of only for the flagged ones.

        """
        stream = zip(texts, contexts or repeat(Context(), len(texts)), strict=True)
        while batch := list(islice(stream, BATCH)):
            sees = self.space.reads_context
            prepared = [prepare(text, self._segmenter, context if sees else None) for text, context in batch]
            matrix = self.space.transform(prepared)
            kinds = None if self.kinds is None else self.kinds.of(matrix)
            read = _Read(matrix, prepared, self._score_wholes(batch, prepared), kinds)
            log_odds = self._log_odds(read)
            for row, (text, probabilities) in enumerate(zip(prepared, sigmoid(log_odds).tolist(), strict=True)):
                by_label = dict(zip(self.labels, probabilities, strict=True))
                flags = self._flags(by_label, thresholds or self.thresholds)
                reasons = self._reasons(read, row, log_odds[row], self.labels if explain_all else flags)
                yield Prediction(by_label, flags, reasons, text.segmented)

    def _log_odds(self, read: _Read) -> Floats:
        """Add up what lines, trees and kinds say, shape (texts, labels)."""
        found: Floats = (
            np.asarray(read.matrix @ self._weights) + self._intercepts + np.outer(read.wholes, self._tree_weights)
        )
        for place, head in enumerate(self.heads):
            if head.kinds and read.kinds is not None:
                found[:, place] += head.kinds * log_odds_of(read.kinds, head.shares)
        return found

    def _score_wholes(self, batch: Sequence[tuple[str, Context]], prepared: Sequence[Prepared]) -> Floats:
        if self.trees is None:
            return np.zeros(len(batch))
        return self.trees.log_odds(
            [cues(text, ready, context) for (text, context), ready in zip(batch, prepared, strict=True)]
        )

    def _flags(self, probabilities: Mapping[str, float], thresholds: Mapping[str, float]) -> tuple[str, ...]:
        if self.exclusive:
            # The class farthest above its own threshold, in log-odds, holds.
            return (max(probabilities, key=lambda name: _logit(probabilities[name]) - _logit(thresholds[name])),)
        return tuple(label for label, p in probabilities.items() if p >= thresholds[label])

    def _reasons(self, read: _Read, row: int, log_odds: Floats, labels: Sequence[str]) -> dict[str, tuple[Reason, ...]]:
        """Hand each feature's share of the log-odds to the words it came from; occurrences share alike."""
        if not labels:
            return {}
        text = read.texts[row]
        picked = [self.labels.index(label) for label in labels]
        words, context = self._shares(read, row, picked)
        wholes = read.wholes[row] * self._tree_weights[picked]
        base = log_odds[picked] - words.sum(axis=0) - context - wholes
        return {
            label: (
                *self._listed(text, words[:, place]),
                *([Reason(CONTEXT, float(context[place]))] if text.title or text.topic else []),
                *([Reason(WHOLE, float(wholes[place]))] if self.trees else []),
                Reason(BASE, float(base[place])),
            )
            for place, label in enumerate(labels)
        }

    def _shares(self, read: _Read, row: int, picked: Sequence[int]) -> tuple[Floats, Floats]:
        """Give what each word (words, labels) and the context (labels,) add to the log-odds of the picked labels."""
        trace = self.space.trace(read.texts[row])
        start, end = read.matrix.indptr[row], read.matrix.indptr[row + 1]
        columns = read.matrix.indices[start:end]
        values: Floats = read.matrix.data[start:end][np.searchsorted(columns, trace.columns)]
        distinct, which, counts = np.unique(trace.columns, return_inverse=True, return_counts=True)
        weights = self._weights_here(read, row, distinct, picked)
        of_occurrence = (values / counts[which])[:, np.newaxis] * weights[which]
        words = np.bincount(trace.occurrences, minlength=len(trace.columns))
        shares = np.zeros((len(read.texts[row].words), len(picked)))
        np.add.at(shares, trace.words, (of_occurrence / np.maximum(words, 1)[:, np.newaxis])[trace.occurrences])
        context = of_occurrence[words == 0].sum(axis=0)
        return shares, context

    def _weights_here(self, read: _Read, row: int, columns: NDArray[np.intp], picked: Sequence[int]) -> Floats:
        """Give the weights of features (columns, labels): of a line everywhere alike, of kinds as this text is."""
        weights: Floats = self._weights[columns][:, picked]
        if self.kinds is None or read.kinds is None:
            return weights
        pulls = np.zeros((len(self.kinds.names), len(picked)))
        for column, head in enumerate(self.heads[place] for place in picked):
            if head.kinds:
                pulls[:, column] = head.kinds * pull(read.kinds[row], head.shares)
        return weights + self.kinds.weigh(columns, pulls * restraint(read.matrix[row]))

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


def sigmoid(log_odds: Floats) -> Floats:
    """Turn log-odds into probabilities without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * log_odds)))


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(bounded) - math.log1p(-bounded)
