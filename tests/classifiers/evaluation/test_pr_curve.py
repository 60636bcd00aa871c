"""A curve says what a threshold gives, and which threshold gives what is wished for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from classifiers.evaluation.pr_curve import POINTS, Curve

Floats = NDArray[np.float64]
Answers = NDArray[np.bool_]


def drawn(count: int = 2_000) -> tuple[Floats, Answers]:
    """Draw scores that mean what they say: of those near 0.3, three in ten are right."""
    random = np.random.default_rng(1)
    scores = random.beta(0.5, 2.0, count)
    return scores, random.random(count) < scores


def truly(scores: Floats, answers: Answers, threshold: float) -> tuple[float, float]:
    flagged = scores >= threshold
    return float(answers[flagged].mean()), float(answers[flagged].sum() / answers.sum())


@pytest.fixture(scope="module")
def curve() -> Curve:
    return Curve.from_scores(*drawn())


def test_a_curve_has_some_fifty_points_from_all_to_the_surest(curve: Curve) -> None:
    assert len(curve.points) == POINTS
    assert curve.points[0].recall == 1.0
    assert list(curve.points) == sorted(curve.points)
    assert curve.points[-1].recall == pytest.approx(1 / POINTS, abs=0.01)


@pytest.mark.parametrize("threshold", [0.05, 0.2, 0.4, 0.6])
def test_between_its_points_it_tells_about_what_was_measured(threshold: float, curve: Curve) -> None:
    scores, answers = drawn()
    expected = curve.at(threshold)
    assert (expected.precision, expected.recall) == pytest.approx(truly(scores, answers, threshold), abs=0.01)


@pytest.mark.parametrize("precision", [0.5, 0.7, 0.8])
def test_the_threshold_for_a_precision_gives_it(precision: float, curve: Curve) -> None:
    scores, answers = drawn()
    threshold = curve.threshold_for(precision)
    assert threshold is not None
    reached, recall = truly(scores, answers, threshold)
    assert reached >= precision - 1e-6
    assert recall > truly(scores, answers, threshold + 0.05)[1]


def test_a_precision_that_is_never_reached_has_no_threshold() -> None:
    curve = Curve.from_scores(np.array([0.1, 0.2, 0.9]), np.array([True, True, False]))
    assert curve.best_precision == pytest.approx(2 / 3, abs=1e-6)
    assert curve.threshold_for(0.9) is None


def test_of_an_empty_curve_nothing_is_known() -> None:
    nothing = Curve()
    assert (nothing.at(0.5), nothing.threshold_for(0.1), nothing.best_precision) == (None, None, None)


def test_a_curve_comes_back_from_plain_data(curve: Curve) -> None:
    assert Curve.from_rows(curve.as_rows()) == curve


answered = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=60).filter(
    lambda pairs: len({answer for _, answer in pairs}) == 2
)


@given(answered)
def test_any_scores_give_a_curve_in_order(pairs: list[tuple[float, bool]]) -> None:
    curve = Curve.from_scores(np.array([score for score, _ in pairs]), np.array([answer for _, answer in pairs]))
    assert 1 <= len(curve.points) <= POINTS
    assert [point.threshold for point in curve.points] == sorted(point.threshold for point in curve.points)
    assert [-point.recall for point in curve.points] == sorted(-point.recall for point in curve.points)
    assert curve.points[0].recall == 1.0
    assert all(0 <= value <= 1 for point in curve.points for value in point)
