"""One shared feature matrix: words, syllables, syllables without marks, letters, and groups of the lexicon (TF-IDF).

The vectorisers are scikit-learn's own, fed with texts that were cut into tokens before, so that a saved model holds no
code of ours; once fitted, their features are looked up by `columns.py`. Every feature of a text is traced back to the
words it came from (`Reading.trace`), which is what reasons rest on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from classifiers.errors import TrainingFailed
from classifiers.features.tfidf import UNKNOWN, Lookup, Occurrences, Trace, Weights
from classifiers.features.tokens import Prepared, places_of, tokens_of
from classifiers.features.vocabulary import Learnt, learn
from classifiers.text.lexicon import default_lexicon


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at a text.

    Args:
        name: How the manifest and the vectorisers call it.
        ngrams: Least and greatest length of runs of tokens (or of letters).
        letters: Runs of letters inside a token instead of runs of tokens.
        scale: Weight of the whole block beside the others.
        bayes: Weight of a second copy of the block while a line is fitted, in which each feature counts by its naive
            Bayes log ratio (Wang and Manning, 2012); it is folded into the block's weights and leaves no trace here.

    """

    name: str
    ngrams: tuple[int, int]
    letters: bool
    scale: float
    bayes: float = 0.0

    def vectorizer(self, features: Sequence[str], idf: NDArray[np.float64]) -> TfidfVectorizer:
        """Make this view's vectoriser, with the features that it shall have and their weights."""
        vectorizer = self.without_features()
        vectorizer.vocabulary = {feature: column for column, feature in enumerate(features)}
        vectorizer.idf_ = idf
        return vectorizer

    def without_features(self) -> TfidfVectorizer:
        """Make this view's vectoriser, which so far only knows how a text is cut."""
        return TfidfVectorizer(
            analyzer="char_wb" if self.letters else "word",
            token_pattern=None if self.letters else r"\S+",
            ngram_range=self.ngrams,
            sublinear_tf=True,
            lowercase=False,
        )


VIEWS: Final = (
    View("words", (1, 2), letters=False, scale=1.0, bayes=0.5),
    View("syllables", (1, 2), letters=False, scale=0.7, bayes=0.5),
    View("plain", (1, 2), letters=False, scale=0.5),
    View("spelled", (1, 2), letters=False, scale=0.7),
    View("letters", (2, 4), letters=True, scale=0.7),
    View("lexicon", (1, 1), letters=False, scale=1.0),
)
OTHERS_NEEDED: Final = 5  # texts that a feature needs which the target's own do not have
_AT_ONCE: Final = 1024  # texts that are counted together: a matrix of very many would need several times its memory


@dataclass(frozen=True, slots=True)
class Reading:
    """Some texts, their matrix (texts, features), and what was found, view by view: its name, its first column, all."""

    texts: Sequence[Prepared]
    matrix: sp.csr_matrix
    found: tuple[tuple[str, int, Occurrences], ...]

    def trace(self, rows: Sequence[int]) -> Trace:
        """Find each occurrence of a known feature in some of the texts, and the words that it came from.

        Rows and words of the trace are counted among these texts alone.
        """
        row_of = np.full(len(self.texts), UNKNOWN)
        row_of[rows] = np.arange(len(rows))
        texts = [self.texts[row] for row in rows]
        before = np.cumsum([0, *(len(text.words) for text in texts)]).tolist()
        parts = []
        for view, _, found in self.found:
            words = [
                [earlier + place for place in places_of(view, text)]
                for text, earlier in zip(texts, before, strict=False)
            ]
            parts.append(found.trace(row_of, words))
        return Trace.joined(parts, [offset for _, offset, _ in self.found])


class FeatureSpace:
    """The fitted vectorisers of all views, side by side.

    Args:
        vectorizers: One fitted TfidfVectorizer a view, by the view's name.
        views: The views, in the order of their blocks.

    """

    def __init__(self, vectorizers: Mapping[str, TfidfVectorizer], views: Sequence[View] = VIEWS) -> None:
        self.vectorizers = dict(vectorizers)
        self.views = tuple(views)
        self._lookups = {view.name: _known(self.vectorizers[view.name]) for view in self.views}
        self._weights = Weights([self.vectorizers[view.name].idf_ for view in views], [view.scale for view in views])

    def __reduce__(self) -> tuple[type["FeatureSpace"], tuple[Mapping[str, TfidfVectorizer], Sequence[View]]]:
        """Travel to another process without what was only remembered."""
        return type(self), (self.vectorizers, self.views)

    @classmethod
    def fit(
        cls,
        texts: Sequence[Prepared],
        *,
        others: Sequence[Prepared] = (),
        views: Sequence[View] = VIEWS,
        min_documents: int = 2,
    ) -> "FeatureSpace":
        """Learn vocabularies and document frequencies.

        Args:
            texts: The texts whose frequencies count.
            others: More texts in which features are found; there must be OTHERS_NEEDED of them, or they would fill
                the memory.
            views: The ways of looking at them.
            min_documents: Features of fewer texts are dropped.

        Raises:
            TrainingFailed: When the texts have too little in common.

        """
        return cls.fit_transform(texts, others=others, views=views, min_documents=min_documents)[0]

    @classmethod
    def fit_transform(
        cls,
        texts: Sequence[Prepared],
        *,
        others: Sequence[Prepared] = (),
        views: Sequence[View] = VIEWS,
        min_documents: int = 2,
    ) -> tuple["FeatureSpace", sp.csr_matrix]:
        """Do as `fit`, and give the texts' matrix as `transform` would, which costs nothing more.

        Returns:
            The space, and the matrix of shape (texts, features).

        """
        learnt = {view.name: _learn(view, texts, others, min_documents) for view in views}
        vectorizers = {view.name: view.vectorizer(learnt[view.name].features, learnt[view.name].idf) for view in views}
        space = cls(vectorizers, views)
        by_batch = zip(_batches(texts), *(each.occurrences for each in learnt.values()), strict=True)
        parts = [
            space._weights.matrix(len(batch), ((rows.astype(np.int64), columns) for rows, columns in found))
            for batch, *found in by_batch
        ]
        return space, sp.csr_matrix(sp.vstack(parts, format="csr"))

    def transform(self, texts: Sequence[Prepared]) -> sp.csr_matrix:
        """Turn texts into a matrix of shape (texts, features)."""
        if not texts:
            return sp.csr_matrix((0, self.width))
        parts = [self.read(batch).matrix for batch in _batches(texts)]
        return parts[0] if len(parts) == 1 else sp.csr_matrix(sp.vstack(parts, format="csr"))

    def read(self, texts: Sequence[Prepared]) -> Reading:
        """Find the features of some hundred texts, so that they can be traced."""
        found = [
            self._lookups[view.name].occurrences([tokens_of(view.name, text) for text in texts]) for view in self.views
        ]
        matrix = self._weights.matrix(len(texts), ((each.rows, each.columns) for each in found))
        by_view = zip([view.name for view in self.views], self._weights.offsets.tolist(), found, strict=False)
        return Reading(texts, matrix, tuple(by_view))

    @property
    def width(self) -> int:
        """How many features there are."""
        return sum(len(self.vectorizers[view.name].vocabulary_) for view in self.views)

    def block(self, name: str) -> slice:
        """Find the columns of a view; none when the space has no such view."""
        offset = 0
        for view in self.views:
            width = len(self.vectorizers[view.name].vocabulary_)
            if view.name == name:
                return slice(offset, offset + width)
            offset += width
        return slice(offset, offset)


def _known(vectorizer: TfidfVectorizer) -> Lookup:
    return Lookup(vectorizer, vectorizer.vocabulary_)


def _learn(view: View, texts: Sequence[Prepared], others: Sequence[Prepared], min_documents: int) -> Learnt:
    # The lexicon's groups are known before, and there may be texts in which none of them occurs.
    groups = dict(zip(default_lexicon().groups, count(), strict=False)) if view.name == "lexicon" else None
    lookup = Lookup(view.without_features(), groups)
    cut, cut_others = (
        ([tokens_of(view.name, text) for text in batch] for batch in _batches(some)) for some in (texts, others)
    )
    learnt = learn(lookup, cut, cut_others, least=min_documents, least_with_others=OTHERS_NEEDED)
    if not learnt.features:
        message = f"the texts have no {view.name} in common: add texts of the kind that is to be recognised"
        raise TrainingFailed(message)
    return learnt


def _batches(texts: Sequence[Prepared]) -> Iterator[Sequence[Prepared]]:
    return (texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE))
