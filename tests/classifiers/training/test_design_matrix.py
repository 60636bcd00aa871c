"""The design matrix holds the features of the target's texts, and knows which label an auxiliary set is about."""

import pytest

from classifiers.data.datasets import Example
from classifiers.features.tokens import PreparedText, prepare
from classifiers.text.segment import Segmenter
from classifiers.training.auxiliary import AuxiliarySet
from classifiers.training.config import TrainingConfig
from classifiers.training.design_matrix import DesignMatrix

CONFIG = TrainingConfig(min_documents=2)


@pytest.fixture(scope="module")
def texts(segmenter: Segmenter) -> list[PreparedText]:
    return [prepare(f"xưởng {thing} lần {n}", segmenter) for n in range(12) for thing in ("quạt hỏng", "cơm nguội")]


def test_an_auxiliary_set_gives_scores_for_its_label_alone(texts: list[PreparedText]) -> None:
    examples = [Example(text.aligned.text, {"clean": n % 2 == 0, "hate": n % 2 == 1}) for n, text in enumerate(texts)]
    told: list[tuple[str, int, int]] = []
    auxiliary = AuxiliarySet("vihsd", examples, about="negative")
    design = DesignMatrix.fit(texts, [(auxiliary, texts)], CONFIG, lambda *step: told.append(step))
    assert design.matrix.shape == (24, design.space.width)
    assert design.scores_for("negative").weights.shape == (design.space.width, 1)
    assert design.scores_for("concern").weights.shape == (design.space.width, 0)
    assert told == [("auxiliary sets", 1, 1)]


def test_document_frequencies_are_those_of_the_target(texts: list[PreparedText], segmenter: Segmenter) -> None:
    other = [prepare(f"quạt máy {n}", segmenter) for n in range(50)]
    auxiliary = AuxiliarySet("vihsd", [Example("x", {"clean": True, "hate": False})] * 50, about="negative")
    alone = DesignMatrix.fit(texts, [], CONFIG, lambda *_: None)
    beside = DesignMatrix.fit(texts, [(auxiliary, other)], CONFIG, lambda *_: None)
    column, other_column = (each.space.vocabulary("spelled")["hỏng"] for each in (alone, beside))
    assert alone.matrix[0, column] == beside.matrix[0, other_column] > 0
