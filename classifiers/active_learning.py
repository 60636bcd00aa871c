"""Active learning: which texts to ask people about, half of them uncertain and diverse, half at random.

Uncertain texts alone are a biased sample, unfit for measuring a model. The random half is an unbiased one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

POOL_FACTOR: Final = 4  # diverse texts are chosen from this many times as many of the most uncertain ones


@dataclass(frozen=True, slots=True)
class Selection:
    """The indices of the selected texts, by how they were selected."""

    uncertain: tuple[int, ...]
    random: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        """All of them."""
        return self.uncertain + self.random


def select(
    margins: NDArray[np.float64], embeddings: NDArray[np.float64], excluded: Sequence[int], count: int, *, seed: int
) -> Selection:
    """Select texts to ask about.

    Args:
        margins: The distance of each text's log-odds from the threshold, shape (texts,); small is uncertain.
        embeddings: Rows of length one, shape (texts, dimensions).
        excluded: Texts that were asked about before.
        count: How many to select; fewer where fewer are left.
        seed: Seed of the random half.

    """
    left = np.setdiff1d(np.arange(len(margins)), np.asarray(excluded, dtype=np.intp))
    # The random half is taken first and from all texts alike; else it would not be a sample of all.
    random = np.random.default_rng(seed).permutation(left)[: count - count // 2]
    left = np.setdiff1d(left, random)
    pool = left[np.argsort(margins[left], kind="stable")][: POOL_FACTOR * (count // 2)]
    uncertain = _farthest_first(pool, embeddings, [*excluded, *random.tolist()], count // 2)
    return Selection(tuple(uncertain), tuple(int(number) for number in random))


def _farthest_first(
    candidates: NDArray[np.intp], embeddings: NDArray[np.float64], known: Sequence[int], count: int
) -> list[int]:
    """Farthest-first traversal (Gonzalez, 1985): repeatedly take the candidate with the greatest cosine distance.

    The distance of a candidate is that to the nearest text that is known or already chosen.
    """
    if not len(candidates) or not count:
        return []
    rows = embeddings[candidates]
    distance = np.full(len(candidates), 2.0)  # cosine distance, at most 2
    if known:
        distance = 1.0 - (rows @ embeddings[np.asarray(known, dtype=np.intp)].T).max(axis=1, initial=-1.0)
    chosen: list[int] = []
    for _ in range(min(count, len(candidates))):
        farthest = int(np.argmax(distance))
        chosen.append(int(candidates[farthest]))
        distance = np.minimum(distance, 1.0 - rows @ rows[farthest])
        distance[farthest] = -np.inf
    return chosen
