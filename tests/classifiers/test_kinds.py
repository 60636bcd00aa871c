"""What kind of post a text is says how likely its labels are."""

import numpy as np
import pytest
import scipy.sparse as sp

from classifiers.kinds import Kinds, log_odds, pull

KINDS = Kinds(
    ("correction", "rumour", "small_talk"),
    np.array([1, 3]),
    np.array([[1.0, 2.0, -1.0], [0.5, -1.5, 0.0]], np.float32),
    np.array([0.1, -0.2, 0.3]),
)
MATRIX = sp.csr_matrix([[9.0, 1.0, 9.0, 0.5], [9.0, 0.0, 9.0, 0.0], [0.0, 0.2, 0.0, 2.0]])
RUMOURS = np.array([0.0, 1.0, 0.0])
MIXED = np.array([0.1, 0.9, 0.0])


def test_a_text_is_of_one_kind_or_another() -> None:
    found = KINDS.of(MATRIX)
    assert np.exp(found).sum(axis=1) == pytest.approx(1.0)
    assert found[1] - found[1, 0] == pytest.approx(KINDS.intercepts - 0.1), "features that are not read say nothing"


@pytest.mark.parametrize("shares", [RUMOURS, MIXED])
def test_a_label_is_as_likely_as_the_kinds_that_carry_it(shares: np.ndarray) -> None:
    found = KINDS.of(MATRIX)
    probability = np.exp(found) @ shares
    assert log_odds(found, shares) == pytest.approx(np.log(probability / (1 - probability)))


def test_a_kind_that_is_next_to_impossible_overflows_nothing() -> None:
    assert log_odds(np.array([0.0, -2000.0, -2000.0]), RUMOURS) == pytest.approx(-2000.0, rel=1e-3)


@pytest.mark.parametrize("shares", [RUMOURS, MIXED])
def test_the_pull_is_what_a_little_more_of_a_kind_does(shares: np.ndarray) -> None:
    found = KINDS.of(MATRIX)[2]
    little = 1e-6
    moved = [(log_odds(found + little * kind, shares) - log_odds(found, shares)) / little for kind in np.eye(3)]
    assert pull(found, shares) == pytest.approx(moved, abs=1e-5)


def test_features_that_are_not_read_have_no_weights() -> None:
    weights = KINDS.weights_of(np.array([3, 0, 1, 2, 7]))
    assert weights.tolist() == [[0.5, -1.5, 0.0], [0.0] * 3, [1.0, 2.0, -1.0], [0.0] * 3, [0.0] * 3]
