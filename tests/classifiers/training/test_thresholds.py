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


def test_a_threshold_holds_on_each_part_of_the_texts() -> None:
    """In all texts .4 is enough; in the part where the model errs more it is not."""
    probabilities = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    answers = np.array([1, 1, 1, 1, 0, 1, 0], dtype=bool)
    nobody, part = np.zeros(7, bool), np.array([0, 0, 0, 1, 1, 0, 0], dtype=bool)
    assert label_threshold(probabilities, answers, 0.8, criticism=nobody, criticism_limit=0.0) == 0.4
    assert label_threshold(probabilities, answers, 0.8, criticism=nobody, criticism_limit=0.0, parts=[part]) == 0.6


def test_what_holds_on_a_part_must_hold_on_the_whole_too() -> None:
    """Precision does not rise steadily: at .95, where the part is right, the whole is wrong."""
    probabilities = np.array([0.99, 0.98, 0.95, 0.6, 0.5, 0.4, 0.4, 0.4, 0.4, 0.4])
    answers = np.array([0, 0, 1, 1, 1, 1, 1, 1, 1, 1], dtype=bool)
    nobody, part = np.zeros(10, bool), np.arange(10) == 2
    assert label_threshold(probabilities, answers, 0.8, criticism=nobody, criticism_limit=0.0, parts=[part]) == 0.4


def test_criticism_of_probability_one_is_spared_too() -> None:
    probabilities, answers = np.array([1.0, 1.0, 0.2]), np.array([True, False, False])
    threshold = label_threshold(probabilities, answers, 0.5, criticism=~answers, criticism_limit=0.0)
    assert threshold > 1.0
    assert label_threshold(probabilities, answers, 0.5, criticism=~answers, criticism_limit=1.0) <= 1.0
