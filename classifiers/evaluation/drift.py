"""How far one set of scores has moved from another: population stability index and Jensen-Shannon distance."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

TENTHS: Final = 10
NOTABLE: Final = 0.25
RARE: Final = 0.001
ADDED: Final = 0.5  # to each bin, so that an empty one is rare and not impossible


@dataclass(frozen=True, slots=True)
class Shift:
    """Both measures of one change.

    Args:
        stability_index: PSI: under 0.1 small, over 0.25 a change that asks for a look (Siddiqi, 2006).
        distance: Jensen-Shannon distance with logarithms to base 2, 0 (same) to 1 (nothing in common).
        by_chance: The PSI that so few scores reach once in a thousand times though nothing has changed: it follows a
            chi-square distribution, times the sum of one through each number of scores (Yurdakul, 2018).

    """

    stability_index: float
    distance: float
    by_chance: float

    @property
    def is_notable(self) -> bool:
        """Whether it is a change that asks for a look, and no chance."""
        return self.stability_index > max(NOTABLE, self.by_chance)


def shift(before: NDArray[np.float64], now: NDArray[np.float64]) -> Shift:
    """Compare two sets of probabilities in bins that hold a tenth of the earlier ones each.

    Args:
        before: Earlier probabilities, at least one.
        now: Newer ones, at least one.

    """
    inner = np.unique(np.quantile(before, np.arange(1, TENTHS) / TENTHS))
    old, new = (_shares(np.searchsorted(inner, values, side="right"), len(inner) + 1) for values in (before, now))
    index = float(((new - old) * np.log(new / old)).sum())
    middle = (old + new) / 2
    divergence = float((old * np.log2(old / middle)).sum() + (new * np.log2(new / middle)).sum()) / 2
    by_chance = float(chi2.ppf(1 - RARE, len(inner))) * (1 / len(before) + 1 / len(now))
    return Shift(index, float(np.sqrt(max(divergence, 0.0))), by_chance)


def _shares(bins: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    counts = np.bincount(bins, minlength=count) + ADDED
    return np.asarray(counts / counts.sum())
