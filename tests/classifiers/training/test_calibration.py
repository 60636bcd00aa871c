"""Linear model and subclasses are blended by their weight and calibrated, and fold into one model of the label."""

from dataclasses import replace

import numpy as np
import pytest

from classifiers.data.datasets import Example
from classifiers.labels import LABEL_NAMES
from classifiers.model.classifier import Classifier, LabelModel, sigmoid
from classifiers.text.segment import Segmenter
from classifiers.training.calibration import Correction, SubclassScores, calibrate, default_corrections
from classifiers.training.config import TrainingConfig
from classifiers.training.linear import LinearModel
from classifiers.training.train import Trainer

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


CORRECTION = Correction(slope=0.5, intercept=-1.0, length=0.25, reply=-2.0, threshold=0.75)
SAID = {"xưởng thiếu nước": True, "hôm nay vui quá": False}


def test_a_corrected_model_gives_the_corrected_log_odds() -> None:
    model = LabelModel("concern", np.array([2.0, -1.0]), 0.5, subclass_weight=0.8)
    corrected = CORRECTION.apply(model)
    assert corrected.weights.tolist() == [1.0, -0.5]
    assert (corrected.intercept, corrected.subclass_weight) == (-0.75, 0.4)
    assert corrected.trait_weights.tolist() == [0.25, -2.0]
    traits = np.array([[4.0, 0.0], [4.0, 1.0]])
    assert CORRECTION.log_odds(np.array([2.0, 2.0]), traits).tolist() == [1.0, -1.0]


def test_there_is_a_correction_of_each_label() -> None:
    found = default_corrections()
    assert tuple(found) == LABEL_NAMES
    for correction in found.values():
        assert correction.slope > 0, "a label that the corpus makes likely is likely"
        assert 0 < correction.threshold < 1


def test_the_trainer_corrects_and_flags_from_the_threshold_on(segmenter: Segmenter) -> None:
    plain = TrainingConfig(min_documents=2)
    corrected = replace(plain, corrections={"concern": CORRECTION})
    texts = [Example(f"{said} {n % 9} lần {n}", {"concern": label}) for said, label in SAID.items() for n in range(40)]
    before, after = (Trainer(segmenter, config).fit(texts) for config in (plain, corrected))
    assert after.data_hash != before.data_hash
    assert after.classifier.thresholds["concern"] >= CORRECTION.threshold
    post = texts[0].text
    assert _log_odds(after.classifier, post) == pytest.approx(
        0.5 * _log_odds(before.classifier, post) - 1.0 + 0.25 * np.log1p(len(post))
    )


def _log_odds(classifier: Classifier, text: str) -> float:
    (prediction,) = classifier.predict([text])
    probability = prediction.probabilities["concern"]
    return float(np.log(probability / (1 - probability)))
