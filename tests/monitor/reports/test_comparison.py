"""A count rose or fell only where chance and what still waits cannot explain it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2

from monitor.reports.comparison import Count, Trend, compare, poisson_interval, trend_of, two_sided

COUNTS = st.builds(Count, st.integers(0, 500), st.integers(0, 100))


@pytest.mark.parametrize(
    ("now", "before", "trend"),
    [
        (Count(20), Count(5), Trend.UP),
        (Count(5), Count(20), Trend.DOWN),
        (Count(3), Count(1), Trend.UNCLEAR),  # three instead of one is chance
        (Count(7), Count(7), Trend.SAME),
        (Count(20), Count(5, pending=12), Trend.UNCLEAR),  # the week before may still reach 17
        (Count(5, pending=12), Count(20), Trend.UNCLEAR),
        (Count(20, pending=50), Count(5), Trend.UP),  # what waits can only add to it
        (Count(0), Count(0), Trend.SAME),
        (Count(0, pending=1), Count(0), Trend.UNCLEAR),
    ],
)
def test_the_word_beside_the_week_before(now: Count, before: Count, trend: Trend) -> None:
    assert trend_of(now, [before]) is trend


@pytest.mark.parametrize(
    ("earlier", "complete", "found"),
    [
        pytest.param([Count(10), Count(12), Count(9), Count(9)], True, (10.0, Trend.UP, Trend.UP), id="four weeks"),
        pytest.param([Count(10), Count(12), None, Count(9)], True, (None, Trend.UP, Trend.UNKNOWN), id="three weeks"),
        pytest.param([Count(10)] * 4, False, (10.0, Trend.UNKNOWN, Trend.UNKNOWN), id="a week that still runs"),
        pytest.param([None] * 4, True, (None, Trend.UNKNOWN, Trend.UNKNOWN), id="weeks in which nothing was read"),
    ],
)
def test_a_count_is_compared_with_what_is_known(earlier: list[Count | None], complete: bool, found: object) -> None:
    compared = compare(Count(30), earlier, complete=complete)
    assert (compared.mean, compared.trend, compared.trend_of_mean) == found
    assert compared.previous == earlier[0]


@given(COUNTS, st.lists(COUNTS, min_size=1, max_size=4))
def test_a_trend_has_the_direction_of_the_counts(now: Count, earlier: list[Count]) -> None:
    before = sum(count.confirmed for count in earlier) / len(earlier)
    found = trend_of(now, earlier)
    assert found is not Trend.UP or now.confirmed > before
    assert found is not Trend.DOWN or now.confirmed < before


@given(st.integers(0, 900), st.integers(0, 900), st.integers(1, 4))
def test_the_exact_test_is_that_of_scipy(now: int, earlier: int, periods: int) -> None:
    share = 1 / (1 + periods)
    assert two_sided(now, now + earlier, share) == pytest.approx(
        binomtest(now, now + earlier, share).pvalue if now + earlier else 1, abs=1e-9
    )


@pytest.mark.parametrize("count", [0, 1, 5, 30, 400])
def test_the_interval_is_that_of_garwood(count: int) -> None:
    low, high = poisson_interval(count)
    assert low == pytest.approx(chi2.ppf(0.025, 2 * count) / 2 if count else 0)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2)
