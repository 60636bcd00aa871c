"""Whether a count is out of its usual range: Poisson bounds around the same weekday and hours of the last four weeks.

The bound is widened by how much more the counts vary than a Poisson distribution says (quasi-Poisson dispersion,
Wedderburn 1974, https://doi.org/10.1093/biomet/61.3.439), as a negative binomial distribution of that variance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean, median, variance
from typing import Final

FEWEST: Final = 5  # posts that make an alert
WEEKS: Final = 4
DAYS: Final = 7 * WEEKS
LIMIT: Final = 1e-6  # chance of such a count in the usual range; some 10,000 counts are looked at a day
_WITHOUT_LARGEST: Final = 0.786  # mean of the six smallest of seven chi-squared values (three degrees), over their mean
_PLAIN: Final = 1.01  # up to which dispersion a Poisson distribution is taken as it is


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which posts are counted.

    Args:
        length: How long it is.
        ago: How long ago it ended; posts that are read late are found in an older window.

    """

    length: timedelta
    ago: timedelta = timedelta()


HOUR, HOUR_BEFORE, DAY = (
    Window(timedelta(hours=1)),
    Window(timedelta(hours=1), timedelta(hours=1)),
    Window(timedelta(days=1)),
)
WINDOWS: Final = (HOUR, HOUR_BEFORE, DAY)
LEAST_USUAL: Final = {HOUR: 1, HOUR_BEFORE: 1, DAY: 5}
"""The least mean of posts in a window that is taken for usual: nothing is known of what is new."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A count out of its usual range: in how many hours so many posts, where so many are usual."""

    hours: int
    posts: int
    usual: float


def find_burst(counts: Mapping[Window, tuple[int, Mapping[int, int]]]) -> Burst | None:
    """Return the first window whose count is out of its usual range.

    Args:
        counts: Of each window its count, and those of the same window so many days earlier, as far as they are known.

    """
    for window, (count, earlier) in counts.items():
        if count < FEWEST:
            continue
        same = [earlier[days] for days in range(7, DAYS + 1, 7) if days in earlier]
        spread = dispersion(earlier)
        usual = max(_upper_mean(same, spread), LEAST_USUAL[window])
        if chance(count, usual, spread) < LIMIT:
            return Burst(round(window.length / HOUR.length), count, median(same) if same else 0.0)
    return None


def _upper_mean(same: Sequence[int], spread: float) -> float:
    """Return the median of the same weekdays, one standard error higher: four weeks tell the mean only roughly."""
    if not same:
        return 0.0
    middle = float(median(same))
    return float(middle + (spread * middle / len(same)) ** 0.5)


def dispersion(earlier: Mapping[int, int]) -> float:
    """Return how many times more than a Poisson distribution the counts of the same weekday vary, at least 1.

    The mean over the weekdays but the most restless one, so that a burst of before does not widen the bounds of today.
    """
    ratios = []
    for weekday in range(7):
        counts = [earlier[days] for days in range(weekday or 7, DAYS + 1, 7) if days in earlier]
        if len(counts) == WEEKS and (mean := fmean(counts)) >= 1:
            ratios.append(variance(counts) / mean)
    kept = sorted(ratios)[:-1]
    return max(1.0, fmean(kept) / _WITHOUT_LARGEST) if kept else 1.0


def chance(count: int, mean: float, spread: float) -> float:
    """Return the chance of at least so many posts where `mean` are usual and their variance is `spread` times that."""
    from scipy.stats import nbinom, poisson  # noqa: PLC0415  takes a second, and no other job needs it

    if spread < _PLAIN:
        return float(poisson.sf(count - 1, mean))
    return float(nbinom.sf(count - 1, mean / (spread - 1), 1 / spread))
