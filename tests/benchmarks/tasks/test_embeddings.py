"""Features that stand in like texts get like vectors, whatever they are; and what was learnt on vectors folds back."""

from collections.abc import Sequence

import numpy as np
import pytest

from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import PreparedText, View, prepare, syllables
from classifiers.text.segment import Segmenter
from tests.benchmarks.tasks.embeddings import DIMENSIONS, feature_vectors, positions
from tests.benchmarks.tasks.features import MIN_DOCUMENTS

VIEWS = (
    View("syllables", (1, 2), scale=1.0, word_tokens=syllables),
    View("letters", (2, 4), scale=0.7, word_tokens=syllables, characters=True),
)
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
    space = FeatureSpace.fit(texts, views=VIEWS, min_documents=MIN_DOCUMENTS)
    vectors = feature_vectors(space, texts, space.transform(texts), seed=1)
    start, known = space.block("syllables").start, space.vocabulary("syllables")
    fan, hot, noodles = (vectors[start + known[word]] for word in ("quạt", "nóng", "phở"))
    assert likeness(fan, hot) > 0.5
    assert likeness(fan, noodles) < 0.0


def test_there_is_a_vector_for_every_feature_of_every_view(texts: Sequence[PreparedText]) -> None:
    space = FeatureSpace.fit(texts, views=VIEWS, min_documents=MIN_DOCUMENTS)
    vectors = feature_vectors(space, texts, space.transform(texts), seed=1)
    assert vectors.shape[0] == space.width
    assert 0 < vectors.shape[1] <= DIMENSIONS
    assert np.isfinite(vectors).all()


def test_texts_without_common_syllables_have_no_surroundings(segmenter: Segmenter) -> None:
    few = [prepare(text, segmenter) for text in ("một hai", "một hai", "ba bốn", "ba bốn")]
    assert positions(FeatureSpace.fit(few, views=VIEWS, min_documents=MIN_DOCUMENTS), few, seed=1).shape == (4, 0)


def test_positions_have_length_one_and_tell_topics_apart(texts: Sequence[PreparedText]) -> None:
    places = positions(FeatureSpace.fit(texts, views=VIEWS, min_documents=MIN_DOCUMENTS), texts, seed=1)
    assert np.linalg.norm(places, axis=1) == pytest.approx(1.0)
    half = len(texts) // 2
    alike = places @ places.T
    assert alike[:half, :half].mean() > alike[:half, half:].mean() + 0.5


def test_the_same_texts_give_the_same_vectors(texts: Sequence[PreparedText]) -> None:
    space = FeatureSpace.fit(texts, views=VIEWS, min_documents=MIN_DOCUMENTS)
    matrix = space.transform(texts)
    assert np.array_equal(feature_vectors(space, texts, matrix, seed=1), feature_vectors(space, texts, matrix, seed=1))
