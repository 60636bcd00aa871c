"""The surest mistakes come first, wrong flags before what was missed."""

import numpy as np

from classifiers.data.datasets import Example
from classifiers.evaluation.errors import worst_mistakes
from classifiers.evaluation.predictions import ScoredExamples

# text, whether it carries the label, its probability; the threshold is 0.6
TEXTS = [
    ("đúng", True, 0.9),
    ("nhầm nhẹ", False, 0.65),
    ("nhầm nặng", False, 0.99),
    ("sót nhẹ", True, 0.55),
    ("sót nặng", True, 0.01),
    ("sót hẳn", True, 0.0),
    ("lành", False, 0.1),
]


def scored() -> ScoredExamples:
    probabilities = np.array([[probability] for *_, probability in TEXTS])
    examples = [Example(text, {"negative": answer}) for text, answer, _ in TEXTS]
    return ScoredExamples(examples, ("negative",), probabilities, probabilities >= 0.6, {"negative": 0.6})


def test_the_surest_come_first() -> None:
    found = worst_mistakes(scored(), 10)
    assert [mistake.example.text for mistake in found] == ["nhầm nặng", "nhầm nhẹ", "sót hẳn", "sót nặng", "sót nhẹ"]
    assert [mistake.flagged for mistake in found] == [True, True, False, False, False]
    assert (found[0].label, found[0].probability) == ("negative", 0.99)
    assert np.isfinite(found[2].distance)


def test_only_so_many_of_each_kind_are_listed() -> None:
    assert [mistake.example.text for mistake in worst_mistakes(scored(), 1)] == ["nhầm nặng", "sót hẳn"]
    assert worst_mistakes(scored(), 0) == []


def test_texts_that_do_not_know_the_label_are_no_mistakes() -> None:
    examples = [Example("a", {}), Example("b", {"negative": False})]
    probabilities = np.array([[0.9], [0.9]])
    both = ScoredExamples(examples, ("negative",), probabilities, probabilities > 0.5, {"negative": 0.5})
    assert [mistake.example.text for mistake in worst_mistakes(both, 5)] == ["b"]
