"""Which texts a model may see when it judges others: never an equal one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

FOLDS = 5
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
