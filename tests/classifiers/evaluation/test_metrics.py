"""Measures of quality, against examples that can be checked by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from classifiers.data.datasets import Example
from classifiers.evaluation.metrics import LEAST_THRESHOLD, measure, summary, threshold_for_precision
from classifiers.evaluation.predictions import ScoredExamples

SCORES = np.array([0.9, 0.8, 0.7, 0.4, 0.3, 0.1])
ANSWERS = np.array([True, True, False, True, False, False])


def test_decisions_at_a_threshold() -> None:
    metrics = measure(SCORES, ANSWERS, 0.5)  # flagged: yes, yes, no; left: yes, no, no
    assert (metrics.positives, metrics.negatives, metrics.threshold) == (3, 3, 0.5)
    assert [metrics.precision, metrics.recall] == pytest.approx([2 / 3, 2 / 3])


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


@pytest.mark.parametrize(
    ("scores", "answers", "precision", "threshold"),
    [
        (SCORES, ANSWERS, 0.75, 0.4),  # yes, yes, no, yes
        (SCORES, ANSWERS, 0.9, 0.8),  # yes, yes
        ([0.9, 0.8, 0.7], [False, True, True], 0.95, 0.7),  # is never reached: precision 2/3, recall 1
        ([0.001, 0.0001], [True, False], 0.5, LEAST_THRESHOLD),
        ([0.001, 0.0001], [False, True], 0.9, LEAST_THRESHOLD),
    ],
)
def test_the_threshold_of_a_precision_is_the_least_that_reaches_it_or_the_best(
    scores: Sequence[float], answers: Sequence[bool], precision: float, threshold: float
) -> None:
    assert threshold_for_precision(np.array(scores), np.array(answers), precision) == threshold


def judged(examples: Sequence[Example], said: Sequence[Sequence[float]], labels: Sequence[str]) -> ScoredExamples:
    """Put examples beside probabilities."""
    probabilities = np.array(said)
    return ScoredExamples(examples, tuple(labels), probabilities, probabilities >= 0.5, dict.fromkeys(labels, 0.5))


def test_each_label_is_measured_on_the_texts_that_know_it() -> None:
    examples = [
        Example("a", {"negative": True, "concern": True}),
        Example("b", {"negative": False}),
        Example("c", {"negative": False, "concern": True}),
    ]
    result = summary(judged(examples, [[0.9, 0.9], [0.8, 0.1], [0.1, 0.1]], ["negative", "concern"]))
    assert result["examples"] == 3
    assert result["labels"].keys() == {"negative"}, "a label that all texts carry cannot be ranked"
    figures = result["labels"]["negative"]
    assert (figures["precision"], figures["auc"]) == (0.5, 1.0)
    assert (figures["positives"], figures["negatives"], figures["threshold"]) == (1, 2, 0.5)
    assert set(figures["intervals"]) == set(figures) - {"positives", "negatives", "threshold", "intervals"}
    assert figures["intervals"]["recall"] == [1.0, 1.0]
    low, high = figures["intervals"]["precision"]
    assert low < 0.5 < high


def test_criticism_that_is_flagged_for_anything_is_counted() -> None:
    said = [Example(text, {"negative": text == "c"}, {"kind": "criticism"}) for text in "abc"]
    result = summary(judged([*said, Example("d", {"negative": False})], [[0.9], [0.1], [0.9], [0.9]], ["negative"]))
    assert result["criticism"] == {"posts": 2, "flagged": 1}, "one carries the label, one is no criticism"
