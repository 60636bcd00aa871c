"""Active learning: which texts to ask people about, half of them probable, half at random.

The random half is an unbiased sample, fit for measuring a model. The other half are the texts that score highest for
one of the labels: that is where positives are, which are rare, and where a threshold is decided. On real posts they
teach more than the texts nearest to the threshold do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

COPY: Final = 0.9  # cosine of the features from which on a text is a copy, whose answer is known

NONE_LEFT: Final = -1


@dataclass(frozen=True, slots=True)
class Selection:
    """The indices of the selected texts, by how they were selected."""

    probable: tuple[int, ...]
    random: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        """All of them."""
        return self.probable + self.random


def select(
    scores: NDArray[np.float64],
    features: sp.csr_matrix,
    excluded: Sequence[int],
    count: int,
    *,
    seed: int,
    chosen: Sequence[int] = (),
    turns: Sequence[int] | None = None,
) -> Selection:
    """Select texts to ask about.

    Args:
        scores: Of each text for each label, shape (texts, labels); compared within a label only.
        features: By which copies are known, shape (texts, features).
        excluded: Texts that were asked about before.
        count: How many to select; fewer where fewer are left.
        seed: Seed of the random half.
        chosen: Texts that are here for their scores, and so are not drawn at random.
        turns: The columns of labels, in the order in which each takes its next highest text; None: all in turn.

    """
    left = np.setdiff1d(np.arange(len(scores)), np.asarray(excluded, dtype=np.intp))
    # The random half is taken first and from all texts alike; else it would not be a sample of all.
    alike = np.setdiff1d(left, np.asarray(chosen, dtype=np.intp))
    random = np.random.default_rng(seed).permutation(alike)[: count - count // 2]
    left = np.setdiff1d(left, random)
    probable = _highest(
        scores,
        _unit_rows(features),
        left,
        [*excluded, *random.tolist()],
        count=count // 2,
        turns=range(scores.shape[1]) if turns is None else turns,
    )
    return Selection(tuple(probable), tuple(int(number) for number in random))


def _highest(
    scores: NDArray[np.float64],
    rows: sp.csr_matrix,
    candidates: NDArray[np.intp],
    known: Sequence[int],
    *,
    count: int,
    turns: Sequence[int],
) -> list[int]:
    """Take the label's highest text at each of its turns, without copies of those that are known or taken."""
    copied = _copies(rows, known)
    queues = [iter(candidates[np.argsort(-of_label[candidates], kind="stable")]) for of_label in scores.T]
    taken: list[int] = []
    for queue in cycle([queues[column] for column in turns]):
        if len(taken) == count:
            break
        number = next((int(one) for one in queue if not copied[one]), NONE_LEFT)
        if number == NONE_LEFT:
            break
        taken.append(number)
        copied |= _copies(rows, [number])
        copied[number] = True
    return taken


def _copies(rows: sp.csr_matrix, of: Sequence[int]) -> NDArray[np.bool_]:
    """Find the texts that are copies of some of them, shape (texts,)."""
    if not of:
        return np.zeros(rows.shape[0], dtype=bool)
    closest = (rows @ rows[np.asarray(of, dtype=np.intp)].T).max(axis=1)
    return np.asarray(closest.toarray().ravel() >= COPY)


def _unit_rows(features: sp.csr_matrix) -> sp.csr_matrix:
    """Scale rows to length one; empty ones stay."""
    length = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    return sp.csr_matrix(sp.diags(1 / np.where(length > 0, length, 1.0)) @ features)
