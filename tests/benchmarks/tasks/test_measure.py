"""Figures of classes are those of scikit-learn, with intervals, on all texts and on those that were not seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from classifiers.data.datasets import Example
from tests.benchmarks.tasks.measure import class_figures, class_intervals, measure_task, without_copies
from tests.benchmarks.tasks.train import ClassScores

pytestmark = pytest.mark.gate

NAMES = ("clean", "offensive", "hate")


def examples_of(*names: str) -> list[Example]:
    return [Example(f"{name} {n}", {c: c == name for c in NAMES}) for n, name in enumerate(names)]


def scores_of(probabilities: list[list[float]]) -> ClassScores:
    given = np.array(probabilities)
    return ClassScores(np.log(given / (1 - given)), np.full(given.shape[1], 0.5))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=30))
def test_figures_of_classes_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    truth, predicted = (np.array(column, dtype=np.intp) for column in zip(*pairs, strict=True))
    figures = class_figures(truth, predicted, 3, np.ones((1, len(pairs))))
    expected = f1_score(truth, predicted, average="macro", labels=[0, 1, 2], zero_division=0.0)
    assert figures["macro_f1"][0] == pytest.approx(expected)
    assert figures["accuracy"][0] == pytest.approx(accuracy_score(truth, predicted))


def test_classes_have_intervals() -> None:
    truth = np.repeat([0, 1, 2], [60, 20, 20])
    predicted = truth.copy()
    predicted[::7] = 0
    figures = class_figures(truth, predicted, 3, np.ones((1, 100)))
    for name, (low, high) in class_intervals(truth, predicted, 3).items():
        assert 0 < low < figures[name][0] < high <= 1, name


def test_exclusive_classes_are_measured_together() -> None:
    examples = examples_of("clean", "clean", "offensive", "hate")
    scores = scores_of([[0.9, 0.1, 0.1], [0.2, 0.6, 0.1], [0.1, 0.8, 0.1], [0.3, 0.6, 0.5]])
    figures = measure_task(examples, scores)
    assert (figures.texts, figures.accuracy.value) == (4, 0.5)
    # clean: precision 1, recall 1/2; offensive: precision 1/3, recall 1; hate is never predicted and counts as 0.
    assert figures.macro_f1.value == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert figures.auc.value == pytest.approx(3 / 4), "0.2 for a clean text lies below the 0.3 of a hateful one"
    assert len(figures.calibration_errors) == 3


def test_the_class_farthest_above_its_threshold_holds() -> None:
    scores = ClassScores(np.array([[-1.0, -3.0]]), np.array([0.5, 0.04]))
    assert scores.predicted.tolist() == [1]
    assert scores.probabilities[0, 0] == pytest.approx(1 / (1 + np.e))


def test_copies_are_found_in_normalised_form() -> None:
    training = [Example("Xin chào", {})]
    measured = [Example(text, {}) for text in ("xin  CHÀO", "tạm biệt", "Tạm biệt", "hẹn gặp")]
    assert without_copies(measured, training) == [1, 3]
