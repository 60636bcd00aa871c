"""Features that stand in like texts get like vectors, whatever they are; and what was learnt on vectors folds back."""

from collections.abc import Sequence

import numpy as np
import pytest

from classifiers.features.embeddings import DIMENSIONS, feature_vectors, positions
from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import PreparedText, prepare
from classifiers.text.segment import Segmenter
from classifiers.training.terrain import Terrain, balanced

WORK = [
    "xưởng nóng quá không có quạt",
    "xưởng nóng mà quạt hỏng rồi",
    "xưởng nóng chưa lắp quạt",
    "quạt xưởng hỏng nóng quá",
]
FOOD = ["quán phở này ngon mà rẻ", "phở ngon rẻ nhất phố", "quán bún ngon cũng rẻ", "bún phở quán này rẻ ngon"]


@pytest.fixture(scope="module")
def texts(segmenter: Segmenter) -> Sequence[PreparedText]:
    return [prepare(f"{text} {end}", segmenter) for text in WORK + FOOD for end in ("nhé", "thật", "đó", "vậy")]


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def test_words_that_are_used_alike_get_like_vectors(texts: Sequence[PreparedText]) -> None:
    space = FeatureSpace.fit(texts)
    vectors = feature_vectors(space, texts, space.transform(texts), seed=1)
    start, known = space.block("syllables").start, space.vocabulary("syllables")
    fan, hot, noodles = (vectors[start + known[word]] for word in ("quạt", "nóng", "phở"))
    assert likeness(fan, hot) > 0.5
    assert likeness(fan, noodles) < 0.0


def test_there_is_a_vector_for_every_feature_of_every_view(texts: Sequence[PreparedText]) -> None:
    space = FeatureSpace.fit(texts)
    vectors = feature_vectors(space, texts, space.transform(texts), seed=1)
    assert vectors.shape[0] == space.width
    assert 0 < vectors.shape[1] <= DIMENSIONS
    assert np.isfinite(vectors).all()


def test_texts_without_common_syllables_have_no_surroundings(segmenter: Segmenter) -> None:
    few = [prepare(text, segmenter) for text in ("một hai", "một hai", "ba bốn", "ba bốn")]
    assert positions(FeatureSpace.fit(few), few, seed=1).shape == (4, 0)


def test_positions_have_length_one_and_tell_topics_apart(texts: Sequence[PreparedText]) -> None:
    places = positions(FeatureSpace.fit(texts), texts, seed=1)
    assert np.linalg.norm(places, axis=1) == pytest.approx(1.0)
    half = len(texts) // 2
    alike = places @ places.T
    assert alike[:half, :half].mean() > alike[:half, half:].mean() + 0.5


def test_the_same_texts_give_the_same_vectors(texts: Sequence[PreparedText]) -> None:
    space = FeatureSpace.fit(texts)
    matrix = space.transform(texts)
    assert np.array_equal(feature_vectors(space, texts, matrix, seed=1), feature_vectors(space, texts, matrix, seed=1))


def test_a_line_on_both_is_the_same_line_on_features_alone(texts: Sequence[PreparedText]) -> None:
    terrain, matrix = Terrain.fit(texts, reach=2.5, min_documents=2, seed=1)
    beside = terrain.beside(matrix)
    numbers = np.random.default_rng(1)
    coefficients = numbers.normal(size=beside.shape[1])
    folded = terrain.fold(coefficients, 0.7)
    assert folded.weights.shape == (terrain.space.width,)
    assert folded.log_odds(matrix) == pytest.approx(np.asarray(beside @ coefficients + 0.7), abs=1e-4)


def test_a_few_labels_carry_to_words_that_no_label_showed(texts: Sequence[PreparedText], segmenter: Segmenter) -> None:
    """One labelled text of each kind; the texts that are judged share no syllable with them."""
    terrain, _ = Terrain.fit(texts, reach=2.5, min_documents=2, seed=1)
    shown = [prepare(text, segmenter) for text in ("xưởng nóng", "quán rẻ")]
    answers = np.array([True, False])
    line = terrain.fit_line(terrain.beside(terrain.space.transform(shown)), answers, np.ones(2), strength=3.0)
    work, food = line.log_odds(
        terrain.space.transform([prepare(text, segmenter) for text in ("quạt hỏng", "phở ngon")])
    )
    assert work > 0 > food


def test_the_reach_is_the_mean_length_of_a_texts_surroundings(texts: Sequence[PreparedText]) -> None:
    terrain, matrix = Terrain.fit(texts, reach=2.5, min_documents=2, seed=1)
    around = terrain.surroundings(matrix)
    assert np.linalg.norm(around, axis=1).mean() == pytest.approx(2.5, rel=1e-3)
    assert around.mean(axis=0) == pytest.approx(0.0, abs=1e-4)


def test_yes_and_no_get_half_of_the_weight_each() -> None:
    weights = balanced(np.array([True, False, False, False]), np.array([1.0, 1.0, 2.0, 3.0]))
    assert weights.sum() == pytest.approx(7.0)
    assert weights[0] == pytest.approx(3.5)
    assert weights[3] == pytest.approx(3 * weights[1])
