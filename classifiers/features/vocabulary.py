"""Finding the features that texts share: every token is read once, for how many texts it is in and for where it stands.

A vectoriser of scikit-learn would do the same, but cuts every line anew, and twice: to learn, and to count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.features.tfidf import UNKNOWN, Columns, Lookup, Occurrences

Places = NDArray[np.int32]
Batch = Sequence[Sequence[str]]  # texts that are cut into tokens


@dataclass(frozen=True, slots=True)
class Learnt:
    """The features of one view.

    Args:
        features: Those that are kept, in the order of their columns: the most frequent first, so that what is read
            most lies side by side in memory.
        idf: Their smoothed inverse document frequencies, as scikit-learn computes them, shape (features,).
        occurrences: For each batch of texts, the text and the column of every occurrence of a feature.

    """

    features: Sequence[str]
    idf: NDArray[np.float64]
    occurrences: Sequence[tuple[Places, Places]]


def learn(
    lookup: Lookup, texts: Iterable[Batch], others: Iterable[Batch], *, least: int, least_with_others: int
) -> Learnt:
    """Find the features of one view.

    Args:
        lookup: Of a vocabulary that is known, of which all is kept, or of a growing one.
        texts: The texts whose frequencies count.
        others: More texts in which features are found.
        least: Of so many texts a feature has to be.
        least_with_others: Or of so many, if the others count.

    """
    found: list[tuple[Places, Places]] = []
    documents = 0
    frequencies = np.zeros(0, np.int64)
    for batch in texts:
        here = lookup.occurrences(batch)
        frequencies = _added(frequencies, _frequencies(here))
        found.append((here.rows.astype(np.int32), here.columns.astype(np.int32)))  # of many texts they fill a memory
        documents += len(batch)
    wide = frequencies
    for batch in others:
        wide = _added(wide, _frequencies(lookup.occurrences(batch)))
    known = list(lookup.vocabulary)
    frequencies, wide = (_added(np.zeros(len(known), np.int64), each) for each in (frequencies, wide))
    kept = np.arange(len(known))
    if lookup.grows:
        kept = np.flatnonzero((frequencies >= least) | (wide >= least_with_others))
        kept = kept[np.argsort(-frequencies[kept], kind="stable")]
    column_of = np.full(len(known), UNKNOWN)
    column_of[kept] = np.arange(len(kept))
    idf = np.log((1 + documents) / (1 + frequencies[kept])) + 1
    return Learnt([known[column] for column in kept], idf, [_renumbered(*each, column_of) for each in found])


def _frequencies(found: Occurrences) -> Columns:
    """Count in how many texts each column occurs."""
    if not len(found.columns):
        return np.zeros(0, np.int64)
    width = int(found.columns.max()) + 1
    keys = found.rows * width + found.columns
    keys.sort()  # np.unique would hash them, which takes ten times longer
    return np.bincount(keys[np.diff(keys, prepend=-1) > 0] % width)


def _added(one: Columns, other: Columns) -> Columns:
    """Add two counts, of which the shorter one knows nothing of the later columns."""
    total = np.zeros(max(len(one), len(other)), np.int64)
    total[: len(one)] += one
    total[: len(other)] += other
    return total


def _renumbered(rows: Places, columns: Places, column_of: Columns) -> tuple[Places, Places]:
    new = column_of[columns].astype(np.int32)
    known = new != UNKNOWN
    return rows[known], new[known]
