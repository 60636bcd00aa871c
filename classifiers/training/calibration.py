"""From lines to heads: scoring texts that were not seen, and calibrating the scores."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from classifiers.model.classifier import LabelModel
from classifiers.training.linear import Floats, Ground, Line, Question
from classifiers.training.splits import Fold

CALIBRATION_STRENGTH = 1e6  # one stretch and one shift are not held back
MOST_AT_ONCE = 4  # lines fitted side by side, each with copies of the features
ROOM = 28_000_000  # occurrences of features that they copy together: of 40 bytes each, about a gigabyte


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
    # Linear algebra in as many threads again would make them wait for each other.
    with (
        threadpool_limits(1),
        ThreadPoolExecutor(side_by_side(ground.matrix.nnz)) as threads,
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


def _calibration(scores: Floats, answers: NDArray[np.bool_]) -> tuple[float, float]:
    """Find the stretch and the shift that make scores, shape (texts,), calibrated log-odds (Platt, 1999)."""
    line = LogisticRegression(C=CALIBRATION_STRENGTH, max_iter=1000).fit(scores[:, np.newaxis], answers)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


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
) -> tuple[LabelModel, Floats]:
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
    weights, intercept = counts[0] * line.weights, float(counts[0] * line.intercept + shift)
    head = (
        LabelModel(label, weights, intercept, float(counts[1]), said.shares)
        if said
        else LabelModel(label, weights, intercept)
    )
    return head, columns @ counts + shift
