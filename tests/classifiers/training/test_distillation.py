"""What a curved border says of texts softens the answers that a straight line learns from."""

import numpy as np
import pytest

from classifiers.training.distillation import LANDMARKS, LEAST, Trust, Tutor, answers_of, nearness

CHANCE = np.random.default_rng(3)
PLACES = CHANCE.normal(size=(300, 4)).astype(np.float32)
RING = np.linalg.norm(PLACES, axis=1) > 2.0  # no line tells it from what lies within
ROWS = np.arange(300)
EVEN = np.ones(300)


def tutor(of_no: float, of_yes: float) -> Tutor:
    return Tutor(nearness(PLACES, seed=1), Trust(of_no, of_yes))


def test_a_target_between_is_a_yes_and_a_no_of_its_shares() -> None:
    places, answers, parts = answers_of(np.array([0.0, 0.25, 1.0]))
    assert places.tolist() == [1, 2, 0, 1]
    assert answers.tolist() == [True, True, False, False]
    assert parts.tolist() == [0.25, 1.0, 1.0, 0.75]


def test_texts_near_those_with_the_label_are_less_of_a_no() -> None:
    wrong = RING.astype(float)
    hidden = np.flatnonzero(RING)[:5]
    wrong[hidden] = 0
    softened = tutor(0.5, 0.0).soften(ROWS, wrong, EVEN)
    assert softened[hidden].mean() > softened[~RING].mean() + 0.1
    assert np.array_equal(softened[wrong == 1], wrong[wrong == 1]), "of a yes nothing is taken away"


def test_no_target_moves_farther_than_the_tutor_is_trusted() -> None:
    targets = np.where(RING, 1.0, 0.1)
    softened = tutor(0.4, 0.2).soften(ROWS, targets, EVEN)
    assert (softened[RING] >= 0.8).all()
    assert (softened[~RING] <= 0.06 + 0.4).all()


def test_targets_that_are_all_but_certain_are_made_so() -> None:
    softened = tutor(0.05, 0.05).soften(ROWS, RING.astype(float), EVEN)
    between = softened[(softened > 0) & (softened < 1)]
    assert ((between >= LEAST) & (between <= 1 - LEAST)).all()
    assert (softened == 0).any()


def test_texts_that_count_more_are_heeded_more() -> None:
    targets = np.zeros(300)
    targets[:150] = 1.0
    loud = np.where(ROWS < 150, 5.0, 1.0)
    mine = tutor(0.5, 0.0)
    assert mine.soften(ROWS, targets, loud)[150:].mean() > mine.soften(ROWS, targets, EVEN)[150:].mean()


@pytest.mark.parametrize("texts", [20, 700])
def test_there_are_never_more_landmarks_than_texts(texts: int) -> None:
    near = nearness(CHANCE.normal(size=(texts, 6)).astype(np.float32), seed=1)
    assert near.shape == (texts, min(texts, LANDMARKS))
    assert np.isfinite(near).all()
