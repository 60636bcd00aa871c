"""Counts out of their usual range: Poisson bounds around the same weekday of the last four weeks."""

import pytest

from monitor.outbox.bursts import DAY, DAYS, HOUR, Burst, chance, dispersion, find_burst


def same(count: int) -> dict[int, int]:
    return dict.fromkeys(range(1, DAYS + 1), count)


def test_what_is_new_may_have_some_posts_before_it_is_unusual() -> None:
    assert find_burst({HOUR: (9, {})}) is None
    assert find_burst({HOUR: (10, {})}) == Burst(hours=1, posts=10, usual=0.0)
    assert find_burst({HOUR: (4, {}), DAY: (18, {})}) is None
    assert find_burst({HOUR: (4, {}), DAY: (20, {})}) == Burst(hours=24, posts=20, usual=0.0)


def test_the_same_count_is_usual_where_it_comes_every_week() -> None:
    assert find_burst({HOUR: (30, same(30))}) is None
    assert find_burst({HOUR: (70, same(30))}) == Burst(hours=1, posts=70, usual=30.0)


def test_a_weekday_is_compared_with_the_same_weekday() -> None:
    mondays = {day: 100 if day % 7 == 0 else 5 for day in range(1, DAYS + 1)}
    assert find_burst({DAY: (110, mondays)}) is None
    sundays = {day: 5 if day % 7 == 0 else 100 for day in range(1, DAYS + 1)}
    assert find_burst({DAY: (110, sundays)}) is not None


def test_one_burst_of_before_neither_raises_what_is_usual_nor_widens_the_bounds() -> None:
    before = same(10) | {7: 400}
    assert find_burst({HOUR: (40, before)}) == Burst(hours=1, posts=40, usual=10.0)


def test_counts_that_vary_more_than_poisson_have_wider_bounds() -> None:
    restless = {day: (10, 60, 20, 50)[(day - 1) // 7] for day in range(1, DAYS + 1)}
    assert dispersion(restless) > 5
    assert dispersion(same(30)) == 1.0
    count = {HOUR: (75, restless)}
    assert find_burst(count) is None
    assert find_burst({HOUR: (75, same(35))}) is not None


@pytest.mark.parametrize(("count", "mean", "expected"), [(1, 1.0, 0.632), (5, 5.0, 0.5595), (10, 1.0, 1.1e-7)])
def test_chances_are_those_of_the_poisson_distribution(count: int, mean: float, expected: float) -> None:
    assert chance(count, mean, 1.0) == pytest.approx(expected, rel=0.02)


def test_chances_of_a_wider_distribution_have_its_variance() -> None:
    assert chance(40, 20, 4.0) > 100 * chance(40, 20, 1.0)
    assert sum(chance(count, 20, 4.0) for count in range(1, 400)) == pytest.approx(20), "the mean stays"
