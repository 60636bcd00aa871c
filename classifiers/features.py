"""One shared feature matrix: words, syllables, syllables without marks, letters, and groups of the lexicon (TF-IDF).

The vectorisers are scikit-learn's own, fed with texts that were cut into tokens before, so that a saved model holds no
code of ours. Every feature of a text is traced back to the words it came from (`trace`), which is what reasons rest on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from classifiers.errors import TrainingFailed
from classifiers.text.aligned import Aligned
from classifiers.text.lexicon import default_lexicon
from classifiers.text.normalise import normalise, strip_diacritics
from classifiers.text.segment import Segmenter, Word
from classifiers.text.syllables import split_syllables


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text ready for its features: normalised and cut into words."""

    aligned: Aligned
    words: tuple[Word, ...]

    @property
    def segmented(self) -> str:
        """The words in one line, syllables of a word joined by `_`."""
        return " ".join(word.joined for word in self.words)


def prepare(text: str, segmenter: Segmenter) -> Prepared:
    """Normalise and segment one text."""
    aligned = normalise(text)
    return Prepared(aligned, tuple(segmenter.segment(aligned.text)))


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking at a text.

    Args:
        name: How the manifest and the vectorisers call it.
        ngrams: Least and greatest length of runs of tokens (or of letters).
        letters: Runs of letters inside a token instead of runs of tokens.
        scale: Weight of the whole block beside the others.

    """

    name: str
    ngrams: tuple[int, int]
    letters: bool
    scale: float


VIEWS: Final = (
    View("words", (1, 2), letters=False, scale=1.0),
    View("syllables", (1, 2), letters=False, scale=0.7),
    View("plain", (1, 2), letters=False, scale=0.5),
    View("letters", (2, 4), letters=True, scale=0.7),
    View("lexicon", (1, 1), letters=False, scale=1.0),
)


def tokens_of(view: str, prepared: Prepared) -> list[tuple[str, int]]:
    """Cut a prepared text into the tokens of a view, each with the index of the word it belongs to."""
    if view == "words":
        return [(word.joined, index) for index, word in enumerate(prepared.words)]
    syllables = [
        (syllable, index) for index, word in enumerate(prepared.words) for syllable in split_syllables(word.text)
    ]
    if view == "lexicon":
        found = default_lexicon().find([syllable for syllable, _ in syllables])
        return [(group, syllables[start][1]) for group, start, _ in found]
    if view == "plain":
        stripped = ((strip_diacritics(syllable), index) for syllable, index in syllables)
        return [(plain, index) for plain, index in stripped if plain]  # a mark without a letter leaves nothing
    return syllables


class FeatureSpace:
    """The fitted vectorisers of all views, side by side.

    Args:
        vectorizers: One fitted TfidfVectorizer a view, by the view's name.

    """

    def __init__(self, vectorizers: Mapping[str, TfidfVectorizer]) -> None:
        self.vectorizers = dict(vectorizers)
        self._analyzers: dict[str, Any] = {}

    @classmethod
    def fit(cls, texts: Sequence[Prepared], *, min_documents: int = 2) -> "FeatureSpace":
        """Learn vocabularies and document frequencies; features of fewer than `min_documents` texts are dropped.

        Raises:
            TrainingFailed: When the texts have too little in common.

        """
        vectorizers = {}
        for view in VIEWS:
            vectorizer = TfidfVectorizer(
                analyzer="char_wb" if view.letters else "word",
                token_pattern=None if view.letters else r"\S+",
                ngram_range=view.ngrams,
                min_df=min_documents,
                sublinear_tf=True,
                lowercase=False,
                # The lexicon's groups are known before, and there may be texts in which none of them occurs.
                vocabulary=default_lexicon().groups if view.name == "lexicon" else None,
            )
            try:
                vectorizers[view.name] = vectorizer.fit(_lines(view.name, texts))
            except ValueError as error:
                message = f"the texts have no {view.name} in common: add texts of the kind that is to be recognised"
                raise TrainingFailed(message) from error
        return cls(vectorizers)

    def transform(self, texts: Sequence[Prepared]) -> sp.csr_matrix:
        """Turn texts into a matrix of shape (texts, features)."""
        blocks = [self.vectorizers[view.name].transform(_lines(view.name, texts)) * view.scale for view in VIEWS]
        return sp.csr_matrix(sp.hstack(blocks, format="csr"))

    @property
    def width(self) -> int:
        """How many features there are."""
        return sum(len(self.vectorizers[view.name].vocabulary_) for view in VIEWS)

    def trace(self, prepared: Prepared) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield each occurrence of a known feature: its column and the indexes of the words that it came from."""
        offset = 0
        for view in VIEWS:
            vocabulary: dict[str, int] = self.vectorizers[view.name].vocabulary_
            for feature, words in self._occurrences(view, tokens_of(view.name, prepared)):
                column = vocabulary.get(feature)
                if column is not None:
                    yield offset + int(column), words
            offset += len(vocabulary)

    def _occurrences(self, view: View, tokens: Sequence[tuple[str, int]]) -> Iterable[tuple[str, tuple[int, ...]]]:
        if view.letters:
            analyse = self._analyzers.setdefault(view.name, self.vectorizers[view.name].build_analyzer())
            for token, word in tokens:
                for feature in analyse(token):
                    yield feature, (word,)
            return
        for length in range(view.ngrams[0], view.ngrams[1] + 1):
            for start in range(len(tokens) - length + 1):
                run = tokens[start : start + length]
                yield " ".join(token for token, _ in run), tuple(word for _, word in run)


def _lines(view: str, texts: Sequence[Prepared]) -> Iterator[str]:
    for text in texts:
        yield " ".join(token for token, _ in tokens_of(view, text))
