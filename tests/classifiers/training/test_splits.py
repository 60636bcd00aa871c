"""No text is judged by a model that saw it, an equal one, or, where time counts, a newer one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.training.splits import FOLDS, forward_folds, groups_of, random_folds

TEXTS = [f"bài {n // 2 % 40}" for n in range(120)]  # copies, side by side and far apart
ANSWERS = np.array([n % 3 == 0 for n in range(120)])


def test_equal_texts_have_one_number() -> None:
    assert groups_of(["a", "b", "a", "c", "b"]).tolist() == [0, 1, 0, 3, 1]


def test_copies_never_stand_on_both_sides_and_each_text_is_judged_once() -> None:
    groups = groups_of(TEXTS)
    judged_rows: list[int] = []
    for seen, judged in random_folds(ANSWERS, groups, seed=1):
        assert not set(groups[seen]) & set(groups[judged])
        assert len(seen) + len(judged) == len(TEXTS)
        judged_rows.extend(judged.tolist())
    assert sorted(judged_rows) == list(range(len(TEXTS)))


def test_the_seed_decides_the_split() -> None:
    groups = groups_of([str(n) for n in range(120)])
    first, again, other = (random_folds(ANSWERS, groups, seed)[0][1].tolist() for seed in (1, 1, 2))
    assert first == again != other


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), min_size=2 * FOLDS, max_size=60))
def test_what_is_judged_is_never_older_than_what_was_seen(posts: list[tuple[int, int]]) -> None:
    times = np.array([time for time, _ in posts], dtype=float)
    groups = groups_of([str(text) for _, text in posts])
    judged_rows: list[int] = []
    for seen, judged in forward_folds(times, groups):
        assert max(times[seen], default=-1) <= min(times[judged])
        assert not set(groups[seen]) & set(groups[judged])
        judged_rows.extend(judged.tolist())
    assert len(judged_rows) == len(set(judged_rows))


def test_the_oldest_fifth_is_never_judged() -> None:
    times = np.array([-np.inf, *range(99)])
    judged = np.concatenate([judged for _, judged in forward_folds(times, groups_of([str(n) for n in range(100)]))])
    assert sorted(judged.tolist()) == list(range(20, 100))
