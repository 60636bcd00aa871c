"""Other sets are asked what they know, and never give away the target's answers."""

import numpy as np
import scipy.sparse as sp

from classifiers.data.datasets import Example
from classifiers.training.auxiliary import LEAST_ANSWERS, Source, grades_of, opinions, questions_of

CLASSES = ("clean", "offensive", "hate")


def graded(*names: str) -> list[Example]:
    return [Example(f"{name} {n}", {c: c == name for c in CLASSES}) for n, name in enumerate(names)]


def test_a_graded_set_is_asked_how_grave_a_text_is_at_least() -> None:
    source = Source("vihsd", graded("clean", "hate", "offensive"), about="negative")
    assert [question.targets.tolist() for question in questions_of(source)] == [[0, 1, 1], [0, 1, 0]]
    assert grades_of(source.examples).tolist() == [0, 2, 1]


def test_texts_of_the_target_are_left_out() -> None:
    source = Source("vihsd", graded("clean", "hate", "clean"), about="negative")
    assert source.without({"hate 1", "elsewhere"}).examples == [source.examples[0], source.examples[2]]


def test_a_source_says_what_its_own_model_would() -> None:
    examples = graded(*["clean", "hate"] * LEAST_ANSWERS)
    matrix = sp.csr_matrix([[0.0, 1.0, 0.3], [1.0, 0.0, 0.3]] * LEAST_ANSWERS)
    milder, graver = opinions(Source("vihsd", examples, about="negative"), matrix, seed=1)
    assert milder[0] > 0 > milder[1]
    assert np.array_equal(milder, graver), "nothing is offensive without being hate here"


def test_a_source_that_knows_too_little_has_no_opinion() -> None:
    examples = graded(*["clean"] * 50, *["hate"] * (LEAST_ANSWERS - 1))
    assert opinions(Source("vihsd", examples, about="negative"), sp.csr_matrix(np.eye(len(examples))), seed=1) == []
