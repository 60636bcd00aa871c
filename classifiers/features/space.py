"""The feature space: TF-IDF blocks of several views, side by side in one sparse matrix.

Every feature of a text can be traced back to the words that it came from, as explanations require.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp

from classifiers.errors import TrainingFailed
from classifiers.features.tfidf import UNKNOWN, FittedView, NgramIndex, Occurrences, TfidfWeighting, Trace, fit_view
from classifiers.features.tokens import (
    PreparedText,
    View,
    respelled_syllables,
    syllables,
)
from classifiers.text.lexicon import default_lexicon

LEXICON: Final = View("lexicon", (1, 1), scale=1.0)
VIEWS: Final = (
    View("spelled", (1, 2), scale=1.0, word_tokens=respelled_syllables),
    View("letters", (3, 4), scale=0.7, word_tokens=syllables, characters=True),
    LEXICON,
)
BATCH: Final = 1024  # texts that are counted together: a matrix of very many would need several times its memory


@dataclass(frozen=True, slots=True)
class TracedTexts:
    """Some texts, their features, and where these came from.

    Args:
        texts: The texts.
        matrix: Their features, shape (texts, features).
        occurrences: For each view: the view, its first column, and all occurrences of its n-grams.

    """

    texts: Sequence[PreparedText]
    matrix: sp.csr_matrix
    occurrences: tuple[tuple[View, int, Occurrences], ...]

    def trace(self, rows: Sequence[int]) -> Trace:
        """Trace the features of some of the texts; rows and words of the trace are counted among these alone."""
        row_of = np.full(len(self.texts), UNKNOWN)
        row_of[rows] = np.arange(len(rows))
        texts = [self.texts[row] for row in rows]
        before = np.cumsum([0, *(len(text.words) for text in texts)]).tolist()
        parts = []
        for view, _, occurrences in self.occurrences:
            words = [
                [earlier + place for place in view.token_words(text)]
                for text, earlier in zip(texts, before, strict=False)
            ]
            parts.append(occurrences.trace(row_of, words))
        return Trace.joined(parts, [offset for _, offset, _ in self.occurrences])


class FeatureSpace:
    """The fitted views, in the order of their blocks.

    Args:
        fitted: The views with their vocabularies.

    """

    def __init__(self, fitted: Sequence[FittedView]) -> None:
        self.fitted = tuple(fitted)
        self._indexes = [
            NgramIndex(each.view, {ngram: column for column, ngram in enumerate(each.ngrams)}) for each in self.fitted
        ]
        self._weighting = TfidfWeighting(self.fitted)

    def __reduce__(self) -> tuple[type["FeatureSpace"], tuple[Sequence[FittedView]]]:
        """Pickle the fitted views alone; indexes and caches are built again."""
        return type(self), (self.fitted,)

    @classmethod
    def fit_transform(
        cls, texts: Sequence[PreparedText], *, views: Sequence[View] = VIEWS, min_documents: int
    ) -> tuple["FeatureSpace", sp.csr_matrix]:
        """Fit vocabularies and document frequencies, and give the texts' matrix, which costs nothing more.

        Args:
            texts: The texts.
            views: The views.
            min_documents: N-grams of fewer texts are dropped.

        Returns:
            The space, and the matrix of shape (texts, features).

        Raises:
            TrainingFailed: When the texts have too little in common.

        """
        fits = [_fit(view, texts, min_documents) for view in views]
        space = cls([fitted for fitted, _ in fits])
        by_batch = zip(_batches(texts), *(occurrences for _, occurrences in fits), strict=True)
        parts = [
            space._weighting.matrix(len(batch), ((rows.astype(np.int64), columns) for rows, columns in occurrences))
            for batch, *occurrences in by_batch
        ]
        return space, sp.csr_matrix(sp.vstack(parts, format="csr"))

    def transform(self, texts: Sequence[PreparedText]) -> sp.csr_matrix:
        """Give the features of texts, shape (texts, features)."""
        if not texts:
            return sp.csr_matrix((0, self.width))
        parts = [self.transform_traced(batch).matrix for batch in _batches(texts)]
        return parts[0] if len(parts) == 1 else sp.csr_matrix(sp.vstack(parts, format="csr"))

    def transform_traced(self, texts: Sequence[PreparedText]) -> TracedTexts:
        """Give the features of some hundred texts in a form that can be traced back to words."""
        occurrences = [
            index.occurrences([view.tokens(text) for text in texts])
            for view, index in zip(self.views, self._indexes, strict=True)
        ]
        matrix = self._weighting.matrix(len(texts), ((each.rows, each.columns) for each in occurrences))
        by_view = zip(self.views, self._weighting.offsets.tolist(), occurrences, strict=False)
        return TracedTexts(texts, matrix, tuple(by_view))

    @property
    def views(self) -> tuple[View, ...]:
        """The views, in the order of their blocks."""
        return tuple(each.view for each in self.fitted)

    @property
    def width(self) -> int:
        """How many features there are."""
        return int(self._weighting.offsets[-1])

    def vocabulary(self, view: str) -> Mapping[str, int]:
        """Map the n-grams of a view to their columns in its block; raises KeyError when there is no such view."""
        indexes = {each.name: index for each, index in zip(self.views, self._indexes, strict=True)}
        return indexes[view].vocabulary

    def block(self, name: str) -> slice:
        """Return the columns of a view; an empty slice when the space has no such view."""
        offsets = self._weighting.offsets.tolist()
        for view, start, end in zip(self.views, offsets, offsets[1:], strict=False):
            if view.name == name:
                return slice(start, end)
        return slice(self.width, self.width)


def _fit(
    view: View, texts: Sequence[PreparedText], min_documents: int
) -> tuple[FittedView, list[tuple[np.ndarray, np.ndarray]]]:
    # The lexicon's groups are known before, and there may be texts in which none of them occurs.
    groups = {group: column for column, group in enumerate(default_lexicon().groups)}
    fitted, occurrences = fit_view(
        view,
        ([view.tokens(text) for text in batch] for batch in _batches(texts)),
        vocabulary=groups if view.word_tokens is None else None,
        least=min_documents,
    )
    if not fitted.ngrams:
        raise TrainingFailed(f"the texts have no {view.name} in common: add texts of the kind that is to be recognised")
    return fitted, occurrences


def _batches(texts: Sequence[PreparedText]) -> Iterator[Sequence[PreparedText]]:
    return (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))
