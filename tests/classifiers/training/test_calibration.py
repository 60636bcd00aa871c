"""Several lines become one head: what they say together is calibrated, and still one weight a feature."""

import os

import numpy as np
import pytest
import scipy.sparse as sp

from classifiers.model.classifier import sigmoid
from classifiers.training.calibration import (
    MOST_AT_ONCE,
    ROOM,
    Said,
    calibrated,
    class_questions,
    combine,
    fitted_lines,
    side_by_side,
    unseen_trees,
    weigh,
)
from classifiers.training.linear import Ground, Line
from classifiers.training.splits import groups_of, random_folds

CHANCE = np.random.default_rng(11)
FEATURES = CHANCE.normal(size=(200, 6))
CLASSES = np.digitize(FEATURES[:, 0] + 0.3 * CHANCE.normal(size=200), [0.4, 1.2])
GROUND = Ground(sp.csr_matrix(FEATURES), (), np.zeros((200, 0), np.float32), (), 3.0, np.ones(200), seed=1)
FOLDS = random_folds(CLASSES, groups_of([str(n) for n in range(200)]), seed=1)


def test_two_classes_need_one_question() -> None:
    (question,) = class_questions(np.array([0, 1, 1, 0]))
    assert (question.rows.tolist(), question.targets.tolist()) == ([0, 1, 2, 3], [0, 1, 1, 0])


def test_three_classes_are_told_apart_and_climbed_step_by_step() -> None:
    *apart, first, second = class_questions(np.array([0, 1, 2, 1]))
    assert [question.targets.tolist() for question in apart] == [[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    assert first.targets.tolist() == [0, 1, 1, 1]
    assert (second.rows.tolist(), second.targets.tolist()) == ([1, 2, 3], [0, 1, 0]), "the mild are not asked"


def test_each_text_is_scored_by_lines_that_did_not_see_it() -> None:
    (question, *_) = questions = class_questions(CLASSES)
    done: list[None] = []
    lines, scores = fitted_lines(GROUND, questions, FOLDS, lambda: done.append(None))
    assert len(done) == len(questions) * (len(FOLDS) + 1)
    assert lines[0].score(GROUND.matrix) == pytest.approx(GROUND.fit(question).score(GROUND.matrix))
    seen, judged = FOLDS[0]
    assert scores[judged, 0] == pytest.approx(GROUND.fit(question, seen).score(GROUND.matrix[judged]))
    assert not np.isnan(scores).any()


def test_texts_that_no_fold_judges_have_no_score() -> None:
    _, scores = fitted_lines(GROUND, class_questions(CLASSES)[:1], FOLDS[:1], lambda: None)
    assert np.isnan(scores).sum() == 200 - len(FOLDS[0][1])


def test_trees_are_judged_alike() -> None:
    scores = unseen_trees(FEATURES, CLASSES > 0, FOLDS[:4], seed=1)
    assert np.isnan(scores).sum() == len(FOLDS[4][1])
    known = ~np.isnan(scores[:, 0])
    assert scores[known, 0][CLASSES[known] > 0].mean() > scores[known, 0][CLASSES[known] == 0].mean()


def test_weighed_scores_are_calibrated_and_rows_without_a_score_are_passed_over() -> None:
    scores = np.column_stack([10 * FEATURES[:, 0], FEATURES[:, 1]])
    scores[:3] = np.nan
    found = weigh(scores, CLASSES)
    assert len(found) == 3
    for place, (shares, shift) in enumerate(found):
        said = sigmoid(scores[3:] @ shares + shift)
        assert said.mean() == pytest.approx((CLASSES[3:] == place).mean(), abs=0.01)


@pytest.mark.parametrize("dull", [np.full(200, -1.2), 1e-16 * CHANCE.normal(size=200)], ids=["constant", "noise"])
def test_a_score_that_says_the_same_of_every_text_counts_nothing(dull: np.ndarray) -> None:
    alone = weigh(FEATURES[:, :1], CLASSES)
    beside = weigh(np.column_stack([FEATURES[:, 0], dull]), CLASSES)
    for (shares, shift), (expected, at) in zip(beside, alone, strict=True):
        assert shares == pytest.approx([expected[0], 0.0], abs=1e-3)
        assert shift == pytest.approx(at, abs=1e-3)


def test_of_two_classes_one_is_the_mirror_of_the_other() -> None:
    (no, down), (yes, up) = weigh(FEATURES[:, :2], (CLASSES > 0).astype(np.intp))
    assert (*yes, up) == pytest.approx((*-no, -down), abs=1e-4)


def test_a_class_between_two_others_is_told_from_both() -> None:
    """Neither a high nor a low score makes it likely; beside the others it still has its place."""
    score = np.linspace(-3, 3, 300)
    truth = np.digitize(score, [-1.0, 1.0])
    found = weigh(np.column_stack([score, CHANCE.normal(size=300)]), truth)
    slopes = [shares[0] for shares, _ in found]
    assert slopes[0] < -1 < 1 < slopes[2]
    assert abs(slopes[1]) < 0.2


def test_a_head_is_the_weighed_sum_of_its_lines() -> None:
    lines = [Line(np.array([1.0, 2.0]), 3.0), Line(np.array([0.0, -1.0]), 1.0)]
    head = combine("hate", lines, np.array([2.0, 1.0]), 0.5)
    assert (head.weights.tolist(), head.intercept, head.trees) == ([2.0, 3.0], 7.5, 0.0)
    assert combine("hate", lines, np.array([2.0, 1.0, 0.25]), 0.5).trees == 0.25


def test_kinds_have_their_part_beside_a_line() -> None:
    answers = CLASSES > 0
    line = Line(np.arange(6.0), 0.5)
    scores, said = 20 * FEATURES[:, 0] + 1, Said(0.1 * FEATURES[:, 1] - 3, np.array([1.0, 0.0]), leaning=0.25)
    head, unseen = calibrated("hate", line, scores, answers, said)
    part_of_line = float(head.weights[1] / line.weights[1]) * scores.std()
    part_of_kinds = head.kinds * said.log_odds.std()
    assert part_of_kinds / (part_of_kinds + part_of_line) == pytest.approx(0.25)
    assert head.shares is said.shares
    assert sigmoid(unseen).mean() == pytest.approx(answers.mean(), abs=0.01)
    stretch = float(head.weights[1] / line.weights[1])
    shift = head.intercept - line.intercept * stretch
    assert unseen == pytest.approx(scores * stretch + said.log_odds * head.kinds + shift)


def test_without_kinds_a_line_stands_alone() -> None:
    head, unseen = calibrated("hate", Line(np.ones(6), 0.0), FEATURES[:, 0], CLASSES > 0, None)
    assert (head.kinds, head.shares.size) == (0.0, 0)
    assert unseen == pytest.approx(FEATURES[:, 0] * head.weights[0] + head.intercept)


def test_large_matrices_are_not_copied_many_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert [side_by_side(n) for n in (0, 1, ROOM // 3, ROOM // 2 + 1, 5 * ROOM)] == [
        MOST_AT_ONCE,
        MOST_AT_ONCE,
        3,
        1,
        1,
    ]
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert side_by_side(1) == 1
