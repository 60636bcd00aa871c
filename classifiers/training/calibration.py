"""From lines to heads: asking several questions, weighing the answers, and calibrating what comes out."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from classifiers.model.classifier import Head
from classifiers.model.trees import Trees
from classifiers.training.linear import Floats, Ground, Line, Question
from classifiers.training.splits import Fold

CALIBRATION_STRENGTH = 1e6  # one stretch and one shift are not held back
WEIGHING_STRENGTH = 1.0
LEAST_SPREAD = 1e-6  # of scores that tell anything
MOST_AT_ONCE = 4  # lines fitted side by side, each with copies of the features
ROOM = 28_000_000  # occurrences of features that they copy together: of 40 bytes each, about a gigabyte


def class_questions(classes: NDArray[np.intp]) -> list[Question]:
    """List the questions that tell exclusive classes apart.

    Two classes need one. More are told apart one against all others, and, since they go from mild to grave, one step at
    a time: is it at least so grave, given that it is at least as grave as the step before?

    Args:
        classes: The place of each text's class, from mild to grave, shape (texts,).

    """
    everywhere = np.arange(len(classes))
    gravest = int(classes.max())
    steps = []
    for least in range(1, gravest + 1):
        rows = np.flatnonzero(classes >= least - 1)
        steps.append(Question(rows, (classes[rows] >= least).astype(np.float64)))
    if gravest == 1:
        return steps
    apart = [Question(everywhere, (classes == place).astype(np.float64), margin=True) for place in range(gravest + 1)]
    return [*apart, *steps]


def fitted_lines(
    ground: Ground, questions: Sequence[Question], folds: Sequence[Fold], done: Callable[[], None]
) -> tuple[list[Line], Floats]:
    """Fit a line for each question, and score each text by lines that did not see it.

    Args:
        ground: Features of the texts.
        questions: What the lines answer.
        folds: Which rows are seen, and which are judged.
        done: Called after each fit.

    Returns:
        The lines, and the scores, shape (texts, questions); NaN where no fold judges a text.

    """
    scores = np.full((ground.matrix.shape[0], len(questions)), np.nan)
    nobody = np.zeros(0, dtype=np.intp)
    everyone: Fold = np.arange(ground.matrix.shape[0]), nobody
    tasks = [(place, fold) for fold in [*folds, everyone] for place in range(len(questions))]
    # Margins are fitted in an order that is drawn by a generator which all threads share.
    alone = any(question.margin for question in questions)
    # Linear algebra in as many threads again would make them wait for each other.
    with (
        threadpool_limits(1),
        ThreadPoolExecutor(1 if alone else side_by_side(ground.matrix.nnz)) as threads,
    ):
        fitted = []
        lines = threads.map(lambda task: ground.fit(questions[task[0]], task[1][0]), tasks)
        for (place, (_, judged)), line in zip(tasks, lines, strict=True):
            if len(judged):
                scores[judged, place] = line.score(ground.matrix[judged])
            else:
                fitted.append(line)
            done()
    return fitted, scores


def side_by_side(occurrences: int) -> int:
    """Say how many lines may be fitted at a time on a matrix of so many occurrences of features."""
    return max(1, min(MOST_AT_ONCE, os.cpu_count() or 1, ROOM // max(occurrences, 1)))


def unseen_trees(cues: Floats, answers: NDArray[np.bool_], folds: Sequence[Fold], seed: int) -> Floats:
    """Score each text by trees that did not see it; shape (texts, 1), NaN where no fold judges a text."""
    scores = np.full((len(cues), 1), np.nan)
    for seen, judged in folds:
        scores[judged, 0] = Trees.fit(cues[seen], answers[seen], seed).log_odds(cues[judged])
    return scores


def weigh(scores: Floats, classes: NDArray[np.intp]) -> list[tuple[Floats, float]]:
    """Find how much each score counts for each of exclusive classes, and a shift, so that sums are calibrated log-odds.

    What tells the classes apart is found for all of them together (multinomial logistic regression): which of two it is
    matters more than what each has of its own. Then the sum of each class is calibrated by itself.

    Args:
        scores: Of texts that were not seen, shape (texts, scores); rows with NaN are passed over.
        classes: The place of each text's class, shape (texts,).

    """
    known = ~np.isnan(scores).any(axis=1)
    scores, classes = scores[known], classes[known]
    spread = scores.std(axis=0)
    spread[spread < LEAST_SPREAD] = np.inf  # what says the same of every text says nothing, however loud
    line = LogisticRegression(C=WEIGHING_STRENGTH, max_iter=1000)
    apart = line.fit((scores - scores.mean(axis=0)) / spread, classes).coef_ / spread
    found = []
    for place, shares in enumerate(apart if len(apart) > 1 else np.vstack([-apart, apart])):
        stretch, shift = _calibration(scores @ shares, classes == place)
        found.append((np.asarray(stretch * shares), shift))
    return found


def _calibration(scores: Floats, answers: NDArray[np.bool_]) -> tuple[float, float]:
    """Find the stretch and the shift that make scores, shape (texts,), calibrated log-odds (Platt, 1999)."""
    line = LogisticRegression(C=CALIBRATION_STRENGTH, max_iter=1000).fit(scores[:, np.newaxis], answers)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def combine(label: str, lines: Sequence[Line], weights: Floats, shift: float) -> Head:
    """Make a head of lines and, if there is a weight more than lines, of trees."""
    summed = sum((weight * line.weights for weight, line in zip(weights, lines, strict=False)), start=np.zeros(1))
    intercept = shift + sum(weight * line.intercept for weight, line in zip(weights, lines, strict=False))
    trees = float(weights[len(lines)]) if len(weights) > len(lines) else 0.0
    return Head(label, np.asarray(summed), float(intercept), trees)


@dataclass(frozen=True, slots=True)
class Said:
    """What the kinds of texts say of a label.

    Args:
        log_odds: Of texts from which the kinds were not learnt, shape (texts,).
        shares: How many posts of each kind carry the label, shape (kinds,).
        leaning: How much that counts beside a line: its part of the deviation of both together, 0 to 1.

    """

    log_odds: Floats
    shares: Floats
    leaning: float


def calibrated(
    label: str, line: Line, scores: Floats, answers: NDArray[np.bool_], said: Said | None
) -> tuple[Head, Floats]:
    """Make a head of one line, beside which kinds may have a say.

    Args:
        label: What the head is for.
        line: Fitted on all texts.
        scores: Of texts that such lines did not see, shape (texts,).
        answers: Whether they carry the label.
        said: What kinds say.

    Returns:
        The head, and the calibrated log-odds of the texts.

    """
    columns, counts = scores[:, np.newaxis], np.ones(1)
    if said:
        columns = np.column_stack([scores, said.log_odds])
        counts = np.array([1 - said.leaning, said.leaning]) / np.maximum(columns.std(axis=0), 1e-9)
    stretch, shift = _calibration(columns @ counts, answers)
    counts = counts * stretch
    head = combine(label, [line], counts[:1], shift)
    if said:
        head = replace(head, kinds=float(counts[1]), shares=said.shares)
    return head, columns @ counts + shift
