"""Tokens looked up in fitted vocabularies, and the numbers of TF-IDF: scikit-learn's matrix without its way there.

A vectoriser of scikit-learn cuts every line anew and counts in Python, feature by feature. Here all runs of tokens of a
batch are looked up at once, the letters of a token once for all texts, and one sort counts everything.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

UNKNOWN: Final = -1  # the column of a feature that the vocabulary does not have
REMEMBERED: Final = 2**14  # tokens whose letters are remembered: some ten thousand syllables are in use

Columns = NDArray[np.int64]


class Lookup:
    """Finds the columns of one view's features.

    Args:
        vectorizer: The fitted vectoriser of the view.

    """

    def __init__(self, vectorizer: TfidfVectorizer) -> None:
        self._vocabulary: dict[str, int] = vectorizer.vocabulary_
        self.reads_letters = vectorizer.analyzer == "char_wb"
        self._analyse = vectorizer.build_analyzer()
        self.letters = lru_cache(REMEMBERED)(self._letters_of)
        shortest, longest = vectorizer.ngram_range
        self.lengths: Sequence[int] = (1,) if self.reads_letters else range(shortest, longest + 1)

    def runs(self, tokens: Sequence[str], length: int) -> Iterable[int]:
        """Give the column of each run of so many tokens, in order, or UNKNOWN."""
        runs: Iterable[str] = tokens
        if length > 1:
            runs = map(" ".join, zip(*(tokens[start:] for start in range(length)), strict=False))
        return map(self._vocabulary.get, runs, repeat(UNKNOWN))

    def _letters_of(self, token: str) -> Columns:
        """Give the columns of a token's runs of letters, those that the vocabulary has."""
        found = (self._vocabulary.get(feature) for feature in self._analyse(token))
        return np.array([column for column in found if column is not None], np.int64)

    def occurrences(self, texts: Sequence[Sequence[str]]) -> tuple[Columns, Columns]:
        """Find every occurrence of a known feature in some texts that are cut into tokens: its text and its column."""
        if self.reads_letters:
            pieces = [self.letters(token) for tokens in texts for token in tokens]
            if not pieces:
                return np.zeros(0, np.int64), np.zeros(0, np.int64)
            of_token = np.repeat(np.arange(len(texts)), [len(tokens) for tokens in texts])
            return np.repeat(of_token, [len(piece) for piece in pieces]), np.concatenate(pieces)
        columns, rows = [], []
        for length in self.lengths:
            found = chain.from_iterable(self.runs(tokens, length) for tokens in texts)
            columns.append(np.fromiter(found, np.int64))
            rows.append(np.repeat(np.arange(len(texts)), [max(0, len(tokens) - length + 1) for tokens in texts]))
        found_columns, found_rows = np.concatenate(columns), np.concatenate(rows)
        known = found_columns != UNKNOWN
        return found_rows[known], found_columns[known]


class Weights:
    """Turns occurrences into a matrix: (1 + log count) x idf, each view's block of a row of length `scale`.

    Args:
        idf: The inverse document frequencies of each view's columns.
        scales: The weight of each view's block.

    """

    def __init__(self, idf: Sequence[NDArray[np.float64]], scales: Sequence[float]) -> None:
        widths = [len(each) for each in idf]
        self.offsets = np.concatenate(([0], np.cumsum(widths))).astype(np.int64)
        self._idf = np.concatenate(idf)
        self._view = np.repeat(np.arange(len(widths)), widths)
        self._scales = np.array(scales)

    def matrix(self, texts: int, found: Iterable[tuple[Columns, Columns]]) -> sp.csr_matrix:
        """Weigh the occurrences that `Lookup.occurrences` found in so many texts, view by view."""
        width = int(self.offsets[-1])
        keys = np.concatenate(
            [rows * width + (columns + offset) for (rows, columns), offset in zip(found, self.offsets, strict=False)]
        )
        keys.sort()
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.diff(first, append=len(keys))
        rows, columns = np.divmod(keys[first], width)
        values = (1.0 + np.log(counts)) * self._idf[columns]
        views = self._view[columns]
        blocks = rows * len(self._scales) + views
        lengths = np.sqrt(np.bincount(blocks, weights=values * values))
        values *= self._scales[views] / lengths[blocks]
        starts = np.searchsorted(rows, np.arange(texts + 1))
        return sp.csr_matrix((values, columns.astype(np.int32), starts.astype(np.int32)), shape=(texts, width))
