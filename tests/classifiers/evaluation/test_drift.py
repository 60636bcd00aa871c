"""Two sets of scores: the same is no shift, and what moves is seen by both measures."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evaluation.drift import measure_drift

PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=200)


def test_the_same_scores_have_not_moved() -> None:
    values = np.linspace(0, 1, 500)
    found = measure_drift(values, values)
    assert found.psi == pytest.approx(0.0, abs=1e-9)
    assert found.js_distance == pytest.approx(0.0, abs=1e-6)


def test_a_small_move_is_small_and_a_great_one_great() -> None:
    numbers = np.random.default_rng(1)
    before, like, other = numbers.beta(2, 8, 2000), numbers.beta(2, 8, 2000), numbers.beta(6, 4, 2000)
    assert measure_drift(before, like).psi < 0.05
    assert measure_drift(before, other).psi > 1.0
    assert measure_drift(before, like).js_distance < 0.1
    assert measure_drift(before, other).js_distance > 0.5


def test_the_figure_is_the_one_of_the_formula() -> None:
    """Two bins: half and half before, a quarter and three quarters now."""
    before, now = np.array([0.1, 0.9] * 5000), np.array([0.1, 0.9, 0.9, 0.9] * 2500)
    expected = (0.25 - 0.5) * math.log(0.25 / 0.5) + (0.75 - 0.5) * math.log(0.75 / 0.5)
    assert measure_drift(before, now).psi == pytest.approx(expected, abs=1e-3)


@given(before=PROBABILITIES, now=PROBABILITIES)
def test_both_measures_stay_within_their_range(before: list[float], now: list[float]) -> None:
    found = measure_drift(np.array(before), np.array(now))
    assert found.psi >= -1e-12
    assert 0.0 <= found.js_distance <= 1.0


def test_scores_that_are_all_alike_can_be_compared() -> None:
    assert measure_drift(np.full(200, 0.3), np.full(200, 0.3)).psi == pytest.approx(0.0, abs=1e-9)
    assert measure_drift(np.full(200, 0.3), np.full(200, 0.1)).js_distance > 0.9


def test_few_scores_move_by_chance_and_are_not_told() -> None:
    """With a hundred scores on each side, a quarter is nothing; with two thousand it would be something."""
    numbers = np.random.default_rng(2)
    calm = [measure_drift(numbers.beta(2, 8, 100), numbers.beta(2, 8, 100)) for _ in range(300)]
    assert sum(found.is_notable for found in calm) <= 3
    assert max(found.psi for found in calm) > 0.25
    assert measure_drift(numbers.beta(2, 8, 2000), numbers.beta(3, 8, 2000)).is_notable


def test_what_chance_does_shrinks_with_the_number_of_scores() -> None:
    values = np.linspace(0, 1, 1000)
    few, many = measure_drift(values[::10], values[::10]), measure_drift(values, values)
    assert few.critical_psi == pytest.approx(10 * many.critical_psi)
