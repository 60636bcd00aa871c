"""Thresholds of exclusive classes are those with which the classes are told apart best."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from classifiers.training.thresholds import class_thresholds, label_threshold, macro_f1

PLACES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


@settings(deadline=None)
@given(PLACES)
def test_the_mean_f1_is_what_scikit_learn_says(pairs: list[tuple[int, int]]) -> None:
    truth, said = np.array(pairs).T
    expected = f1_score(truth, said, average="macro", labels=[0, 1, 2], zero_division=0.0)
    assert macro_f1(truth, said, 3) == pytest.approx(expected)


def said_with(log_odds: np.ndarray, thresholds: list[float]) -> np.ndarray:
    bars = np.log(np.array(thresholds) / (1 - np.array(thresholds)))
    return np.asarray((log_odds - bars).argmax(axis=1))


def test_a_rare_class_gets_a_lower_bar_than_a_common_one() -> None:
    chance = np.random.default_rng(3)
    truth = (chance.random(2000) < 0.1).astype(int)
    rare = 1.5 * truth - 3 + chance.normal(size=2000)
    log_odds = np.column_stack([-rare, rare])
    thresholds = class_thresholds(log_odds, truth, seed=1)
    assert thresholds[1] < 0.5 < thresholds[0]
    assert sum(thresholds) == pytest.approx(1), "of two classes, one bar says what the other is"
    plainly, wisely = log_odds.argmax(axis=1), said_with(log_odds, thresholds)
    assert macro_f1(truth, wisely, 2) > macro_f1(truth, plainly, 2) + 0.05


def test_the_same_scores_give_the_same_thresholds() -> None:
    log_odds = np.random.default_rng(5).normal(size=(300, 3))
    truth = log_odds.argmax(axis=1)
    assert class_thresholds(log_odds, truth, seed=1) == class_thresholds(log_odds, truth, seed=1)


def test_a_label_is_flagged_from_its_precision_on_or_from_its_best_f1() -> None:
    probabilities, answers = np.array([0.9, 0.8, 0.7, 0.4, 0.3, 0.1]), np.array([1, 1, 0, 1, 0, 0], dtype=bool)
    nobody = np.zeros(len(answers), bool)
    assert label_threshold(probabilities, answers, 0.9, nobody, share=0.0) == 0.8
    assert label_threshold(probabilities, answers, None, nobody, share=0.0) == 0.4


def test_criticism_raises_the_threshold_until_hardly_any_of_it_passes() -> None:
    criticism = np.linspace(0.0, 0.7, 200)
    probabilities = np.concatenate([criticism, np.linspace(0.5, 1.0, 100)])
    answers, spared = np.arange(300) >= 200, np.arange(300) < 200
    lax = label_threshold(probabilities, answers, 0.6, np.zeros(300, bool), share=0.02)
    strict = label_threshold(probabilities, answers, 0.6, spared, share=0.02)
    assert (criticism >= lax).mean() > 0.02
    assert 0 < (criticism >= strict).mean() <= 0.02
    assert strict > lax
    assert not (criticism >= label_threshold(probabilities, answers, 0.6, spared, share=0.0)).any()
