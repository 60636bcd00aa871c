"""Kinds of posts are learnt from those that are written down with one, and each is judged by what did not see it."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from classifiers.data.datasets import Example
from classifiers.model.subclasses import label_log_odds
from classifiers.training.subclasses import (
    LEAST_ABOUT,
    LEAST_OF_KIND,
    LEAST_TEXTS,
    NONE,
    LearntKinds,
    kinds_of,
    learn_kinds,
    shares_of,
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
    rare[: LEAST_TEXTS - 1] = 1.0
    kinds = np.repeat(["alarm", "notice", "criticism", "question"], EACH)
    return sp.csr_matrix(np.hstack([signs, noise, rare])), kinds, [f"bài số {n}" for n in range(4 * EACH)]


def learnt(kinds: np.ndarray, matrix: sp.csr_matrix, texts: Sequence[str], seed: int = 1) -> LearntKinds:
    found = learn_kinds(matrix, kinds, texts, folds=3, seed=seed, done=lambda: None)
    assert found is not None
    return found


def test_a_kind_is_told_apart_by_topic_where_there_are_enough_posts() -> None:
    posts = [post("satire", "money")] * LEAST_ABOUT + [post("satire", "school")] * LEAST_OF_KIND
    assert set(kinds_of(posts)) == {"satire:money", "satire"}


def test_too_few_posts_are_of_no_kind_and_neither_are_posts_from_elsewhere() -> None:
    posts = [post("satire")] * (LEAST_OF_KIND - 1) + [post("mood")] * LEAST_OF_KIND + [post()]
    assert kinds_of(posts).tolist() == [NONE] * (LEAST_OF_KIND - 1) + ["mood"] * LEAST_OF_KIND + [NONE]


def test_shares_are_how_many_posts_of_a_kind_carry_the_label() -> None:
    kinds = np.array(["alarm"] * 4 + ["mood"] * 2)
    answers = np.array([True, True, True, False, False, False])
    shares = shares_of(["alarm", "mood", "satire"], kinds, answers)
    assert shares is not None
    assert shares.tolist() == [0.75, 0.0, 0.5], "of satire nothing is known"
    assert shares_of(["alarm", "mood"], kinds, np.zeros(6, bool)) is None, "no kind says yes"
    assert shares_of(["alarm"], kinds[:3], answers[:3]) is None, "no kind says no"


def test_what_no_line_divides_kinds_do() -> None:
    matrix, kinds, texts = crossed()
    found = learnt(kinds, matrix, texts)
    label = np.isin(kinds, ["alarm", "notice"])
    shares = shares_of(found.kinds.names, kinds, label)
    assert shares is not None
    said = label_log_odds(found.unseen, shares)
    assert said[label].min() > said[~label].max()


def test_rare_features_are_not_read() -> None:
    matrix, kinds, texts = crossed()
    assert learnt(kinds, matrix, texts).kinds.columns.tolist() == list(range(7))


def test_equal_posts_never_vouch_for_each_other() -> None:
    # Kinds by chance, and each post so often that the feature which it alone has is read.
    strange = np.tile(CHANCE.permutation(crossed()[1]), LEAST_TEXTS)
    alone = sp.vstack([sp.csr_matrix(3 * np.eye(4 * EACH))] * LEAST_TEXTS).tocsr()
    texts = crossed()[2] * LEAST_TEXTS

    def right(texts: Sequence[str]) -> float:
        found = learnt(strange, alone, texts)
        return float((np.array(found.kinds.names)[found.unseen.argmax(axis=1)] == strange).mean())

    assert right([f"{text}, lần {n}" for n, text in enumerate(texts)]) > 0.9, "what saw a copy knows"
    assert right(texts) < 0.45, "a guess of four"


def test_texts_of_no_kind_are_judged_but_not_learnt_from() -> None:
    matrix, kinds, texts = crossed()
    some = kinds.copy()
    some[::5] = NONE
    found = learnt(some, matrix, texts)
    assert NONE not in found.kinds.names
    names = np.array(found.kinds.names)
    assert (names[found.unseen[::5].argmax(axis=1)] == kinds[::5]).mean() > 0.9


def test_the_same_posts_teach_the_same() -> None:
    matrix, kinds, texts = crossed()
    one, other = learnt(kinds, matrix, texts), learnt(kinds, matrix, texts)
    assert np.array_equal(one.kinds.weights, other.kinds.weights)
    assert np.array_equal(one.unseen, other.unseen)


def test_with_one_kind_there_is_nothing_to_learn() -> None:
    matrix, kinds, texts = crossed()
    done: list[None] = []
    assert (
        learn_kinds(matrix, np.full_like(kinds, "mood"), texts, folds=3, seed=1, done=lambda: done.append(None)) is None
    )
    assert (
        learn_kinds(matrix, np.full_like(kinds, NONE), texts, folds=3, seed=1, done=lambda: done.append(None)) is None
    )
    assert not done


def test_each_fit_is_told() -> None:
    matrix, kinds, texts = crossed()
    done: list[None] = []
    learn_kinds(matrix, kinds, texts, folds=3, seed=1, done=lambda: done.append(None))
    assert len(done) == 4
