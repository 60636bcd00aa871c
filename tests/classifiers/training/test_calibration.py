"""A line becomes a head: what it says, and what kinds say beside it, is calibrated, and still one weight a feature."""

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
    fitted_lines,
    side_by_side,
)
from classifiers.training.linear import Ground, Line, Question
from classifiers.training.splits import groups_of, random_folds

CHANCE = np.random.default_rng(11)
FEATURES = CHANCE.normal(size=(200, 6))
CLASSES = np.digitize(FEATURES[:, 0] + 0.3 * CHANCE.normal(size=200), [0.4, 1.2])
GROUND = Ground(sp.csr_matrix(FEATURES), (), np.zeros((200, 0), np.float32), (), 3.0, np.ones(200), seed=1)
QUESTIONS = [Question(np.arange(200), (least <= CLASSES).astype(float)) for least in (1, 2)]
FOLDS = random_folds(CLASSES, groups_of([str(n) for n in range(200)]), seed=1)


def test_each_text_is_scored_by_lines_that_did_not_see_it() -> None:
    questions = [question, _] = QUESTIONS
    done: list[None] = []
    lines, scores = fitted_lines(GROUND, questions, FOLDS, lambda: done.append(None))
    assert len(done) == len(questions) * (len(FOLDS) + 1)
    assert lines[0].score(GROUND.matrix) == pytest.approx(GROUND.fit(question).score(GROUND.matrix))
    seen, judged = FOLDS[0]
    assert scores[judged, 0] == pytest.approx(GROUND.fit(question, seen).score(GROUND.matrix[judged]))
    assert not np.isnan(scores).any()


def test_texts_that_no_fold_judges_have_no_score() -> None:
    _, scores = fitted_lines(GROUND, QUESTIONS[:1], FOLDS[:1], lambda: None)
    assert np.isnan(scores).sum() == 200 - len(FOLDS[0][1])


def test_kinds_have_their_part_beside_a_line() -> None:
    answers = CLASSES > 0
    line = Line(np.arange(6.0), 0.5)
    scores, said = 20 * FEATURES[:, 0] + 1, Said(0.1 * FEATURES[:, 1] - 3, np.array([1.0, 0.0]), leaning=0.25)
    head, unseen = calibrated("hate", line, scores, answers, said)
    part_of_line = float(head.weights[1] / line.weights[1]) * scores.std()
    part_of_kinds = head.subclass_weight * said.log_odds.std()
    assert part_of_kinds / (part_of_kinds + part_of_line) == pytest.approx(0.25)
    assert head.label_given_subclass is said.shares
    assert sigmoid(unseen).mean() == pytest.approx(answers.mean(), abs=0.01)
    stretch = float(head.weights[1] / line.weights[1])
    shift = head.intercept - line.intercept * stretch
    assert unseen == pytest.approx(scores * stretch + said.log_odds * head.subclass_weight + shift)


def test_without_kinds_a_line_stands_alone() -> None:
    head, unseen = calibrated("hate", Line(np.ones(6), 0.0), FEATURES[:, 0], CLASSES > 0, None)
    assert (head.subclass_weight, head.label_given_subclass.size) == (0.0, 0)
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
