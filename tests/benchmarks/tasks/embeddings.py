"""What unlabelled texts teach: features that stand in like texts get like vectors.

Few labels say something about few words. Posts that nobody labelled say which other words are used alike, so a weight
learnt for one word carries to its neighbours, misspellings and rarer forms included. Three steps, all linear, so that
what is learnt on the vectors folds back into one weight a feature:

1. syllables: positive pointwise mutual information within a window (Levy & Goldberg, 2014; context counts smoothed by
   the power 0.75), then a truncated singular value decomposition;
2. texts: the TF-IDF mean of their syllables' vectors, centred, of length one;
3. every feature (words, letters, ...): the mean of the texts in which it stands, shrunk to zero when it is rare.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils.extmath import randomized_svd

from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import PreparedText, syllables

DIMENSIONS: Final = 100
AT_ONCE: Final = 25  # dimensions that are carried to all features together: of several hundred they fill a memory
SIDE_BY_SIDE: Final = 2  # of them
WINDOW: Final = 20
LEAST_COUNT: Final = 5
MOST_SYLLABLES: Final = 20_000
SMOOTHING: Final = 0.75
SHRINKAGE: Final = 1.0  # in summed TF-IDF: about one text in which the feature is the only one
_SYLLABLES: Final = "syllables"

Vectors = NDArray[np.float32]
_Numbers = TypeVar("_Numbers", bound=NDArray[np.floating])


def syllables_of(texts: Sequence[PreparedText]) -> list[list[str]]:
    """Cut texts into the syllables that `text_vectors` reads; the texts themselves need not be kept for it."""
    return [[syllable for word in text.words for syllable in syllables(word.text)] for text in texts]


def turned(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Turn features of texts, shape (texts, features), into what `Surroundings` holds: shape (features, texts)."""
    return sp.csr_matrix(matrix.astype(np.float32, copy=False).T)


def text_vectors(
    space: FeatureSpace,
    lines: Sequence[Sequence[str]],
    parts: Sequence[sp.csr_matrix],
    *,
    seed: int,
    dimensions: int = DIMENSIONS,
) -> Vectors:
    """Give each text a vector, of length one.

    Args:
        space: The fitted vectorisers.
        lines: The texts to learn from, labelled or not, as `syllables_of` cuts them.
        parts: Their features, some texts after others, each `turned`.
        seed: Decides the decomposition's first guess.
        dimensions: How long a vector may be.

    Returns:
        Shape (texts, at most `dimensions`); no columns where the texts have too little in common.

    """
    counts = Counter(token for line in lines for token in line)
    known = [token for token, count in counts.most_common(MOST_SYLLABLES) if count >= LEAST_COUNT]
    columns = _columns(space, known)
    known = [token for token in known if token in columns]
    size = min(dimensions, len(known) - 1)
    if size < 1:
        return np.zeros((len(lines), 0), dtype=np.float32)
    syllables = _decompose(_information(lines, known), size, seed).astype(np.float32)
    places = [columns[token] for token in known]
    vectors = np.vstack([np.asarray(part[places].T.tocsr() @ syllables) for part in parts])
    vectors -= vectors.mean(axis=0)
    return np.asarray(_of_length_one(vectors), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The vectors of all features, which are means of text vectors and are never held all at once.

    Args:
        parts: The features of the texts that were learnt from, some texts after others, each `turned`: all of them in
            one matrix would lie in memory twice while it is made.
        vectors: The vectors of those texts, shape (texts, dimensions).

    """

    parts: Sequence[sp.csr_matrix]
    vectors: Vectors

    @property
    def shares(self) -> Vectors:
        """How much of a text's vector goes to a feature of weight one in it, shape (features,)."""
        weights = sum(np.asarray(part.sum(axis=1)).ravel().astype(np.float32) for part in self.parts)
        return np.asarray(1 / (weights + np.float32(SHRINKAGE)))

    def slabs(self) -> Iterator[Callable[[], Vectors]]:
        """Give the vectors of all features, some dimensions at a time: each shape (features, at most AT_ONCE)."""
        shares = self.shares[:, None]
        for start in range(0, self.vectors.shape[1], AT_ONCE):
            yield partial(self._slab, slice(start, start + AT_ONCE), shares)

    def transform(self, matrix: sp.csr_matrix) -> NDArray[np.float64]:
        """Add up the vectors of the features of texts, shape (texts, dimensions)."""
        with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
            parts = list(threads.map(lambda slab: np.asarray(matrix @ slab(), dtype=np.float64), self.slabs()))
        return np.hstack([np.zeros((matrix.shape[0], 0)), *parts])

    def fold(self, coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn coefficients of the dimensions into weights of the features, shape (features,)."""
        return np.asarray(self._carried(self.vectors @ coefficients)) * self.shares

    def _slab(self, dimensions: slice, shares: Vectors) -> Vectors:
        found = np.asarray(self._carried(self.vectors[:, dimensions]))
        found *= shares
        return found

    def _carried(self, numbers: NDArray[np.floating]) -> NDArray[np.floating]:
        """Carry numbers of the texts, shape (texts, ...), to the features that stand in them: (features, ...)."""
        ends = np.cumsum([part.shape[1] for part in self.parts])
        first, *others = zip(self.parts, np.split(numbers, ends[:-1]), strict=True)
        found = np.asarray(first[0] @ first[1])
        for part, of_part in others:
            found += part @ of_part
        return found


def feature_vectors(space: FeatureSpace, texts: Sequence[PreparedText], matrix: sp.csr_matrix, *, seed: int) -> Vectors:
    """Give each feature a vector.

    Args:
        space: The fitted vectorisers.
        texts: The texts to learn from, labelled or not.
        matrix: Their features, shape (texts, features).
        seed: Decides the decomposition's first guess.

    Returns:
        Shape (features, at most DIMENSIONS); no columns where the texts have too little in common.

    """
    parts = [turned(matrix)]
    around = Surroundings(parts, text_vectors(space, syllables_of(texts), parts, seed=seed))
    return np.hstack([np.zeros((matrix.shape[1], 0), dtype=np.float32), *(slab() for slab in around.slabs())])


def positions(space: FeatureSpace, texts: Sequence[PreparedText], *, seed: int) -> NDArray[np.float64]:
    """Say where texts lie among each other: rows of length one, shape (texts, at most DIMENSIONS)."""
    matrix = space.transform(texts)
    places = np.asarray(matrix @ feature_vectors(space, texts, matrix, seed=seed), dtype=np.float64)
    return _of_length_one(places - places.mean(axis=0)) if len(texts) else places


def _columns(space: FeatureSpace, tokens: Sequence[str]) -> dict[str, int]:
    """Find the columns of the matrix that stand for single syllables."""
    vocabulary = space.vocabulary(_SYLLABLES)
    offset = space.block(_SYLLABLES).start
    return {token: offset + vocabulary[token] for token in tokens if token in vocabulary}


def _information(lines: Sequence[Sequence[str]], known: Sequence[str]) -> sp.csr_matrix:
    """Count which syllables stand near each other and keep what is more than chance."""
    number = {token: place for place, token in enumerate(known)}
    # Millions of syllables: four bytes each, for every list of them is held several times.
    ids = np.fromiter((number.get(token, -1) for line in lines for token in line), np.int32)
    text = np.repeat(np.arange(len(lines), dtype=np.int32), [len(line) for line in lines])
    size = len(known)
    near = sp.csr_matrix((size, size)).astype(np.float32)
    for distance in range(1, WINDOW + 1):
        first, second = ids[:-distance], ids[distance:]
        both = (text[:-distance] == text[distance:]) & (first >= 0) & (second >= 0)
        weights = np.full(np.count_nonzero(both), 1 / distance, np.float32)
        near = near + sp.coo_matrix((weights, (first[both], second[both])), shape=(size, size)).tocsr()
    found = sp.coo_matrix(near + near.T)
    if not found.nnz:
        return sp.csr_matrix((size, size))
    rows = np.bincount(found.row, weights=found.data, minlength=size)
    contexts = np.bincount(found.col, weights=found.data, minlength=size) ** SMOOTHING
    gain = np.log(found.data * contexts.sum() / (rows[found.row] * contexts[found.col]))
    kept = gain > 0
    return sp.csr_matrix((gain[kept], (found.row[kept], found.col[kept])), shape=(size, size))


def _decompose(information: sp.csr_matrix, size: int, seed: int) -> NDArray[np.float64]:
    left, strengths, _ = randomized_svd(information, size, n_iter=4, random_state=seed)
    return _of_length_one(left * np.sqrt(strengths))


def _of_length_one(vectors: _Numbers) -> _Numbers:
    """Scale rows where they stand: those of many texts would fill the memory twice."""
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors
