"""Which texts are asked about: half at random, half doubtful and spread out, none twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from classifiers.active_learning import POOL_FACTOR, select


def around_a_circle(count: int) -> NDArray[np.float64]:
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.column_stack([np.cos(angles), np.sin(angles)])


@given(
    doubt=st.lists(st.floats(0, 10), min_size=1, max_size=40),
    count=st.integers(0, 50),
    seed=st.integers(0, 1000),
    data=st.data(),
)
def test_nothing_is_asked_twice_and_as_much_as_there_is(
    doubt: list[float], count: int, seed: int, data: st.DataObject
) -> None:
    asked = sorted(data.draw(st.sets(st.integers(0, len(doubt) - 1))))
    drawn = select(np.array(doubt), around_a_circle(len(doubt)), asked, count, seed=seed)
    assert len(set(drawn.all)) == len(drawn.all) <= count
    assert not set(drawn.all) & set(asked)
    assert len(drawn.random) == min(count - count // 2, len(doubt) - len(asked))
    assert all(0 <= number < len(doubt) for number in drawn.all)


def test_half_is_drawn_at_random_from_all_alike() -> None:
    """A text that the model is sure about is drawn at random as often as one that it doubts."""
    doubt = np.array([0.0] * 20 + [9.0] * 20)
    times = np.zeros(40)
    for seed in range(400):
        for number in select(doubt, around_a_circle(40), [], 10, seed=seed).random:
            times[number] += 1
    assert abs(times[:20].sum() - times[20:].sum()) < 200  # of 2,000; the standard deviation is under 45


def test_the_other_half_is_doubtful() -> None:
    doubt = np.arange(100.0)
    drawn = select(doubt, around_a_circle(100), [], 10, seed=1)
    assert len(drawn.uncertain) == 5
    assert max(drawn.uncertain) < 5 * POOL_FACTOR + len(drawn.random)


def test_the_doubtful_ones_lie_apart() -> None:
    """Of two heaps of equally doubtful texts both are asked about, though one is much larger."""
    small = 3
    heaps = np.array([[0.0, 1.0]] * small + [[1.0, 0.0]] * 30)
    for seed in range(20):
        assert any(number < small for number in select(np.zeros(len(heaps)), heaps, [], 4, seed=seed).all)


def test_what_was_asked_before_is_a_place_to_keep_away_from() -> None:
    places = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    drawn = select(np.array([0.0, 0.0, 0.0, 5.0]), places, [0], 2, seed=0)
    left = {1, 2, 3} - set(drawn.random)
    farthest = min(left, key=lambda number: float(places[number] @ places[0]))
    assert drawn.uncertain == (farthest,)


def test_without_positions_the_most_doubtful_come_first() -> None:
    drawn = select(np.array([3.0, 1.0, 2.0, 0.0]), np.zeros((4, 0)), [], 2, seed=0)
    left = [number for number in (3, 1, 2, 0) if number not in drawn.random]
    assert drawn.uncertain == (left[0],)


def test_the_same_seed_draws_the_same() -> None:
    doubt, places = np.arange(30.0), around_a_circle(30)
    assert select(doubt, places, [4], 8, seed=7) == select(doubt, places, [4], 8, seed=7)
    assert select(doubt, places, [4], 8, seed=7) != select(doubt, places, [4], 8, seed=8)
