"""Where time matters, no text is scored by a model of newer texts."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.data.datasets import Example
from classifiers.data.metadata import Context
from classifiers.training.splits import FOLDS, groups_of
from tests.benchmarks.tasks.splits import forward_folds, recency_weights, task_folds, times_of

pytestmark = pytest.mark.gate


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), min_size=2 * FOLDS, max_size=60))
def test_what_is_scored_is_never_older_than_what_was_seen(posts: list[tuple[int, int]]) -> None:
    times = np.array([time for time, _ in posts], dtype=float)
    groups = groups_of([str(text) for _, text in posts])
    scored_rows: list[int] = []
    for seen, held_out in forward_folds(times, groups):
        assert max(times[seen], default=-1) <= min(times[held_out])
        assert not set(groups[seen]) & set(groups[held_out])
        scored_rows.extend(held_out.tolist())
    assert len(scored_rows) == len(set(scored_rows))


def test_the_oldest_fifth_is_never_scored() -> None:
    times = np.array([-np.inf, *range(99)])
    folds = forward_folds(times, groups_of([str(n) for n in range(100)]))
    assert sorted(np.concatenate([held_out for _, held_out in folds]).tolist()) == list(range(20, 100))


def test_without_times_the_split_is_random() -> None:
    texts, classes = [str(n) for n in range(40)], np.arange(40) % 2
    unknown = np.full(40, -np.inf)
    folds = task_folds(classes, texts, unknown, forward=True, seed=1)
    assert sorted(np.concatenate([held_out for _, held_out in folds]).tolist()) == list(range(40))
    assert len(task_folds(classes, texts, np.arange(40.0), forward=True, seed=1)) == FOLDS - 1


def test_the_newest_text_weighs_most_and_one_without_a_time_least() -> None:
    moments = [datetime(2020, 1, day, tzinfo=UTC) for day in (3, 1, 2)]
    posts = [Example("", {}, context=Context(time=moment)) for moment in moments]
    weights = recency_weights(times_of([*posts, Example("", {})]), recency=0.6)
    assert weights == pytest.approx([1.6, 0.8, 1.2, 0.4])
    assert recency_weights(times_of(posts), recency=0.0).tolist() == [1.0, 1.0, 1.0]
