"""Corrections that were measured on real posts change a label's log-odds, and from where on it is flagged."""

from dataclasses import replace

import numpy as np
import pytest

from classifiers.data.datasets import Example
from classifiers.labels import LABEL_NAMES
from classifiers.model.classifier import Classifier, LabelModel
from classifiers.text.segment import Segmenter
from classifiers.training.config import TrainingConfig
from classifiers.training.real_posts import Correction, default_corrections
from classifiers.training.train import Trainer

CORRECTION = Correction(slope=0.5, intercept=-1.0, length=0.25, reply=-2.0, threshold=0.75)
SAID = {"xưởng thiếu nước": True, "hôm nay vui quá": False}


def test_a_corrected_model_gives_the_corrected_log_odds() -> None:
    model = LabelModel("concern", np.array([2.0, -1.0]), 0.5, subclass_weight=0.8)
    corrected = CORRECTION.apply(model)
    assert corrected.weights.tolist() == [1.0, -0.5]
    assert (corrected.intercept, corrected.subclass_weight) == (-0.75, 0.4)
    assert (corrected.length_weight, corrected.reply_weight) == (0.25, -2.0)
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
