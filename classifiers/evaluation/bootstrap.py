"""Metrics with confidence intervals by the stratified bootstrap (Efron, 1979), all resamples at once.

A resample draws as many texts as there are, with replacement, within each answer, so that the share of positives stays.
It is one row of weights: how often each text was drawn. Every metric is a function of weighted sums, so a thousand
resamples cost a few matrix operations. A row of ones gives the metric itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

RESAMPLES: Final = 1000
LEVEL: Final = 0.95
SEED: Final = 20260101
BINS: Final = 10  # of the calibration error
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
        is flagged), recall, mean F1 of "yes" and "no", expected calibration error in ten equal bins (Naeini, 2015),
        and the Brier score (1950).

    """
    yes, total = weights @ answers, weights.sum(axis=1)
    hits, marked = weights @ (answers & flagged), weights @ flagged
    precision = np.divide(hits, marked, out=np.ones_like(hits), where=marked > 0)
    left_right = total - yes - marked + hits  # not flagged, and rightly so
    f1_yes = _share(2 * hits, yes + marked)
    f1_no = _share(2 * left_right, 2 * total - yes - marked)
    auc, average_precision = _ranking(probabilities, answers, weights)
    return {
        "auc": auc,
        "average_precision": average_precision,
        "precision": precision,
        "recall": hits / yes,
        "macro_f1": (f1_yes + f1_no) / 2,
        "calibration_error": _calibration_error(probabilities, answers, weights),
        "brier": weights @ ((probabilities - answers) ** 2) / total,
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
    average_precision = (yes_step * _share(yes, reached)).sum(axis=1) / yes[:, -1]
    return auc, average_precision


def _calibration_error(probabilities: Floats, answers: NDArray[np.bool_], weights: Floats) -> Floats:
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    member = np.eye(BINS)[bins]
    gaps = np.abs(weights @ (member * (probabilities - answers)[:, None]))  # size of a bin times its mean gap
    return np.asarray(gaps.sum(axis=1) / weights.sum(axis=1))


def _share(part: Floats, total: Floats) -> Floats:
    return np.divide(part, total, out=np.zeros_like(part, dtype=np.float64), where=total > 0)


def resamples(strata: NDArray[np.generic], count: int = RESAMPLES, seed: int = SEED) -> Iterator[Floats]:
    """Draw resamples within strata, some at a time.

    Args:
        strata: The stratum of each text, shape (texts,); each stays as frequent as it is.
        count: How many resamples in all.
        seed: Seed of the draws.

    Yields:
        Weights of shape (some, texts); each row sums to the number of texts.

    """
    generator = np.random.default_rng(seed)
    groups = [np.flatnonzero(strata == value) for value in np.unique(strata)]
    at_once = max(1, CELLS_AT_ONCE // len(strata))
    for start in range(0, count, at_once):
        rows = min(at_once, count - start)
        weights = np.empty((rows, len(strata)))
        for group in groups:
            drawn = generator.integers(0, len(group), (rows, len(group))) + len(group) * np.arange(rows)[:, None]
            weights[:, group] = np.bincount(drawn.ravel(), minlength=rows * len(group)).reshape(rows, -1)
        yield weights


def label_intervals(
    probabilities: Floats, answers: NDArray[np.bool_], flagged: NDArray[np.bool_]
) -> dict[str, Interval]:
    """Give the 95 % percentile interval of each metric of one label (see `label_figures`).

    Resampling adds noise to each bin of the calibration error, which biases it upwards: the bias, estimated as the mean
    of the resamples less the error itself, is taken off.

    Args:
        probabilities: Shape (texts,), 0 to 1.
        answers: Whether each text carries the label, shape (texts,).
        flagged: Whether each text is flagged, shape (texts,).

    """
    drawn = _gathered(label_figures(probabilities, answers, flagged, weights) for weights in resamples(answers))
    error = _calibration_error(probabilities, answers, np.ones((1, len(answers))))[0]
    noisy = drawn["calibration_error"]
    drawn["calibration_error"] = np.maximum(noisy - (noisy.mean() - error), 0.0)
    return {name: percentile_interval(values) for name, values in drawn.items()}


def _gathered(parts: Iterable[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Concatenate the metrics of resamples that were drawn some at a time, by name."""
    lists: dict[str, list[Floats]] = {}
    for part in parts:
        for name, values in part.items():
            lists.setdefault(name, []).append(values)
    return {name: np.concatenate(values) for name, values in lists.items()}


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
