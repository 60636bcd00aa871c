"""ScoreDrift of scores: population stability index (PSI) and Jensen-Shannon distance."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

BINS: Final = 10
NOTABLE_PSI: Final = 0.25
SIGNIFICANCE: Final = 0.001
PSEUDOCOUNT: Final = 0.5  # added to each bin, so that an empty one is rare and not impossible


@dataclass(frozen=True, slots=True)
class ScoreDrift:
    """How far one set of scores has moved from another.

    Args:
        psi: Population stability index: under 0.1 small, over 0.25 a change that asks for a look (Siddiqi, 2006).
        js_distance: Jensen-Shannon distance with logarithms to base 2, 0 (same) to 1 (nothing in common).
        critical_psi: The PSI that so few scores exceed once in a thousand times though nothing has changed: PSI follows
            a chi-square distribution, times the sum of one over each number of scores (Yurdakul, 2018).

    """

    psi: float
    js_distance: float
    critical_psi: float

    @property
    def is_notable(self) -> bool:
        """Whether it asks for a look and is no chance."""
        return self.psi > max(NOTABLE_PSI, self.critical_psi)


def measure_drift(before: NDArray[np.float64], now: NDArray[np.float64]) -> ScoreDrift:
    """Compare two sets of probabilities in bins that hold a tenth of the earlier ones each.

    Args:
        before: Earlier probabilities, at least one.
        now: Newer ones, at least one.

    """
    from scipy.stats import chi2

    inner = np.unique(np.quantile(before, np.arange(1, BINS) / BINS))
    old, new = (_shares(np.searchsorted(inner, values, side="right"), len(inner) + 1) for values in (before, now))
    psi = float(((new - old) * np.log(new / old)).sum())
    middle = (old + new) / 2
    divergence = float((old * np.log2(old / middle)).sum() + (new * np.log2(new / middle)).sum()) / 2
    critical_psi = float(chi2.ppf(1 - SIGNIFICANCE, len(inner))) * (1 / len(before) + 1 / len(now))
    return ScoreDrift(psi, float(np.sqrt(max(divergence, 0.0))), critical_psi)


def _shares(bins: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    counts = np.bincount(bins, minlength=count) + PSEUDOCOUNT
    return np.asarray(counts / counts.sum())
