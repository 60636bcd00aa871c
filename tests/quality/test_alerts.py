"""Bursts in a simulated month are found in time, and little else is told of."""

import pytest

from tests.quality.alerts import CLUSTER_BURSTS, LABEL_BURSTS, measure, simulate

MOST_FALSE = 2  # a month
# Nothing was chosen by these months: the limits were tried on seeds 1 to 8.
SEEDS = (
    pytest.param(301, marks=pytest.mark.gate),
    pytest.param(302, marks=pytest.mark.long),
    pytest.param(303, marks=pytest.mark.long),
)


@pytest.mark.parametrize("seed", SEEDS)
def test_bursts_are_found_within_an_hour_of_their_tenth_post(seed: int) -> None:
    outcome = measure(simulate(seed))
    bursts = CLUSTER_BURSTS + LABEL_BURSTS
    assert (outcome.in_time, outcome.found) == (bursts, bursts)
    assert outcome.false <= MOST_FALSE
