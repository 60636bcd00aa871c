"""Linear model and subclasses are blended by their weight and calibrated, and fold into one model of the label."""

import numpy as np
import pytest

from classifiers.model.classifier import sigmoid
from classifiers.training.calibration import SubclassScores, calibrate
from classifiers.training.linear import LinearModel

CHANCE = np.random.default_rng(11)
FEATURES = CHANCE.normal(size=(200, 6))
ANSWERS = FEATURES[:, 0] + 0.3 * CHANCE.normal(size=200) > 0.4


def test_subclasses_have_their_share_beside_the_linear_model() -> None:
    linear = LinearModel(np.arange(6.0), 0.5)
    scores = 20 * FEATURES[:, 0] + 1
    said = SubclassScores(0.1 * FEATURES[:, 1] - 3, np.array([[1.0, 0.0], [0.0, 1.0]]), weight=0.25)
    model, log_odds = calibrate("hate", linear, scores, ANSWERS, said)
    scale = float(model.weights[1] / linear.weights[1])
    of_linear, of_subclasses = scale * scores.std(), model.subclass_weight * said.log_odds.std()
    assert of_subclasses / (of_subclasses + of_linear) == pytest.approx(0.25)
    assert model.subclass_shares is said.shares
    shift = model.intercept - linear.intercept * scale
    assert log_odds == pytest.approx(scores * scale + said.log_odds * model.subclass_weight + shift)


def test_probabilities_are_as_frequent_as_they_say() -> None:
    _, log_odds = calibrate("hate", LinearModel(np.ones(6), 0.0), 9 * FEATURES[:, 0], ANSWERS, None)
    assert sigmoid(log_odds).mean() == pytest.approx(ANSWERS.mean(), abs=0.01)


def test_without_subclasses_the_linear_model_stands_alone() -> None:
    model, log_odds = calibrate("hate", LinearModel(np.ones(6), 0.0), FEATURES[:, 0], ANSWERS, None)
    assert (model.subclass_weight, model.subclass_shares.size) == (0.0, 0)
    assert log_odds == pytest.approx(FEATURES[:, 0] * model.weights[0] + model.intercept)


def test_scores_that_rank_the_wrong_way_round_say_nothing() -> None:
    model, log_odds = calibrate("hate", LinearModel(np.ones(6), 0.0), -FEATURES[:, 0], ANSWERS, None)
    assert (model.weights == 0).all()
    assert sigmoid(log_odds) == pytest.approx(ANSWERS.mean(), abs=0.01)


def test_a_few_texts_that_a_score_tells_apart_make_nothing_certain() -> None:
    scores, answers = np.arange(20.0), np.arange(20) >= 10
    _, log_odds = calibrate("hate", LinearModel(np.ones(6), 0.0), scores, answers, None)
    assert 0.8 < sigmoid(log_odds).max() < 0.99
