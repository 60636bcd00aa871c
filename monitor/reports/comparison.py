"""Compares a count with earlier ones and says whether it rose: with small counts chance alone moves them.

Counts of confirmed flags are taken as Poisson. Two counts k and s from periods in the ratio 1 : n differ when k of the
k + s would be unlikely (two-sided, 5 %) for a binomial share of 1 / (1 + n): the conditional test of Przyborowski and
Wilenski (1940), https://doi.org/10.1093/biomet/31.3-4.313.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LEVEL: Final = 0.95
PERIODS_IN_MEAN: Final = 4


class Trend(StrEnum):
    """What can be said of a count beside an earlier one."""

    UP = "up"
    DOWN = "down"
    SAME = "same"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Count:
    """A count of confirmed flags, and how many more it may become.

    Args:
        confirmed: What people confirmed.
        pending: What waits for a decision or is in doubt; it is never counted as confirmed.

    """

    confirmed: int
    pending: int = 0

    @property
    def most(self) -> int:
        """What it is if all that waits is confirmed."""
        return self.confirmed + self.pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A count beside earlier ones.

    Args:
        now: The count.
        low: Lower end of the 95 % interval of its expectation.
        high: Upper end.
        previous: The count of the period before; None where nothing was read then.
        mean: The mean of the four periods before; None where there are not four with posts.
        trend: Against the period before.
        trend_of_mean: Against the mean.

    """

    now: Count
    low: float
    high: float
    previous: Count | None
    mean: float | None
    trend: Trend
    trend_of_mean: Trend


def compare(now: Count, earlier: Sequence[Count | None], *, complete: bool) -> Comparison:
    """Compare a count with those of the periods before.

    Args:
        now: The count of the period.
        earlier: Those of the four periods before, the nearest first; None where nothing was read.
        complete: Whether the period is over; an unfinished one cannot be compared.

    """
    low, high = poisson_interval(now.confirmed)
    previous = earlier[0] if earlier else None
    known = [count for count in earlier[:PERIODS_IN_MEAN] if count is not None]
    four = known if len(known) == PERIODS_IN_MEAN else []
    return Comparison(
        now=now,
        low=low,
        high=high,
        previous=previous,
        mean=sum(count.confirmed for count in four) / PERIODS_IN_MEAN if four else None,
        trend=trend_of(now, [previous]) if complete and previous is not None else Trend.UNKNOWN,
        trend_of_mean=trend_of(now, four) if complete and four else Trend.UNKNOWN,
    )


def trend_of(now: Count, earlier: Sequence[Count]) -> Trend:
    """Say whether a count rose against the mean of earlier ones, whatever becomes of those that wait.

    Returns:
        `up` or `down` where that is beyond chance even if all that waits speaks against it; `same` where both are equal
        and nothing waits; else `unclear`.

    """
    confirmed, most = sum(count.confirmed for count in earlier), sum(count.most for count in earlier)
    periods = len(earlier)
    if now.confirmed * periods > most and _differs(now.confirmed, most, periods):
        return Trend.UP
    if now.most * periods < confirmed and _differs(now.most, confirmed, periods):
        return Trend.DOWN
    nothing_waits = now.most == now.confirmed and most == confirmed
    return Trend.SAME if nothing_waits and now.confirmed * periods == confirmed else Trend.UNCLEAR


def _differs(now: int, earlier: int, periods: int) -> bool:
    return two_sided(now, now + earlier, 1 / (1 + periods)) < 1 - LEVEL


def two_sided(successes: int, trials: int, share: float) -> float:
    """Return the chance of a binomial count that is no likelier: the exact test, without `scipy.stats`.

    That module takes longer to import than a report of a thousand posts takes to be drawn.
    """
    import numpy as np  # noqa: PLC0415  listing commands needs neither
    from scipy.special import gammaln  # noqa: PLC0415  the same

    counts = np.arange(trials + 1)
    ways = gammaln(trials + 1) - gammaln(counts + 1) - gammaln(trials - counts + 1)
    chances = np.exp(ways + counts * np.log(share) + (trials - counts) * np.log1p(-share))
    return float(chances[chances <= chances[successes] * (1 + 1e-7)].sum())


def poisson_interval(count: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a Poisson expectation (Garwood 1936, https://doi.org/10.1093/biomet/28.3-4.437)."""
    from scipy.special import gammaincinv  # noqa: PLC0415  scipy takes long to import

    tail = (1 - LEVEL) / 2
    low = float(gammaincinv(count, tail)) if count else 0.0
    return low, float(gammaincinv(count + 1, 1 - tail))
