"""What more labelled posts would bring: cross-validation on fractions of those that there are."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.metrics import average_precision_score

from classifiers.training.local import LocalPosts, folds_of

FRACTIONS: Final = (0.4, 0.7, 1.0)
REPEATS: Final = 3
LEAST_POSITIVES: Final = 15  # of a label; average precision of fewer is too uncertain to be compared
TIMES: Final = 2.0  # standard errors within which a gain is given
SEED: Final = 20260101


@dataclass(frozen=True, slots=True)
class Forecast:
    """Average precision now, and how much more posts are expected to add, with the interval of that."""

    average_precision: float
    gain: float
    low: float
    high: float


def forecast(local: LocalPosts, column: int, more: int) -> Forecast | None:
    """Fit average precision = a + b log(posts) to models of fractions of the posts.

    Args:
        local: The labelled posts.
        column: The label.
        more: How many more posts are thought of.

    Returns:
        None where too few posts carry the label to say anything.

    """
    rows = np.flatnonzero(local.answers[:, column] >= 0)
    answers = local.answers[rows, column] == 1
    if min(int(answers.sum()), int((~answers).sum())) < LEAST_POSITIVES:
        return None
    generator = np.random.default_rng(SEED)
    sizes, reached = [], []
    for _ in range(REPEATS):
        for fraction in FRACTIONS:
            folds = [
                (np.sort(generator.choice(seen, int(fraction * len(seen)), replace=False)), judged)
                for seen, judged in folds_of(answers)
            ]
            log_odds = local.unseen(column, rows, folds)
            sizes.append(np.log(fraction * len(rows)))
            reached.append(float(average_precision_score(answers, log_odds)))
    line, covariance = np.polyfit(sizes, reached, 1, cov=True)
    step = float(np.log1p(more / len(rows)))
    gain, error = float(line[0]) * step, float(np.sqrt(covariance[0, 0])) * step
    now = float(np.mean(reached[len(FRACTIONS) - 1 :: len(FRACTIONS)]))
    return Forecast(now, gain, gain - TIMES * error, gain + TIMES * error)
