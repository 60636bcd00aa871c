"""Which texts to ask people about: half where the model is unsure, spread out; half at random.

Only asking where a model is unsure teaches it hard cases alone and says nothing of how good it is; the random half
keeps both what is learnt and what is measured honest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SPREAD: Final = 4  # among this many times as many of the most doubtful texts the spread ones are looked for


@dataclass(frozen=True, slots=True)
class Drawn:
    """The numbers of texts that were drawn, by how."""

    uncertain: tuple[int, ...]
    random: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        """All of them."""
        return self.uncertain + self.random


def draw(
    doubt: NDArray[np.float64], positions: NDArray[np.float64], asked: Sequence[int], count: int, *, seed: int
) -> Drawn:
    """Choose texts to ask about.

    Args:
        doubt: How far each text's log-odds are from the border, shape (texts,); small is doubtful.
        positions: Where each text lies, rows of length one, shape (texts, dimensions).
        asked: Texts that were asked about before; none of them is drawn again.
        count: How many to draw, at most all that are left.
        seed: Decides the random half.

    """
    free = np.setdiff1d(np.arange(len(doubt)), np.asarray(asked, dtype=np.intp))
    # The random half comes first and from all texts alike, doubtful or not; else it would not be random.
    at_random = np.random.default_rng(seed).permutation(free)[: count - count // 2]
    left = np.setdiff1d(free, at_random)
    doubtful = left[np.argsort(doubt[left], kind="stable")][: SPREAD * (count // 2)]
    uncertain = _spread(doubtful, positions, [*asked, *at_random.tolist()], count // 2)
    return Drawn(tuple(uncertain), tuple(int(number) for number in at_random))


def _spread(
    candidates: NDArray[np.intp], positions: NDArray[np.float64], known: Sequence[int], count: int
) -> list[int]:
    """Take the candidate that is farthest from all known ones, again and again (Gonzalez, 1985)."""
    if not len(candidates) or not count:
        return []
    places = positions[candidates]
    distance = np.full(len(candidates), 2.0)
    if known:
        distance = 1.0 - (places @ positions[np.asarray(known, dtype=np.intp)].T).max(axis=1, initial=-1.0)
    chosen: list[int] = []
    for _ in range(min(count, len(candidates))):
        farthest = int(np.argmax(distance))
        chosen.append(int(candidates[farthest]))
        distance = np.minimum(distance, 1.0 - places @ places[farthest])
        distance[farthest] = -np.inf
    return chosen
