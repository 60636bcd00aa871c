"""What kind of post a text is says how likely its labels are."""

import numpy as np
import pytest
import scipy.sparse as sp

from classifiers.model.subclasses import ORDINARY, Kinds, log_odds, pull, restraint

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
    found = KINDS.of(MATRIX)
    little = 1e-6
    moved = [(log_odds(found + little * kind, shares) - log_odds(found, shares)) / little for kind in np.eye(3)]
    assert pull(found, shares) == pytest.approx(np.column_stack(moved), abs=1e-5)


def test_each_text_has_its_own_weights_and_features_that_are_not_read_have_none() -> None:
    pulls = np.array([[[1.0, 0.0], [2.0, 1.0], [4.0, 0.0]], [[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]])
    weights = KINDS.weigh(sp.csr_matrix([[9.0, 0.2, 9.0, 0.1], [0.0, 0.3, 0.0, 0.0]]), pulls)
    assert weights[:, 0] == pytest.approx([0, 1.0 + 4.0 - 4.0, 0, 0.5 - 3.0, 0])
    assert weights[:, 1] == pytest.approx([0, 2.0, 0, -1.5, 1.0])


def test_the_longer_a_text_the_less_sure_its_kind_is() -> None:
    """The same words that speak for a kind, in a text of ordinary length and among sixteen times as many others."""
    width = 16 * ORDINARY
    ordinary, long = np.zeros(width), np.full(width, 0.01)
    ordinary[:ORDINARY], ordinary[[1, 3]], long[[1, 3]] = 0.01, 1.0, 1.0
    matrix = sp.csr_matrix(np.vstack([ordinary, long, np.zeros(width)]))
    assert restraint(matrix) == pytest.approx([1.0, 0.5, 1.0])
    found = KINDS.of(matrix)
    apart = found - found[:, :1]
    assert apart[1] == pytest.approx(apart[0] / 2)
