"""Tokens looked up in fitted vocabularies, and the numbers of TF-IDF: scikit-learn's matrix without its way there.

A vectoriser of scikit-learn cuts every line anew and counts in Python, feature by feature. Here all runs of tokens of a
batch are looked up at once, the letters of a token once for all texts, and one sort counts everything.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count, repeat
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

UNKNOWN: Final = -1  # the column of a feature that the vocabulary does not have
REMEMBERED: Final = 2**14  # tokens whose letters are remembered: some ten thousand syllables are in use

Columns = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trace:
    """Where the features of some texts came from.

    Args:
        rows: The text of each occurrence of a known feature, shape (occurrences,).
        columns: The column of each.
        occurrences: An occurrence and, in the same place of `words`, a word that it came from; a run of tokens came
            from several words, or from one several times.
        words: Those words, by their place among all words of all texts.

    """

    rows: Columns
    columns: Columns
    occurrences: Columns
    words: Columns

    @classmethod
    def joined(cls, parts: Sequence["Trace"], offsets: Sequence[int]) -> "Trace":
        """Put the traces of several views together, whose columns begin at some offsets."""
        before = np.cumsum([0, *(len(part.columns) for part in parts)])
        return cls(
            np.concatenate([part.rows for part in parts]),
            np.concatenate([part.columns + offset for part, offset in zip(parts, offsets, strict=True)]),
            np.concatenate([part.occurrences + earlier for part, earlier in zip(parts, before, strict=False)]),
            np.concatenate([part.words for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Every occurrence of a known feature of one view in some texts.

    Args:
        rows: The text of each, shape (occurrences,).
        columns: The column of each.
        starts: The token of its text that each begins with.
        lengths: Of how many tokens each is.

    """

    rows: Columns
    columns: Columns
    starts: Columns
    lengths: Columns

    def trace(self, row_of: Columns, words: Sequence[Sequence[int]]) -> Trace:
        """Find the words that the occurrences in some of the texts came from.

        Args:
            row_of: What number each text shall have, or UNKNOWN: it is left out; shape (texts,).
            words: Of each text that is not left out, the word of each token.

        """
        rows = row_of[self.rows]
        asked = np.flatnonzero(rows != UNKNOWN)
        rows, lengths = rows[asked], self.lengths[asked]
        before = np.cumsum([0, *map(len, words)])
        occurrences = np.repeat(np.arange(len(asked)), lengths)
        steps = np.arange(len(occurrences)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        tokens = np.repeat(before[rows] + self.starts[asked], lengths) + steps
        of_words = np.fromiter(chain.from_iterable(words), np.int64)[tokens]
        return Trace(rows, self.columns[asked], occurrences, of_words)


class Lookup:
    """Finds the columns of one view's features.

    Args:
        vectorizer: The vectoriser of the view.
        vocabulary: The column of each feature; None: features get a column when they are first looked up.

    """

    def __init__(self, vectorizer: TfidfVectorizer, vocabulary: dict[str, int] | None) -> None:
        self.grows = vocabulary is None
        self.vocabulary = defaultdict(count().__next__) if vocabulary is None else vocabulary
        self._reads_letters = vectorizer.analyzer == "char_wb"
        self._analyse = vectorizer.build_analyzer()
        self._letters = lru_cache(REMEMBERED)(self._letters_of)
        shortest, longest = vectorizer.ngram_range
        self._lengths: Sequence[int] = (1,) if self._reads_letters else range(shortest, longest + 1)

    def _columns(self, features: Iterable[str]) -> Iterable[int]:
        if self.grows:
            return map(self.vocabulary.__getitem__, features)
        return map(self.vocabulary.get, features, repeat(UNKNOWN))

    def _runs(self, tokens: Sequence[str], length: int) -> Iterable[int]:
        """Give the column of each run of so many tokens, in order, or UNKNOWN."""
        runs: Iterable[str] = tokens
        if length > 1:
            runs = map(" ".join, zip(*(tokens[start:] for start in range(length)), strict=False))
        return self._columns(runs)

    def _letters_of(self, token: str) -> Columns:
        """Give the columns of a token's runs of letters, those that the vocabulary has."""
        found: Columns = np.fromiter(self._columns(self._analyse(token)), np.int64)
        return np.compress(found != UNKNOWN, found)

    def occurrences(self, texts: Sequence[Sequence[str]]) -> Occurrences:
        """Find every occurrence of a known feature in some texts that are cut into tokens."""
        if self._reads_letters:
            return self._occurrences_of_letters(texts)
        sizes, parts = np.array([len(tokens) for tokens in texts], np.int64), []
        for length in self._lengths:
            runs = np.maximum(0, sizes - length + 1)
            columns = np.fromiter(chain.from_iterable(self._runs(tokens, length) for tokens in texts), np.int64)
            known = np.flatnonzero(columns != UNKNOWN)
            rows = np.repeat(np.arange(len(texts)), runs)[known]
            starts = known - (np.cumsum(runs) - runs)[rows]
            parts.append((rows, columns[known], starts, np.full(len(known), length)))
        return Occurrences(*map(np.concatenate, zip(*parts, strict=True)))

    def _occurrences_of_letters(self, texts: Sequence[Sequence[str]]) -> Occurrences:
        pieces = [self._letters(token) for tokens in texts for token in tokens]
        sizes = [len(piece) for piece in pieces]
        rows = np.repeat(np.repeat(np.arange(len(texts)), [len(tokens) for tokens in texts]), sizes)
        starts = np.repeat(np.fromiter(chain.from_iterable(range(len(tokens)) for tokens in texts), np.int64), sizes)
        return Occurrences(rows, np.concatenate([np.zeros(0, np.int64), *pieces]), starts, np.ones_like(starts))


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
        """Weigh what was found in so many texts, view by view: the rows and columns of `Lookup.occurrences`."""
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
