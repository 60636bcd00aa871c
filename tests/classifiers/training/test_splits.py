"""No text is judged by a model that saw it or an equal one."""

import numpy as np

from classifiers.training.splits import groups_of, random_folds

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
