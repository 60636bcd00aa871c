"""TF-IDF of one view: n-grams are looked up, counted and weighted, and each is traced back to its tokens.

The matrix is the one of scikit-learn's TfidfVectorizer (sublinear term frequency, smoothed inverse document frequency,
L2 norm), as tests assert. Here the n-grams of a whole batch are looked up at once, those inside a token once for all
texts, and one sort counts everything; and it is known from which tokens a feature came, which explanations need.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count, repeat
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.features.tokens import View

UNKNOWN: Final = -1  # the column of an n-gram that the vocabulary does not have
CACHED: Final = 2**12  # tokens whose character n-grams are cached: more would go on filling for a week

Columns = NDArray[np.int64]
SmallColumns = NDArray[np.int32]
Batch = Sequence[Sequence[str]]  # texts that are cut into tokens


@dataclass(frozen=True, slots=True)
class FittedView:
    """A view with its vocabulary.

    Args:
        view: The view.
        ngrams: Its n-grams in the order of their columns.
        idf: Their smoothed inverse document frequencies, shape (n-grams,).

    """

    view: View
    ngrams: Sequence[str]
    idf: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trace:
    """Where the features of some texts came from.

    Args:
        rows: The text of each occurrence of a known n-gram, shape (occurrences,).
        columns: The column of each.
        occurrences: The index of an occurrence and, in the same place of `words`, a word that it came from. An n-gram
            of several tokens came from several words, or from one several times.
        words: Those words, by their index among all words of all texts.

    """

    rows: Columns
    columns: Columns
    occurrences: Columns
    words: Columns

    @classmethod
    def joined(cls, parts: Sequence["Trace"], offsets: Sequence[int]) -> "Trace":
        """Join the traces of several views, whose columns begin at these offsets."""
        before = np.cumsum([0, *(len(part.columns) for part in parts)])
        return cls(
            np.concatenate([part.rows for part in parts]),
            np.concatenate([part.columns + offset for part, offset in zip(parts, offsets, strict=True)]),
            np.concatenate([part.occurrences + earlier for part, earlier in zip(parts, before, strict=False)]),
            np.concatenate([part.words for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Every occurrence of a known n-gram of one view in some texts.

    Args:
        rows: The text of each, shape (occurrences,).
        columns: The column of each.
        starts: The index of the token of its text that each begins with.
        lengths: Of how many tokens each is.

    """

    rows: Columns
    columns: Columns
    starts: Columns
    lengths: Columns

    def trace(self, row_of: Columns, words: Sequence[Sequence[int]]) -> Trace:
        """Find the words that the occurrences in some of the texts came from.

        Args:
            row_of: The row that each text shall have in the trace, or UNKNOWN to leave it out; shape (texts,).
            words: For each text that is not left out, the word of each token.

        """
        rows = row_of[self.rows]
        kept = np.flatnonzero(rows != UNKNOWN)
        rows, lengths = rows[kept], self.lengths[kept]
        before = np.cumsum([0, *map(len, words)])
        occurrences = np.repeat(np.arange(len(kept)), lengths)
        steps = np.arange(len(occurrences)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        tokens = np.repeat(before[rows] + self.starts[kept], lengths) + steps
        of_token = np.fromiter(chain.from_iterable(words), np.int64)
        return Trace(rows, self.columns[kept], occurrences, of_token[tokens])


class NgramIndex:
    """Finds the columns of a view's n-grams.

    Args:
        view: The view.
        vocabulary: The column of each n-gram; None: n-grams get a column when they are first looked up.

    """

    def __init__(self, view: View, vocabulary: Mapping[str, int] | None) -> None:
        self.grows = vocabulary is None
        self.vocabulary = defaultdict(count().__next__) if vocabulary is None else vocabulary
        self._view = view
        self._columns_in_token = lru_cache(CACHED)(self._look_up_characters)

    def occurrences(self, texts: Batch) -> Occurrences:
        """Find every occurrence of a known n-gram in some texts that are cut into tokens."""
        return self._of_characters(texts) if self._view.characters else self._of_tokens(texts)

    def _of_tokens(self, texts: Batch) -> Occurrences:
        sizes, parts = np.array([len(tokens) for tokens in texts], np.int64), []
        shortest, longest = self._view.ngrams
        for length in range(shortest, longest + 1):
            ngrams = (_token_ngrams(tokens, length) for tokens in texts)
            columns = np.fromiter(self._look_up(chain.from_iterable(ngrams)), np.int64)
            known = np.flatnonzero(columns != UNKNOWN)
            counts = np.maximum(0, sizes - length + 1)
            rows = np.repeat(np.arange(len(texts)), counts)[known]
            starts = known - (np.cumsum(counts) - counts)[rows]
            parts.append((rows, columns[known], starts, np.full(len(known), length)))
        return Occurrences(*map(np.concatenate, zip(*parts, strict=True)))

    def _of_characters(self, texts: Batch) -> Occurrences:
        pieces = [self._columns_in_token(token) for tokens in texts for token in tokens]
        sizes = [len(piece) for piece in pieces]
        rows = np.repeat(np.repeat(np.arange(len(texts)), [len(tokens) for tokens in texts]), sizes)
        starts = np.repeat(np.fromiter(chain.from_iterable(range(len(tokens)) for tokens in texts), np.int64), sizes)
        return Occurrences(rows, np.concatenate([np.zeros(0, np.int64), *pieces]), starts, np.ones_like(starts))

    def _look_up_characters(self, token: str) -> Columns:
        columns: Columns = np.fromiter(self._look_up(character_ngrams(token, *self._view.ngrams)), np.int64)
        return np.compress(columns != UNKNOWN, columns)

    def _look_up(self, ngrams: Iterable[str]) -> Iterable[int]:
        if self.grows:
            return map(self.vocabulary.__getitem__, ngrams)
        return map(self.vocabulary.get, ngrams, repeat(UNKNOWN))


def _token_ngrams(tokens: Sequence[str], length: int) -> Iterable[str]:
    if length == 1:
        return tokens
    return map(" ".join, zip(*(tokens[start:] for start in range(length)), strict=False))


def character_ngrams(token: str, shortest: int, longest: int) -> Iterator[str]:
    """List the character n-grams of a token with a space on either side; a shorter token counts once, as it is."""
    for word in token.split():
        padded = f" {word} "
        for length in range(shortest, longest + 1):
            yield from (padded[start : start + length] for start in range(max(1, len(padded) - length + 1)))
            if len(padded) <= length:
                break


class TfidfWeighting:
    """Turns occurrences into a matrix: (1 + log count) x idf, each view's block of a row scaled to its L2 norm.

    Args:
        views: The fitted views, in the order of their blocks.

    """

    def __init__(self, views: Sequence[FittedView]) -> None:
        widths = [len(fitted.idf) for fitted in views]
        self.offsets = np.concatenate(([0], np.cumsum(widths))).astype(np.int64)
        self._idf = np.concatenate([fitted.idf for fitted in views])
        self._view = np.repeat(np.arange(len(widths)), widths)
        self._scales = np.array([fitted.view.scale for fitted in views])

    def matrix(self, texts: int, occurrences: Iterable[tuple[Columns, Columns]]) -> sp.csr_matrix:
        """Weight the occurrences of n-grams.

        Args:
            texts: How many texts there are.
            occurrences: View by view the rows (texts) and columns (n-grams of the view), each of shape (occurrences,).

        Returns:
            Shape (texts, features); each row has length 1 in each view, times the scale of the view.

        """
        width = int(self.offsets[-1])
        pairs = zip(occurrences, self.offsets, strict=False)
        keys = np.concatenate([rows * width + (columns + offset) for (rows, columns), offset in pairs])
        keys.sort()
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.diff(first, append=len(keys))
        rows, columns = np.divmod(keys[first], width)
        values = (1.0 + np.log(counts)) * self._idf[columns]
        views = self._view[columns]
        blocks = rows * len(self._scales) + views
        norms = np.sqrt(np.bincount(blocks, weights=values * values))
        values *= self._scales[views] / norms[blocks]
        starts = np.searchsorted(rows, np.arange(texts + 1))
        return sp.csr_matrix((values, columns.astype(np.int32), starts.astype(np.int32)), shape=(texts, width))


def fit_view(
    view: View, texts: Iterable[Batch], *, vocabulary: Mapping[str, int] | None = None, least: int
) -> tuple[FittedView, list[tuple[SmallColumns, SmallColumns]]]:
    """Find the n-grams of one view and their document frequencies, reading every token once.

    Args:
        view: The view.
        texts: The texts.
        vocabulary: The n-grams, if they are known before; all of them are kept.
        least: Of how many texts an n-gram has to be.

    Returns:
        The fitted view, the most frequent n-grams first, so that what is read most lies side by side in memory; and
        for each batch of texts the rows and the columns of all occurrences.

    """
    index = NgramIndex(view, vocabulary)
    occurrences: list[tuple[SmallColumns, SmallColumns]] = []
    documents = 0
    counts: list[Columns] = []
    for batch in texts:
        here = index.occurrences(batch)
        counts.append(_document_frequencies(here))
        occurrences.append((here.rows.astype(np.int32), here.columns.astype(np.int32)))  # half of the memory
        documents += len(batch)
    ngrams = list(index.vocabulary)
    frequencies = np.zeros(len(ngrams), np.int64)
    for of_batch in counts:  # n-grams that a batch does not know yet have a later column
        frequencies[: len(of_batch)] += of_batch
    kept = np.arange(len(ngrams))
    if index.grows:
        kept = np.flatnonzero(frequencies >= least)
        kept = kept[np.argsort(-frequencies[kept], kind="stable")]
    column_of = np.full(len(ngrams), UNKNOWN)
    column_of[kept] = np.arange(len(kept))
    idf = np.log((1 + documents) / (1 + frequencies[kept])) + 1
    fitted = FittedView(view, [ngrams[column] for column in kept], idf)
    return fitted, [_renumbered(rows, columns, column_of) for rows, columns in occurrences]


def _document_frequencies(occurrences: Occurrences) -> Columns:
    """Count in how many texts each column occurs."""
    if not len(occurrences.columns):
        return np.zeros(0, np.int64)
    width = int(occurrences.columns.max()) + 1
    keys = occurrences.rows * width + occurrences.columns
    keys.sort()  # np.unique would hash them, which takes ten times longer
    return np.bincount(keys[np.diff(keys, prepend=-1) > 0] % width)


def _renumbered(rows: SmallColumns, columns: SmallColumns, column_of: Columns) -> tuple[SmallColumns, SmallColumns]:
    new = column_of[columns].astype(np.int32)
    known = new != UNKNOWN
    return rows[known], new[known]
