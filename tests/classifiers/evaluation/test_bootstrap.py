"""Figures of all resamples at once are those of scikit-learn, and their intervals hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score

from classifiers.evaluation import bootstrap as intervals
from classifiers.evaluation.bootstrap import RESAMPLES, label_figures, label_intervals, resamples, wilson

Scores = NDArray[np.float64]
Answers = NDArray[np.bool_]


@st.composite
def scored(draw: st.DrawFn) -> tuple[Scores, Answers, Scores]:
    """Draw probabilities with ties, answers of both kinds, and how often each text counts."""
    size = draw(st.integers(2, 30))
    probabilities = draw(st.lists(st.integers(0, 10), min_size=size, max_size=size))
    answers = draw(st.lists(st.booleans(), min_size=size, max_size=size).filter(lambda drawn: len(set(drawn)) == 2))
    times = draw(st.lists(st.integers(1, 3), min_size=size, max_size=size))
    return np.array(probabilities) / 10, np.array(answers), np.array(times, dtype=float)


@given(scored())
def test_weighted_figures_are_those_of_scikit_learn(data: tuple[Scores, Answers, Scores]) -> None:
    probabilities, answers, times = data
    flagged = probabilities >= 0.5
    figures = {
        name: values[0] for name, values in label_figures(probabilities, answers, flagged, times[np.newaxis]).items()
    }
    weights = {"sample_weight": times}
    assert figures["auc"] == pytest.approx(roc_auc_score(answers, probabilities, **weights))
    assert figures["average_precision"] == pytest.approx(average_precision_score(answers, probabilities, **weights))
    assert figures["precision"] == pytest.approx(precision_score(answers, flagged, zero_division=1.0, **weights))
    assert figures["recall"] == pytest.approx(recall_score(answers, flagged, **weights))


@given(scored())
def test_a_text_that_counts_twice_is_a_text_that_stands_there_twice(data: tuple[Scores, Answers, Scores]) -> None:
    probabilities, answers, times = data
    flagged = probabilities >= 0.5
    repeated = [np.repeat(column, times.astype(int)) for column in (probabilities, answers, flagged)]
    weighted = label_figures(probabilities, answers, flagged, times[np.newaxis])
    listed = label_figures(*repeated, np.ones((1, len(repeated[0]))))
    for name, values in weighted.items():
        assert values == pytest.approx(listed[name]), name


def test_resamples_keep_how_many_there_are_of_each_answer() -> None:
    strata = np.array([True] * 3 + [False] * 40)
    weights = np.concatenate(list(resamples(strata)))
    assert weights.shape == (RESAMPLES, 43)
    assert (weights[:, strata].sum(axis=1) == 3).all()
    assert (weights[:, ~strata].sum(axis=1) == 40).all()
    assert len({tuple(row) for row in weights}) == RESAMPLES


def test_the_same_is_drawn_every_time_and_little_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    strata = np.array([True, False] * 10)
    assert np.array_equal(*(np.concatenate(list(resamples(strata))) for _ in range(2)))
    monkeypatch.setattr(intervals, "CELLS_AT_ONCE", 300 * len(strata))
    assert [len(part) for part in resamples(strata)] == [300, 300, 300, 100]


def drawn(size: int, seed: int) -> tuple[Scores, Answers, Answers]:
    """Draw probabilities that mean what they say."""
    generator = np.random.default_rng(seed)
    probabilities = generator.beta(0.5, 2, size)
    return probabilities, generator.random(size) < probabilities, probabilities >= 0.5


def test_more_texts_make_intervals_narrower() -> None:
    few, many = label_intervals(*drawn(200, seed=1)), label_intervals(*drawn(3200, seed=1))
    for name, (low, high) in many.items():
        assert high - low < 0.5 * (few[name][1] - few[name][0]), name


def test_a_figure_lies_inside_its_interval() -> None:
    for seed in range(5):
        texts = drawn(400, seed)
        figures = label_figures(*texts, np.ones((1, 400)))
        for name, (low, high) in label_intervals(*texts).items():
            assert low <= figures[name][0] <= high, (seed, name)


def test_most_intervals_hold_the_true_figure() -> None:
    probabilities, answers, _ = drawn(40_000, seed=99)
    truth = float(roc_auc_score(answers, probabilities))
    held = 0
    for seed in range(40):
        low, high = label_intervals(*drawn(300, seed))["auc"]
        held += low <= truth <= high
    assert held >= 34  # of 40; 95 % are meant, chance leaves fewer than 34 once in some thousand runs


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 110, 0.0016, 0.0497)],
)
def test_shares_have_wilsons_interval(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == pytest.approx((low, high), abs=1e-4)
