"""Bursts in a simulated month of posts, as times alone, are found in time, and little else is told of.

200,000 posts in 30 days after four weeks of history, by a daily and weekly rhythm and days that are fuller or emptier
than others (log-normal). A part of the posts are copies: ordinary clusters of 2 to some hundred posts, which fade
over days. Six in a hundred posts are flagged. Twelve bursts are put in: nine of one claim that is forwarded (a
cluster of 15 to 300 posts), three of many different posts under one label.
"""

from typing import Final, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.outbox.bursts import DAYS, FEWEST, WINDOWS, find_burst

HISTORY: Final = 28 * 24.0  # hours
MONTH: Final = 30 * 24.0
POSTS: Final = 200_000
LABELS: Final = {"unverified": 0.018, "negative": 0.026, "concern": 0.016}
COPIES: Final = 0.12  # share of posts that are copies in ordinary clusters
STEP: Final = 1 / 6  # hours between two looks
QUIET: Final = {"cluster": 7 * 24.0, "label": 48.0}  # hours in which the same is not told again
CLUSTER_BURSTS, LABEL_BURSTS = 9, 3
WITHIN: Final = 1.0  # hour after the tenth post
MOST_FALSE: Final = 2  # a month
Times = NDArray[np.float64]


class Planted(NamedTuple):
    """A burst that was put in: under which subject, when its tenth post came, and when it ended."""

    subject: str
    tenth: float
    last: float


# Nothing was chosen by these months: the limits were tried on seeds 1 to 8.
@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(301, marks=pytest.mark.gate),
        pytest.param(302, marks=pytest.mark.long),
        pytest.param(303, marks=pytest.mark.long),
    ],
)
def test_bursts_are_found_within_an_hour_of_their_tenth_post(seed: int) -> None:
    subjects, planted = simulate(seed)
    told = watch(subjects)
    expected: set[tuple[float, str]] = set()
    for burst in planted:
        # What the day's window still tells a day after the last post is no false alert.
        own = {one for one in told if one[1] == burst.subject and burst.tenth - 24 <= one[0] <= burst.last + 24}
        assert any(at <= burst.tenth + WITHIN for at, _ in own)
        expected |= own
    assert len(planted) == CLUSTER_BURSTS + LABEL_BURSTS
    assert len(told - expected) <= MOST_FALSE


def simulate(seed: int) -> tuple[dict[str, Times], list[Planted]]:
    """Draw a month with its history: times in hours by subject (`cluster:7`, `label:concern`), and the bursts."""
    rng = np.random.default_rng(seed)
    total = rng.poisson(POSTS * (HISTORY + MONTH) / MONTH)
    posts = _rhythm(rng, total)
    subjects = {f"label:{name}": np.sort(posts[rng.random(total) < share]) for name, share in LABELS.items()}
    subjects |= _ordinary_clusters(rng, int(total * COPIES))
    planted: list[Planted] = []
    for number in range(CLUSTER_BURSTS + LABEL_BURSTS):
        start = HISTORY + rng.uniform(12, MONTH - 12)
        of_label = number >= CLUSTER_BURSTS
        name = f"label:{list(LABELS)[number % 3]}" if of_label else f"cluster:burst-{number}"
        # A label's own posts hide a slow burst: forty posts an hour are the least that is put in there.
        size = rng.integers(80, 300) if of_label else rng.integers(15, 300)
        pace = rng.uniform(40, 90) if of_label else rng.uniform(12, 60)
        times = start + np.cumsum(rng.exponential(1 / pace, size))
        planted.append(Planted(name, float(times[9]), float(times[-1])))
        subjects[name] = np.sort(np.concatenate([subjects.get(name, np.empty(0)), times]))
    return subjects, planted


def _rhythm(rng: np.random.Generator, total: int) -> Times:
    """Draw times: few at night, fewer on Sundays, and days that differ by some 20 per cent."""
    hours = np.arange(int(HISTORY + MONTH))
    daily = 0.25 + np.exp(-0.5 * ((hours % 24 - 12) / 3.5) ** 2) + 1.3 * np.exp(-0.5 * ((hours % 24 - 20.5) / 2) ** 2)
    weekly = np.where(hours // 24 % 7 == 6, 0.75, 1.0)
    days = np.repeat(rng.lognormal(0, 0.2, len(hours) // 24), 24)
    weight = daily * weekly * days
    drawn = rng.choice(hours, total, p=weight / weight.sum())
    return np.sort(drawn + rng.random(total))


def _ordinary_clusters(rng: np.random.Generator, copies: int) -> dict[str, Times]:
    """Draw clusters by a power law, most of two or three posts, each fading by its own half-life of days."""
    subjects: dict[str, Times] = {}
    left = copies
    while left > 0:
        size = int(min(1 + rng.pareto(1.4), 300)) + 1
        left -= size
        if size < FEWEST:
            continue
        # Large ones last longer: a text of which a dozen copies come on its best day goes round, and is no burst.
        mean = rng.uniform(48, 240) * max(1.0, size / 25)
        start = rng.uniform(0, HISTORY + MONTH)
        subjects[f"cluster:{len(subjects)}"] = np.sort(start + rng.exponential(mean, size))
    return subjects


def watch(subjects: dict[str, Times]) -> set[tuple[float, str]]:
    """Look every ten minutes of the month, as the program does; gives the alerts as time and subject."""
    told: set[tuple[float, str]] = set()
    for subject, times in subjects.items():
        kind = subject.partition(":")[0]
        last = -np.inf
        for now in _looks(times):
            if now - last > QUIET[kind] and _is_burst(times, now, whole=kind == "label"):
                told.add((now, subject))
                last = now
    return told


def _looks(times: Times) -> Times:
    """Give the moments at which somebody looks, leaving out those at which too few posts are in any window."""
    grid = np.arange(HISTORY, HISTORY + MONTH, STEP)
    in_day = np.searchsorted(times, grid, "right") - np.searchsorted(times, grid - 24, "right")
    return grid[in_day >= FEWEST]


def _is_burst(times: Times, now: float, *, whole: bool) -> bool:
    days = range(1, DAYS + 1) if whole else range(7, DAYS + 1, 7)
    shifts = np.array([0, *days]) * 24.0
    counts = {}
    for window in WINDOWS:
        end = now - window.ago.total_seconds() / 3600 - shifts
        begin = end - window.length.total_seconds() / 3600
        found = np.searchsorted(times, end, "right") - np.searchsorted(times, begin, "right")
        counts[window] = (int(found[0]), {day: int(each) for day, each in zip(days, found[1:], strict=True)})
    return find_burst(counts) is not None
