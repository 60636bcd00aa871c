"""Auxiliary sets give scores beside the features, and never give away the target's answers."""

import numpy as np
import pytest
import scipy.sparse as sp

from classifiers.data.datasets import Example
from classifiers.features.tokens import prepare_all
from classifiers.text.segment import Segmenter
from classifiers.training.auxiliary import (
    DEVIATION,
    LEAST_ANSWERS,
    AuxiliaryScores,
    AuxiliarySet,
    auxiliary_weights,
    class_places,
)
from classifiers.training.linear import LinearModel

CLASSES = ("clean", "offensive", "hate")
CHANCE = np.random.default_rng(3)
MATRIX = sp.csr_matrix(CHANCE.random((40, 12)))


def graded(*names: str) -> list[Example]:
    return [Example(f"{name} {n}", {c: c == name for c in CLASSES}) for n, name in enumerate(names)]


def test_classes_have_their_place_from_mild_to_grave() -> None:
    assert class_places(graded("clean", "hate", "offensive")).tolist() == [0, 2, 1]


def test_texts_of_the_target_are_left_out_however_they_are_written(segmenter: Segmenter) -> None:
    texts = ["Đồ ngu", "ĐỒ NGU ", "quạt hỏng"]
    examples = [Example(text, {"clean": False, "hate": True}) for text in texts]
    prepared = prepare_all(texts, segmenter)
    rest, texts_left = AuxiliarySet("vihsd", examples, about="negative").without(prepared, {prepared[0].aligned.text})
    assert rest.examples == [examples[2]]
    assert list(texts_left) == [prepared[2]]


def test_there_is_a_model_for_each_step_to_a_graver_class() -> None:
    examples = graded(*["clean", "hate"] * LEAST_ANSWERS)
    matrix = sp.csr_matrix([[0.0, 1.0, 0.3], [1.0, 0.0, 0.3]] * LEAST_ANSWERS)
    milder, graver = auxiliary_weights(AuxiliarySet("vihsd", examples, about="negative"), matrix, seed=1)
    assert milder[0] > 0 > milder[1]
    assert np.array_equal(milder, graver), "nothing is offensive without being hate here"


def test_a_set_with_too_few_answers_gives_no_score() -> None:
    examples = graded(*["clean"] * 50, *["hate"] * (LEAST_ANSWERS - 1))
    auxiliary = AuxiliarySet("vihsd", examples, about="negative")
    assert auxiliary_weights(auxiliary, sp.csr_matrix(np.eye(len(examples))), seed=1) == []


def test_scores_are_centred_and_of_one_deviation() -> None:
    scores = AuxiliaryScores.fit([CHANCE.normal(size=12), 100 * CHANCE.normal(size=12)], MATRIX)
    columns = scores.append_to(MATRIX).toarray()[:, 12:]
    assert columns.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert columns.std(axis=0) == pytest.approx(DEVIATION)


def test_a_folded_model_scores_as_the_one_with_columns() -> None:
    scores = AuxiliaryScores.fit([CHANCE.normal(size=12) for _ in range(3)], MATRIX)
    wide = LinearModel(CHANCE.normal(size=15), 0.7)
    folded = scores.fold(wide)
    assert folded.weights.shape == (12,)
    assert folded.decision_function(MATRIX) == pytest.approx(wide.decision_function(scores.append_to(MATRIX)))


def test_without_auxiliary_models_nothing_changes() -> None:
    scores = AuxiliaryScores.fit([], MATRIX)
    model = LinearModel(CHANCE.normal(size=12), 0.7)
    assert scores.append_to(MATRIX) is MATRIX
    assert np.array_equal(scores.fold(model).weights, model.weights)
