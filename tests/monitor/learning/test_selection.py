"""Which texts are asked about: half at random, half probable for a label, none twice and no copies."""

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from monitor.learning.active_learning import select


def apart(count: int) -> sp.csr_matrix:
    """Give features of texts that have nothing in common."""
    return sp.csr_matrix(sp.identity(count))


@given(
    scores=st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=40),
    count=st.integers(0, 50),
    seed=st.integers(0, 1000),
    data=st.data(),
)
def test_nothing_is_asked_twice_and_as_much_as_there_is(
    scores: list[tuple[float, float]], count: int, seed: int, data: st.DataObject
) -> None:
    asked = sorted(data.draw(st.sets(st.integers(0, len(scores) - 1))))
    drawn = select(np.array(scores), apart(len(scores)), asked, count, seed=seed)
    left = len(scores) - len(asked)
    assert len({*drawn.probable, *drawn.random}) == len([*drawn.probable, *drawn.random])
    assert not {*drawn.probable, *drawn.random} & set(asked)
    assert len(drawn.random) == min(count - count // 2, left)
    assert len([*drawn.probable, *drawn.random]) == min(count, left)


def test_half_is_drawn_at_random_from_all_alike() -> None:
    """A text that is improbable for every label is drawn at random as often as one that is probable."""
    scores = np.array([[0.0]] * 20 + [[9.0]] * 20)
    times = np.zeros(40)
    for seed in range(400):
        for number in select(scores, apart(40), [], 10, seed=seed).random:
            times[number] += 1
    assert abs(times[:20].sum() - times[20:].sum()) < 200  # of 2,000; the standard deviation is under 45


def test_the_other_half_are_the_highest_of_each_label_in_turn() -> None:
    """A label whose scores are all lower gets as many."""
    scores = np.column_stack([np.arange(100.0), -np.arange(100.0) - 500])
    drawn = select(scores, apart(100), [], 20, seed=1)
    left = [number for number in range(100) if number not in drawn.random]
    assert sorted(drawn.probable) == sorted([*left[:5], *left[-5:]])


def test_what_is_there_for_its_score_is_not_drawn_at_random_and_labels_take_their_turns() -> None:
    scores = np.column_stack([np.arange(40.0), -np.arange(40.0)])
    drawn = select(scores, apart(40), [], 8, seed=1, chosen=range(4, 40), turns=[0, 1, 1, 1])
    assert sorted(drawn.random) == [0, 1, 2, 3]
    assert sorted(drawn.probable) == [4, 5, 6, 39]


def test_copies_of_texts_whose_answer_is_known_or_asked_for_are_left_out() -> None:
    features = sp.csr_matrix(np.array([[1.0, 0.0], [2.0, 0.1], [0.0, 1.0], [0.0, 3.0], [1.0, 1.0]]))
    scores = np.array([[9.0], [8.0], [7.0], [6.0], [5.0]])
    for seed in range(10):
        drawn = select(scores, features, [0], 2, seed=seed)
        assert 1 not in drawn.probable, "a copy of a text that was asked about"
        assert {2, 3} != {*drawn.probable, *drawn.random}, "copies of each other"


def test_texts_without_features_are_no_copies_of_each_other() -> None:
    drawn = select(np.array([[1.0], [2.0], [3.0], [4.0]]), sp.csr_matrix((4, 3)), [], 4, seed=0)
    assert len([*drawn.probable, *drawn.random]) == 4


def test_the_same_seed_draws_the_same() -> None:
    scores = np.arange(30.0)[:, np.newaxis]
    assert select(scores, apart(30), [4], 8, seed=7) == select(scores, apart(30), [4], 8, seed=7)
    assert select(scores, apart(30), [4], 8, seed=7) != select(scores, apart(30), [4], 8, seed=8)
