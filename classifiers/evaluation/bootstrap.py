"""Metrics with confidence intervals by the stratified bootstrap (Efron, 1979), all resamples at once.

A resample draws as many texts as there are, with replacement, within each answer, so that the share of positives stays.
It is one row of weights: how often each text was drawn. Every metric is a function of weighted sums, so a thousand
resamples cost a few matrix operations. A row of ones gives the metric itself.
"""

from collections.abc import Iterator
from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

RESAMPLES: Final = 1000
LEVEL: Final = 0.95
SEED: Final = 20260101
CELLS_AT_ONCE: Final = 2_000_000  # weights held at one time: 16 MB

Floats = NDArray[np.float64]
Interval = tuple[float, float]


def label_figures(
    probabilities: Floats, answers: NDArray[np.bool_], flagged: NDArray[np.bool_], weights: Floats
) -> dict[str, Floats]:
    """Compute the metrics of one label for every row of weights.

    Args:
        probabilities: Shape (texts,).
        answers: Whether each text carries the label; there must be some of both.
        flagged: Whether each text was flagged.
        weights: Shape (resamples, texts).

    Returns:
        By name, arrays of shape (resamples,): area under the ROC curve, average precision, precision (1 where nothing
        is flagged), and recall.

    """
    hits, marked = weights @ (answers & flagged), weights @ flagged
    auc, average_precision = _ranking(probabilities, answers, weights)
    return {
        "auc": auc,
        "average_precision": average_precision,
        "precision": np.divide(hits, marked, out=np.ones_like(hits), where=marked > 0),
        "recall": hits / (weights @ answers),
    }


def _ranking(probabilities: Floats, answers: NDArray[np.bool_], weights: Floats) -> tuple[Floats, Floats]:
    """Compute AUC and average precision; texts of equal probability are one step of the curve."""
    order = np.argsort(-probabilities, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(probabilities[order])), len(order) - 1)
    ordered = weights[:, order]
    reached = np.cumsum(ordered, axis=1)[:, ends]
    yes = np.cumsum(ordered * answers[order], axis=1)[:, ends]
    no = reached - yes
    yes_step, no_step = np.diff(yes, axis=1, prepend=0), np.diff(no, axis=1, prepend=0)
    below = no[:, -1:] - no + no_step / 2
    auc = (yes_step * below).sum(axis=1) / (yes[:, -1] * no[:, -1])
    average_precision = (yes_step * np.divide(yes, reached, out=np.zeros_like(yes), where=reached > 0)).sum(
        axis=1
    ) / yes[:, -1]
    return auc, average_precision


def resamples(strata: NDArray[np.generic]) -> Iterator[Floats]:
    """Draw RESAMPLES resamples within strata, some at a time, the same ones every time.

    Args:
        strata: The stratum of each text, shape (texts,); each stays as frequent as it is.

    Yields:
        Weights of shape (some, texts); each row sums to the number of texts.

    """
    generator = np.random.default_rng(SEED)
    groups = [np.flatnonzero(strata == value) for value in np.unique(strata)]
    at_once = max(1, CELLS_AT_ONCE // len(strata))
    for start in range(0, RESAMPLES, at_once):
        rows = min(at_once, RESAMPLES - start)
        weights = np.empty((rows, len(strata)))
        for group in groups:
            drawn = generator.integers(0, len(group), (rows, len(group))) + len(group) * np.arange(rows)[:, None]
            weights[:, group] = np.bincount(drawn.ravel(), minlength=rows * len(group)).reshape(rows, -1)
        yield weights


def label_intervals(
    probabilities: Floats, answers: NDArray[np.bool_], flagged: NDArray[np.bool_]
) -> dict[str, Interval]:
    """Give the 95 % percentile interval of each metric of one label (see `label_figures`).

    Args:
        probabilities: Shape (texts,), 0 to 1.
        answers: Whether each text carries the label, shape (texts,).
        flagged: Whether each text is flagged, shape (texts,).

    """
    drawn = [label_figures(probabilities, answers, flagged, weights) for weights in resamples(answers)]
    return {name: percentile_interval(np.concatenate([part[name] for part in drawn])) for name in drawn[0]}


def percentile_interval(values: Floats) -> Interval:
    """Give the ends of the central 95 % of values, shape (values,), by the percentile method."""
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def wilson(hits: int, total: int) -> Interval:
    """Return the 95 % score interval of the share `hits / total`, 0 to 1 (Wilson, 1927); (0, 1) of nothing."""
    if not total:
        return 0.0, 1.0
    # By hand: SciPy computes a test beside it, which a page with some dozen intervals would wait for.
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    middle = hits + z * z / 2
    half = z * sqrt(hits * (total - hits) / total + z * z / 4)
    low, high = ((middle + side) / (total + z * z) for side in (-half, half))
    return low if hits else 0.0, high if hits < total else 1.0
