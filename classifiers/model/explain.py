"""Explanations: additive attribution of a label's log-odds to the words of the text.

A linear model's log-odds are a sum over features. Each feature's term is divided evenly among its occurrences, each
occurrence's part evenly among the words that it came from. The remainder, which includes the intercept, is the base.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

import numpy as np
import scipy.sparse as sp

from classifiers.features.space import TracedTexts
from classifiers.features.tokens import PreparedText
from classifiers.model.prediction import BASE, REST, TRAITS, Reason
from classifiers.model.subclasses import Floats

REASONS_SHOWN: Final = 12
TRACED_AT_ONCE: Final = 100_000  # stored numbers of a matrix; each takes some hundred bytes while it is traced

# Gives for some rows of the texts the weight of each stored number of their matrix, shape (stored numbers, labels).
FeatureWeights = Callable[[sp.csr_matrix, Sequence[int]], Floats]


def explain(
    traced: TracedTexts,
    log_odds: Floats,
    labels: Sequence[str],
    asked: Sequence[Sequence[str]],
    feature_weights: FeatureWeights,
    *,
    of_traits: Floats,
) -> list[dict[str, tuple[Reason, ...]]]:
    """Explain the log-odds of texts.

    Args:
        traced: The texts and their features.
        log_odds: Shape (texts, labels).
        labels: The names of the columns of `log_odds`.
        asked: For each text, the labels to explain.
        feature_weights: Gives the weights of features.
        of_traits: What each of TRAITS adds to the log-odds, shape (texts, traits, labels).

    Returns:
        For each text, the reasons by label.

    """
    reasons: list[dict[str, tuple[Reason, ...]]] = [{} for _ in asked]
    for rows in _parts([row for row, of_row in enumerate(asked) if of_row], traced.matrix):
        for row, of_words in zip(rows, _word_contributions(traced, rows, feature_weights), strict=True):
            base = log_odds[row] - of_words.sum(axis=0) - of_traits[row].sum(axis=0)
            for label in asked[row]:
                column = labels.index(label)
                words = _listed(traced.texts[row], of_words[:, column])
                others = zip((*TRAITS, BASE), (*of_traits[row, :, column], base[column]), strict=True)
                shown = [Reason(name, float(weight)) for name, weight in others if weight or name == BASE]
                reasons[row][label] = (*words, *shown)
    return reasons


def _word_contributions(traced: TracedTexts, rows: Sequence[int], feature_weights: FeatureWeights) -> list[Floats]:
    """Compute what each word adds to the log-odds, for each text in shape (words, labels)."""
    matrix = traced.matrix[rows]
    width = matrix.shape[1]
    terms = matrix.data[:, np.newaxis] * feature_weights(matrix, rows)
    trace = traced.trace(rows)
    # The stored numbers are sorted by row and column, so binary search gives the index of each occurrence's number.
    keys = np.repeat(np.arange(len(rows)), np.diff(matrix.indptr)) * width + matrix.indices
    number = np.searchsorted(keys, trace.rows * width + trace.columns)
    of_occurrence = (terms / np.bincount(number, minlength=len(keys))[:, np.newaxis])[number]
    words = np.bincount(trace.occurrences, minlength=len(number))
    of_word = (of_occurrence / words[:, np.newaxis])[trace.occurrences]
    ends = np.cumsum([len(traced.texts[row].words) for row in rows])
    sums = [np.bincount(trace.words, weights=column, minlength=ends[-1]) for column in of_word.T]
    return np.split(np.column_stack(sums), ends[:-1])


def _listed(text: PreparedText, contributions: Floats) -> tuple[Reason, ...]:
    """List the REASONS_SHOWN words of greatest absolute weight, and sum the others."""
    by_word: dict[str, float] = {}
    for word, contribution in zip(text.written, contributions.tolist(), strict=True):
        by_word[word] = by_word.get(word, 0.0) + contribution
    # Punctuation is a feature too, but not listed: a reader cannot interpret it. Its weight is part of the rest.
    shown = [word for word in by_word if any(char.isalnum() for char in word)]
    listed = sorted(shown, key=lambda word: -abs(by_word[word]))[:REASONS_SHOWN]
    rest = sum(by_word.values()) - sum(by_word[word] for word in listed)
    return (*(Reason(word, by_word[word]) for word in listed), Reason(REST, rest))


def _parts(rows: Sequence[int], matrix: sp.csr_matrix) -> Iterator[list[int]]:
    """Divide rows, so that those traced together have not many more than TRACED_AT_ONCE stored numbers in all."""
    ends = np.cumsum(np.diff(matrix.indptr)[list(rows)]) // TRACED_AT_ONCE
    for _, part in groupby(zip(ends.tolist(), rows, strict=True), key=itemgetter(0)):
        yield [row for _, row in part]
