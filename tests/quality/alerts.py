"""A simulated month of posts, as times alone, and what the alerts find in it: `python -m tests.quality.alerts SEED …`.

A first argument `--slow` puts slow bursts in: clusters of 4 to 12 posts an hour.

200,000 posts in 30 days after four weeks of history, by a daily and weekly rhythm and days that are fuller or emptier
than others (log-normal). A part of the posts are copies: ordinary clusters of 2 to some hundred posts, which fade
over days. Six in a hundred posts are flagged. Twelve bursts are put in: nine of one claim that is forwarded (a
cluster of 15 to 300 posts), three of many different posts under one label.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
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
PACES, SLOW = (12.0, 60.0), (4.0, 12.0)
WITHIN: Final = 1.0  # hour after the tenth post
Times = NDArray[np.float64]


@dataclass(frozen=True)
class Planted:
    """A burst that was put in: under which subject, when its tenth post came, and when it ended."""

    subject: str
    tenth: float
    last: float


@dataclass(frozen=True)
class Month:
    """All times by subject (`cluster:7`, `label:concern`), in hours from the beginning of the history."""

    subjects: dict[str, Times]
    planted: list[Planted]


@dataclass(frozen=True)
class Outcome:
    """How many bursts were found within an hour of their tenth post, found at all, and how many alerts were false."""

    in_time: int
    found: int
    false: int


def simulate(seed: int, paces: tuple[float, float] = PACES) -> Month:
    """Draw one month with its history; `paces` are the least and the most posts an hour of a cluster's burst."""
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
        pace = rng.uniform(40, 90) if of_label else rng.uniform(*paces)
        times = start + np.cumsum(rng.exponential(1 / pace, size))
        planted.append(Planted(name, float(times[9]), float(times[-1])))
        subjects[name] = np.sort(np.concatenate([subjects.get(name, np.empty(0)), times]))
    return Month(subjects, planted)


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


def watch(month: Month) -> list[tuple[float, str]]:
    """Look every ten minutes of the month, as the program does; gives the alerts as time and subject."""
    told: list[tuple[float, str]] = []
    for subject, times in month.subjects.items():
        kind = subject.partition(":")[0]
        last = -np.inf
        for now in _looks(times):
            if now - last > QUIET[kind] and _is_burst(times, now, whole=kind == "label"):
                told.append((now, subject))
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


def measure(month: Month) -> Outcome:
    """Count what is found in a month."""
    told = watch(month)
    in_time = found = 0
    expected: set[tuple[float, str]] = set()
    for burst in month.planted:
        # What the day's window still tells a day after the last post is no false alert.
        own = [(at, subject) for at, subject in told if subject == burst.subject and at <= burst.last + 24]
        own = [(at, subject) for at, subject in own if at >= burst.tenth - 24]
        expected |= set(own)
        found += bool(own)
        in_time += any(at <= burst.tenth + WITHIN for at, _ in own)
    return Outcome(in_time, found, len(set(told) - expected))


def main(arguments: Sequence[str]) -> None:
    """Print a line a seed."""
    paces = SLOW if "--slow" in arguments else PACES
    for seed in (int(given) for given in arguments if given != "--slow"):
        month = simulate(seed, paces)
        outcome = measure(month)
        print(  # noqa: T201  what it is for
            f"seed {seed}: {outcome.in_time} of {len(month.planted)} within an hour of the tenth post, "
            f"{outcome.found} found, {outcome.false} false; {len(month.subjects)} clusters and labels"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
