"""Texts of like words get like vectors."""

import numpy as np
import pytest
import scipy.sparse as sp

from classifiers.features.embeddings import DIMENSIONS, embed

# Two topics with four words each; no two texts of a topic are the same.
TOPICS = np.kron(np.eye(2), np.ones((4, 4)) - np.eye(4))


def test_rows_have_length_one_and_tell_topics_apart() -> None:
    vectors = embed(sp.csr_matrix(TOPICS), seed=1)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0)
    likeness = vectors @ vectors.T
    assert likeness[:4, :4].mean() > likeness[:4, 4:].mean() + 0.5


def test_the_same_texts_give_the_same_vectors() -> None:
    assert np.array_equal(embed(sp.csr_matrix(TOPICS), seed=1), embed(sp.csr_matrix(TOPICS), seed=1))


def test_there_are_no_more_dimensions_than_asked_for() -> None:
    wide = sp.random(150, 300, density=0.1, random_state=1, format="csr")
    assert embed(wide, seed=1).shape == (150, DIMENSIONS)


@pytest.mark.parametrize("texts", [0, 1])
def test_one_text_lies_nowhere(texts: int) -> None:
    assert embed(sp.csr_matrix((texts, 5)), seed=1).shape == (texts, 0)
