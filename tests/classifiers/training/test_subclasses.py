"""The subclass model is fitted on posts that have a subclass, and scores each by a model that did not see it."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp

from classifiers.data.datasets import Example
from classifiers.training.splits import groups_of
from classifiers.training.subclasses import (
    LEAST_DOCUMENTS,
    LEAST_OF_KIND,
    LEAST_OF_TOPIC,
    NONE,
    FittedSubclasses,
    fit_subclasses,
    subclass_names,
)

EACH = 60
CHANCE = np.random.default_rng(7)


def post(kind: str = "", topic: str = "money") -> Example:
    return Example("bài", {}, facts={"kind": kind, "topic": topic} if kind else {})


def crossed() -> tuple[sp.csr_matrix, np.ndarray, list[str]]:
    """Make posts of four kinds by two signs; each kind has a sign in common with two others, so no line divides them.

    Beside the signs there are features that say nothing, one of them too rare to be read.
    """
    signs = np.repeat([[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 0, 1], [0, 1, 1, 0]], EACH, axis=0)
    noise = CHANCE.random((4 * EACH, 3)) * 0.3
    rare = np.zeros((4 * EACH, 1))
    rare[: LEAST_DOCUMENTS - 1] = 1.0
    kinds = np.repeat(["alarm", "notice", "criticism", "question"], EACH)
    return sp.csr_matrix(np.hstack([signs, noise, rare])), kinds, [f"bài số {n}" for n in range(4 * EACH)]


def fitted(names: np.ndarray, matrix: sp.csr_matrix, texts: Sequence[str]) -> FittedSubclasses:
    found = fit_subclasses(matrix, names, groups_of(texts), folds=3, seed=1, on_fitted=lambda: None)
    assert found is not None
    return found


def test_a_kind_is_told_apart_by_topic_where_there_are_enough_posts() -> None:
    posts = [post("satire", "money")] * LEAST_OF_TOPIC + [post("satire", "school")] * LEAST_OF_KIND
    assert set(subclass_names(posts, np.arange(len(posts)))) == {"satire:money", "satire"}


def test_too_few_posts_are_of_no_kind_and_neither_are_posts_from_elsewhere() -> None:
    posts = [post("satire")] * (LEAST_OF_KIND - 1) + [post("mood")] * LEAST_OF_KIND + [post()]
    assert subclass_names(posts, np.arange(len(posts))).tolist() == [NONE] * (LEAST_OF_KIND - 1) + [
        "mood"
    ] * LEAST_OF_KIND + [NONE]


def test_a_label_is_as_likely_in_a_subclass_as_it_is_frequent_there() -> None:
    matrix, names, texts = crossed()
    found = fitted(names, matrix, texts)
    rows = np.flatnonzero(names != "question")  # of which nothing is known
    answers = (names[rows] == "alarm") | ((names[rows] == "notice") & (rows % 4 == 0))
    scores = found.scores(rows, answers, weight=0.5, kind_factors={})
    with_label, without = (dict(zip(found.model.names, row, strict=True)) for row in scores.shares.tolist())
    assert with_label == {"alarm": 1.0, "notice": 0.25, "criticism": 0.0, "question": pytest.approx(answers.mean())}
    assert without == {name: pytest.approx(1 - share) for name, share in with_label.items()}
    assert found.scores(rows, np.zeros(len(rows), bool), weight=0.5, kind_factors={}) is None, (
        "all subclasses say the same"
    )
    assert found.scores(rows, answers, weight=0.0, kind_factors={}) is None, "the label does not go by subclasses"


def test_kinds_that_are_commoner_than_in_training_count_more() -> None:
    matrix, names, texts = crossed()
    found, rows = fitted(names, matrix, texts), np.arange(len(names))
    plain = found.scores(rows, names == "alarm", weight=0.5, kind_factors={})
    shifted = found.scores(rows, names == "alarm", weight=0.5, kind_factors={"criticism": 4.0})
    place = found.model.names.index("criticism")
    assert (shifted.shares[:, place] == 4 * plain.shares[:, place]).all()
    assert (shifted.log_odds < plain.log_odds).all()


def test_what_no_linear_model_divides_subclasses_do() -> None:
    matrix, names, texts = crossed()
    label = np.isin(names, ["alarm", "notice"])
    scores = fitted(names, matrix, texts).scores(np.arange(len(names)), label, weight=0.5, kind_factors={})
    assert scores.log_odds[label].min() > scores.log_odds[~label].max()


def test_rare_features_are_not_read() -> None:
    matrix, kinds, texts = crossed()
    assert fitted(kinds, matrix, texts).model.columns.tolist() == list(range(7))


def test_equal_posts_never_vouch_for_each_other() -> None:
    # Kinds by chance, and each post so often that the feature which it alone has is read.
    strange = np.tile(CHANCE.permutation(crossed()[1]), LEAST_DOCUMENTS)
    alone = sp.vstack([sp.csr_matrix(3 * np.eye(4 * EACH))] * LEAST_DOCUMENTS).tocsr()
    texts = crossed()[2] * LEAST_DOCUMENTS

    def right(texts: Sequence[str]) -> float:
        found = fitted(strange, alone, texts)
        return float((np.array(found.model.names)[found.unseen.argmax(axis=1)] == strange).mean())

    assert right([f"{text}, lần {n}" for n, text in enumerate(texts)]) > 0.9, "what saw a copy knows"
    assert right(texts) < 0.45, "a guess of four"


def test_texts_of_no_kind_are_judged_but_not_learnt_from() -> None:
    matrix, kinds, texts = crossed()
    some = kinds.copy()
    some[::5] = NONE
    found = fitted(some, matrix, texts)
    assert NONE not in found.model.names
    names = np.array(found.model.names)
    assert (names[found.unseen[::5].argmax(axis=1)] == kinds[::5]).mean() > 0.9


def test_the_same_posts_teach_the_same() -> None:
    matrix, kinds, texts = crossed()
    one, other = fitted(kinds, matrix, texts), fitted(kinds, matrix, texts)
    assert np.array_equal(one.model.weights, other.model.weights)
    assert np.array_equal(one.unseen, other.unseen)


def test_each_fit_is_told_and_with_one_subclass_there_is_none() -> None:
    matrix, names, texts = crossed()
    told: list[int] = []
    for given, fits in ((np.full_like(names, "mood"), 0), (np.full_like(names, NONE), 0), (names, 4)):
        on_fitted = partial(told.append, fits)
        found = fit_subclasses(matrix, given, groups_of(texts), folds=3, seed=1, on_fitted=on_fitted)
        assert (found is not None) is bool(fits)
    assert told == [4] * 4


def test_copies_do_not_make_a_subclass() -> None:
    posts = [post("satire")] * LEAST_OF_KIND
    assert set(subclass_names(posts, np.zeros(LEAST_OF_KIND, dtype=int))) == {NONE}


def test_two_subclasses_are_told_apart_as_well() -> None:
    matrix, names, texts = crossed()
    rows = np.flatnonzero(np.isin(names, ["alarm", "notice"]))
    found = fitted(names[rows], matrix[rows], [texts[row] for row in rows])
    assert found.model.weights.shape == (len(found.model.columns), 2)
    assert (np.array(found.model.names)[found.unseen.argmax(axis=1)] == names[rows]).mean() > 0.9


def test_a_copy_without_a_subclass_is_not_scored_by_a_model_that_saw_its_text() -> None:
    # Subclasses by chance; a feature of its own tells each post, so only a model that saw the text knows.
    chance = CHANCE.permutation(crossed()[1])
    alone = sp.csr_matrix(3 * np.eye(4 * EACH))
    matrix = sp.vstack([alone] * (LEAST_DOCUMENTS + 1)).tocsr()
    names = np.concatenate([np.tile(chance, LEAST_DOCUMENTS), np.full(4 * EACH, NONE)])
    found = fitted(names, matrix, crossed()[2] * (LEAST_DOCUMENTS + 1))
    right = np.array(found.model.names)[found.unseen[-4 * EACH :].argmax(axis=1)] == chance
    assert right.mean() < 0.45, "a guess of four"
