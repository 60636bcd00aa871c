"""Cross-validation splits and sample weights where time matters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import Example
from classifiers.training.splits import FOLDS, Fold, groups_of, random_folds


def times_of(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Give the time of each text in seconds, shape (texts,); one without a time counts as the oldest."""
    return np.array([e.context.time.timestamp() if e.context.time else -np.inf for e in examples])


def recency_weights(times: NDArray[np.float64], recency: float) -> NDArray[np.float64]:
    """Give sample weights by rank of time: from 1 - recency for the oldest to 1 + recency for the newest."""
    ranks = np.argsort(np.argsort(times, kind="stable"), kind="stable")
    return np.asarray(1 + recency * (2 * ranks / max(len(ranks) - 1, 1) - 1))


def forward_folds(times: NDArray[np.float64], groups: NDArray[np.intp]) -> list[Fold]:
    """Split by time: each fifth but the oldest is scored by models of what came before it, without equal texts.

    Args:
        times: Any numbers that grow with time, shape (texts,).
        groups: Equal for equal texts.

    """
    fifths = np.array_split(np.argsort(times, kind="stable"), FOLDS)
    folds = []
    for number in range(1, FOLDS):
        older, held_out = np.concatenate(fifths[:number]), fifths[number]
        folds.append((older[~np.isin(groups[older], groups[held_out])], held_out))
    return folds


def task_folds(
    classes: NDArray[np.intp], texts: Sequence[str], times: NDArray[np.float64], *, forward: bool, seed: int
) -> list[Fold]:
    """Split forward in time where that is asked for and most texts have a time, else at random."""
    groups = groups_of(texts)
    if forward and 2 * np.isfinite(times).sum() > len(times):
        return forward_folds(times, groups)
    return random_folds(classes, groups, seed)
