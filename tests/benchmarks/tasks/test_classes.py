"""Exclusive classes are told apart by several models, whose scores are stacked, calibrated and compared."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from classifiers.data.datasets import Example
from classifiers.model.classifier import sigmoid
from tests.benchmarks.tasks.classes import class_numbers, class_targets, class_thresholds, macro_f1, stack

pytestmark = pytest.mark.gate

GENERATOR = np.random.default_rng(11)
FEATURES = GENERATOR.normal(size=(200, 6))
CLASSES = np.digitize(FEATURES[:, 0] + 0.3 * GENERATOR.normal(size=200), [0.4, 1.2])
PLACES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


def test_classes_are_numbered_as_the_examples_name_them() -> None:
    names = ("clean", "offensive", "hate")
    examples = [Example("", {c: c == name for c in names}) for name in ("clean", "hate", "offensive")]
    assert class_numbers(examples).tolist() == [0, 2, 1]


def test_two_classes_need_one_target() -> None:
    (target,) = class_targets(np.array([0, 1, 1, 0]))
    assert (target.rows.tolist(), target.answers.tolist()) == ([0, 1, 2, 3], [False, True, True, False])


def test_three_classes_are_told_apart_and_climbed_step_by_step() -> None:
    *apart, first, second = class_targets(np.array([0, 1, 2, 1]))
    assert [target.answers.astype(int).tolist() for target in apart] == [[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    assert [target.margin for target in (*apart, first, second)] == [True, True, True, False, False]
    assert first.answers.astype(int).tolist() == [0, 1, 1, 1]
    assert second.rows.tolist() == [1, 2, 3], "the mildest are not asked"
    assert second.answers.astype(int).tolist() == [0, 1, 0]


def test_stacked_scores_are_calibrated_and_rows_without_a_score_are_left_out() -> None:
    scores = np.column_stack([10 * FEATURES[:, 0], FEATURES[:, 1]])
    scores[:3] = np.nan
    stacked = stack(scores, CLASSES)
    assert len(stacked) == 3
    for place, (weights, intercept) in enumerate(stacked):
        probabilities = sigmoid(scores[3:] @ weights + intercept)
        assert probabilities.mean() == pytest.approx((CLASSES[3:] == place).mean(), abs=0.01)


@pytest.mark.parametrize("dull", [np.full(200, -1.2), 1e-16 * GENERATOR.normal(size=200)], ids=["constant", "noise"])
def test_a_score_that_says_the_same_of_every_text_counts_nothing(dull: np.ndarray) -> None:
    alone = stack(FEATURES[:, :1], CLASSES)
    beside = stack(np.column_stack([FEATURES[:, 0], dull]), CLASSES)
    for (weights, intercept), (expected, at) in zip(beside, alone, strict=True):
        assert weights == pytest.approx([expected[0], 0.0], abs=1e-3)
        assert intercept == pytest.approx(at, abs=1e-3)


def test_of_two_classes_one_is_the_mirror_of_the_other() -> None:
    (no, down), (yes, up) = stack(FEATURES[:, :2], (CLASSES > 0).astype(np.intp))
    assert (*yes, up) == pytest.approx((*-no, -down), abs=1e-4)


def test_a_class_between_two_others_is_told_from_both() -> None:
    """Neither a high nor a low score makes it likely; beside the others it still has its place."""
    score = np.linspace(-3, 3, 300)
    truth = np.digitize(score, [-1.0, 1.0])
    slopes = [weights[0] for weights, _ in stack(np.column_stack([score, GENERATOR.normal(size=300)]), truth)]
    assert slopes[0] < -1 < 1 < slopes[2]
    assert abs(slopes[1]) < 0.2


@settings(deadline=None)
@given(PLACES)
def test_the_mean_f1_is_what_scikit_learn_says(pairs: list[tuple[int, int]]) -> None:
    truth, predicted = np.array(pairs).T
    expected = f1_score(truth, predicted, average="macro", labels=[0, 1, 2], zero_division=0.0)
    assert macro_f1(truth, predicted, 3) == pytest.approx(expected)


def predicted_with(log_odds: np.ndarray, thresholds: list[float]) -> np.ndarray:
    bars = np.log(np.array(thresholds) / (1 - np.array(thresholds)))
    return np.asarray((log_odds - bars).argmax(axis=1))


def test_a_rare_class_gets_a_lower_bar_than_a_common_one() -> None:
    generator = np.random.default_rng(3)
    truth = (generator.random(2000) < 0.1).astype(int)
    rare = 1.5 * truth - 3 + generator.normal(size=2000)
    log_odds = np.column_stack([-rare, rare])
    thresholds = class_thresholds(log_odds, truth, seed=1)
    assert thresholds[1] < 0.5 < thresholds[0]
    assert sum(thresholds) == pytest.approx(1), "of two classes, one bar says what the other is"
    plainly, wisely = log_odds.argmax(axis=1), predicted_with(log_odds, thresholds)
    assert macro_f1(truth, wisely, 2) > macro_f1(truth, plainly, 2) + 0.05


def test_the_same_scores_give_the_same_thresholds() -> None:
    log_odds = np.random.default_rng(5).normal(size=(300, 3))
    truth = log_odds.argmax(axis=1)
    assert class_thresholds(log_odds, truth, seed=1) == class_thresholds(log_odds, truth, seed=1)
