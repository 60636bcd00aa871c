"""Measures of quality, against examples that can be checked by hand."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from classifiers.datasets import Example
from classifiers.evaluation import (
    LEAST_THRESHOLD,
    best_f1_threshold,
    calibration_error,
    evaluate,
    measure,
    threshold_for_precision,
)
from classifiers.features import FeatureSpace, prepare
from classifiers.model import Classifier, Head
from classifiers.text.segment import Segmenter

SCORES = np.array([0.9, 0.8, 0.7, 0.4, 0.3, 0.1])
ANSWERS = np.array([True, True, False, True, False, False])


def test_decisions_at_a_threshold() -> None:
    metrics = measure(SCORES, ANSWERS, 0.5)  # flagged: yes, yes, no; left: yes, no, no
    assert (metrics.positives, metrics.negatives, metrics.threshold) == (3, 3, 0.5)
    assert [metrics.precision, metrics.recall] == pytest.approx([2 / 3, 2 / 3])
    assert metrics.macro_f1 == pytest.approx(2 / 3)


def test_ranking_does_not_depend_on_the_threshold() -> None:
    low, high = measure(SCORES, ANSWERS, 0.05), measure(SCORES, ANSWERS, 0.95)
    # Of the nine pairs of a yes and a no, one is the wrong way round: 0.4 below 0.7.
    assert low.auc == high.auc == pytest.approx(8 / 9)
    assert low.average_precision == high.average_precision == pytest.approx((1 + 1 + 3 / 4) / 3)


def test_a_threshold_is_reached_by_a_probability_that_equals_it() -> None:
    assert measure(SCORES, ANSWERS, 0.9).recall == pytest.approx(1 / 3)


def test_a_threshold_that_nothing_passes_makes_no_mistake_and_finds_nothing() -> None:
    metrics = measure(SCORES, ANSWERS, 0.95)
    assert (metrics.precision, metrics.recall) == (1.0, 0.0)
    assert metrics.macro_f1 == pytest.approx((0 + 2 / 3) / 2)


@pytest.mark.parametrize(
    ("probabilities", "answers", "error"),
    [
        ([0.0, 1.0], [False, True], 0.0),
        ([1.0, 0.0], [False, True], 1.0),
        ([0.5, 0.5, 0.5, 0.5], [True, False, True, False], 0.0),
        # Two bins: 0.25 said and 1 of 2 seen, twice; 0.85 said and 1 of 1 seen.
        ([0.25, 0.25, 0.85], [True, False, True], (2 * 0.25 + 0.15) / 3),
    ],
)
def test_calibration_compares_what_is_said_with_what_happens(
    probabilities: list[float], answers: list[bool], error: float
) -> None:
    assert calibration_error(np.array(probabilities), np.array(answers)) == pytest.approx(error)


def test_the_threshold_of_a_precision_is_the_least_that_reaches_it() -> None:
    assert threshold_for_precision(SCORES, ANSWERS, 0.75) == 0.4  # yes, yes, no, yes
    assert threshold_for_precision(SCORES, ANSWERS, 0.9) == 0.8  # yes, yes


def test_a_precision_that_is_never_reached_gives_the_best_f1() -> None:
    scores, answers = np.array([0.9, 0.8, 0.7]), np.array([False, True, True])
    assert threshold_for_precision(scores, answers, 0.95) == best_f1_threshold(scores, answers) == 0.7


def test_the_best_f1_is_found() -> None:
    assert best_f1_threshold(SCORES, ANSWERS) == 0.4  # precision 3/4, recall 1


def test_no_threshold_flags_whatever_comes() -> None:
    scores, answers = np.array([0.001, 0.0001]), np.array([True, False])
    assert best_f1_threshold(scores, answers) == threshold_for_precision(scores, answers, 0.5) == LEAST_THRESHOLD


class Oracle(Classifier):
    """Gives the probabilities that it is told."""

    def __init__(self, rows: Sequence[Sequence[float]], labels: Sequence[str], *, exclusive: bool = False) -> None:
        segmenter = Segmenter()
        space = FeatureSpace.fit([prepare("một chữ", segmenter)], min_documents=1)
        heads = [Head(label, np.zeros(space.width), 0.0) for label in labels]
        super().__init__(space, heads, dict.fromkeys(labels, 0.5), segmenter, exclusive=exclusive)
        self._rows: Iterator[Sequence[float]] = iter(rows)

    def probabilities(self, matrix: object) -> NDArray[np.float64]:  # noqa: ARG002  as the real one is called
        return np.array(list(self._rows))


def test_each_label_is_measured_on_the_texts_that_know_it() -> None:
    examples = [
        Example("a", {"negative": True, "concern": True}),
        Example("b", {"negative": False}),
        Example("c", {"negative": False, "concern": True}),
    ]
    result = evaluate(Oracle([[0.9, 0.9], [0.8, 0.1], [0.1, 0.1]], ["negative", "concern"]), examples)
    assert result["examples"] == 3
    assert result["labels"].keys() == {"negative"}, "a label that all texts carry cannot be ranked"
    assert result["labels"]["negative"]["precision"] == 0.5
    assert result["labels"]["negative"]["auc"] == 1.0
    assert "macro_f1" not in result


def test_exclusive_classes_are_measured_together() -> None:
    def classes(*, clean: bool = False, offensive: bool = False, hate: bool = False) -> dict[str, bool]:
        return {"clean": clean, "offensive": offensive, "hate": hate}

    examples = [
        Example("a", classes(clean=True)),
        Example("b", classes(clean=True)),
        Example("c", classes(offensive=True)),
    ]
    said = [[0.9, 0.1, 0.1], [0.2, 0.6, 0.1], [0.1, 0.8, 0.1]]  # clean, offensive, offensive
    result = evaluate(Oracle(said, ["clean", "offensive", "hate"], exclusive=True), examples)
    assert result["accuracy"] == pytest.approx(2 / 3)
    # clean: precision 1, recall 1/2; offensive: precision 1/2, recall 1; hate never occurs and counts as 0.
    assert result["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert not math.isnan(result["labels"]["clean"]["auc"])
