"""The subclass of a post says how likely its labels are."""

import numpy as np
import pytest
import scipy.sparse as sp

from classifiers.model.subclasses import (
    ORDINARY_LENGTH,
    SubclassModel,
    inverse_temperature,
    label_log_odds,
    log_odds_gradient,
    subclass_shares,
)

SUBCLASSES = SubclassModel(
    ("correction", "rumour", "small_talk"),
    np.array([1, 3]),
    np.array([[1.0, 2.0, -1.0], [0.5, -1.5, 0.0]], np.float32),
    np.array([0.1, -0.2, 0.3]),
)
MATRIX = sp.csr_matrix([[9.0, 1.0, 9.0, 0.5], [9.0, 0.0, 9.0, 0.0], [0.0, 0.2, 0.0, 2.0]])
RUMOURS = subclass_shares(np.array([0.0, 1.0, 0.0]), np.ones(3))
MIXED = subclass_shares(np.array([0.1, 0.9, 0.0]), np.ones(3))
SHIFTED = subclass_shares(np.array([0.1, 0.9, 0.0]), np.array([1.0, 0.25, 4.0]))


def test_a_text_is_of_one_kind_or_another() -> None:
    found = SUBCLASSES.predict_log_proba(MATRIX)
    assert np.exp(found).sum(axis=1) == pytest.approx(1.0)
    assert found[1] - found[1, 0] == pytest.approx(SUBCLASSES.intercepts - 0.1), (
        "features that are not read say nothing"
    )


@pytest.mark.parametrize("shares", [RUMOURS, MIXED, SHIFTED])
def test_a_label_is_as_likely_as_the_kinds_that_carry_it(shares: np.ndarray) -> None:
    found = SUBCLASSES.predict_log_proba(MATRIX)
    carrying, lacking = np.exp(found) @ shares.T[:, 0], np.exp(found) @ shares.T[:, 1]
    assert label_log_odds(found, shares) == pytest.approx(np.log(carrying / lacking))


def test_a_kind_that_is_next_to_impossible_overflows_nothing() -> None:
    assert label_log_odds(np.array([0.0, -2000.0, -2000.0]), RUMOURS) == pytest.approx(-2000.0, rel=1e-3)


@pytest.mark.parametrize("shares", [RUMOURS, MIXED, SHIFTED])
def test_the_gradient_is_what_a_little_more_of_a_kind_does(shares: np.ndarray) -> None:
    found = SUBCLASSES.predict_log_proba(MATRIX)
    little = 1e-6
    moved = [
        (label_log_odds(found + little * subclass, shares) - label_log_odds(found, shares)) / little
        for subclass in np.eye(3)
    ]
    assert log_odds_gradient(found, shares) == pytest.approx(np.column_stack(moved), abs=1e-5)


def test_each_text_has_its_own_weights_and_features_that_are_not_read_have_none() -> None:
    gradients = np.array([[[1.0, 0.0], [2.0, 1.0], [4.0, 0.0]], [[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]])
    weights = SUBCLASSES.feature_gradients(sp.csr_matrix([[9.0, 0.2, 9.0, 0.1], [0.0, 0.3, 0.0, 0.0]]), gradients)
    assert weights[:, 0] == pytest.approx([0, 1.0 + 4.0 - 4.0, 0, 0.5 - 3.0, 0])
    assert weights[:, 1] == pytest.approx([0, 2.0, 0, -1.5, 1.0])


def test_the_longer_a_text_the_less_sure_its_kind_is() -> None:
    """The same words that speak for a subclass, in a text of ordinary length and among sixteen times as many others."""
    width = 16 * ORDINARY_LENGTH
    ordinary, long = np.zeros(width), np.full(width, 0.01)
    ordinary[:ORDINARY_LENGTH], ordinary[[1, 3]], long[[1, 3]] = 0.01, 1.0, 1.0
    matrix = sp.csr_matrix(np.vstack([ordinary, long, np.zeros(width)]))
    assert inverse_temperature(matrix) == pytest.approx([1.0, 0.5, 1.0])
    found = SUBCLASSES.predict_log_proba(matrix)
    apart = found - found[:, :1]
    assert apart[1] == pytest.approx(apart[0] / 2)
