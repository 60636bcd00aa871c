"""A threshold is the least that reaches its precision, raised until hardly any criticism passes."""

import numpy as np

from classifiers.training.thresholds import label_threshold


def test_a_label_is_flagged_from_its_precision_on() -> None:
    probabilities, answers = np.array([0.9, 0.8, 0.7, 0.4, 0.3, 0.1]), np.array([1, 1, 0, 1, 0, 0], dtype=bool)
    nobody = np.zeros(len(answers), bool)
    assert label_threshold(probabilities, answers, 0.9, criticism=nobody, criticism_limit=0.0) == 0.8
    assert label_threshold(probabilities, answers, 0.75, criticism=nobody, criticism_limit=0.0) == 0.4


def test_criticism_raises_the_threshold_until_hardly_any_of_it_passes() -> None:
    criticism = np.linspace(0.0, 0.7, 200)
    probabilities = np.concatenate([criticism, np.linspace(0.5, 1.0, 100)])
    answers, spared = np.arange(300) >= 200, np.arange(300) < 200
    lax = label_threshold(probabilities, answers, 0.6, criticism=np.zeros(300, bool), criticism_limit=0.02)
    strict = label_threshold(probabilities, answers, 0.6, criticism=spared, criticism_limit=0.02)
    assert (criticism >= lax).mean() > 0.02
    assert 0 < (criticism >= strict).mean() <= 0.02
    assert strict > lax
    assert not (criticism >= label_threshold(probabilities, answers, 0.6, criticism=spared, criticism_limit=0.0)).any()


def test_nothing_is_flagged_below_a_least_probability() -> None:
    probabilities, answers = np.array([0.9, 0.8, 0.3]), np.array([True, True, False])
    nobody = np.zeros(3, bool)
    assert label_threshold(probabilities, answers, 0.8, criticism=nobody, criticism_limit=0.0) == 0.8
    assert label_threshold(probabilities, answers, 0.8, criticism=nobody, criticism_limit=0.0, least=0.85) == 0.85


def test_criticism_of_probability_one_is_spared_too() -> None:
    probabilities, answers = np.array([1.0, 1.0, 0.2]), np.array([True, False, False])
    threshold = label_threshold(probabilities, answers, 0.5, criticism=~answers, criticism_limit=0.0)
    assert threshold > 1.0


def test_a_limit_of_one_spares_no_criticism() -> None:
    probabilities, answers = np.array([0.9, 0.8]), np.array([True, False])
    assert label_threshold(probabilities, answers, 0.5, criticism=~answers, criticism_limit=1.0) == 0.8
