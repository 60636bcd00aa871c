"""Which texts a model may see when it judges others: never an equal one, of real posts nothing of the same story."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import StratifiedKFold

from classifiers.copies import signature
from classifiers.text.letters import split_syllables, strip_diacritics

FOLDS = 5
LEAST_SHARED: Final = 5  # of 20 keys: about a quarter of the runs of four syllables
Fold = tuple[NDArray[np.intp], NDArray[np.intp]]  # the rows that are seen, and the rows that are judged


def groups_of(texts: Sequence[str]) -> NDArray[np.intp]:
    """Number texts, shape (texts,), so that equal ones have one number: the first place where it stands."""
    first: dict[str, int] = {}
    return np.array([first.setdefault(text, place) for place, text in enumerate(texts)], dtype=np.intp)


def random_folds(answers: NDArray[np.generic], groups: NDArray[np.intp], seed: int, folds: int = FOLDS) -> list[Fold]:
    """Split by chance, with the same share of each answer everywhere; each row is judged once.

    Args:
        answers: Shape (texts,).
        groups: Equal for equal texts, which never stand on both sides; from `groups_of`, or some of these.
        seed: Decides the split.
        folds: How many parts there are, each of which is judged once.

    """
    distinct, first = np.unique(groups, return_index=True)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return [
        (np.flatnonzero(np.isin(groups, distinct[seen])), np.flatnonzero(np.isin(groups, distinct[judged])))
        for seen, judged in splitter.split(distinct, answers[first])
    ]


def stories_of(texts: Sequence[str], keys: Sequence[Sequence[Hashable]]) -> NDArray[np.intp]:
    """Number texts, shape (texts,), so that those of one story have one number.

    Of one story are equal and near-equal texts and those that share a key, also through others.

    Args:
        texts: Normalised.
        keys: What else makes texts one story, such as the article that they answer; what is empty ties nothing.

    """
    holders: defaultdict[Hashable, list[int]] = defaultdict(list)
    tied: list[tuple[int, int]] = []
    for row, (text, own) in enumerate(zip(texts, keys, strict=True)):
        bands = signature([strip_diacritics(syllable) for syllable in split_syllables(text)])
        shared = Counter(other for band in bands for other in holders[band])
        tied += [(row, other) for other, count in shared.items() if count >= LEAST_SHARED]
        names = [("text", text), *((place, key) for place, key in enumerate(own) if key)]
        tied += [(row, holders[name][0]) for name in names if holders[name]]
        for one in (*names, *bands):
            holders[one].append(row)
    first, second = np.array(tied, dtype=np.intp).reshape(-1, 2).T
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(len(texts), len(texts)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)
