"""Agreement of several people on one label: Krippendorff's alpha.

Answers are categories without order, as (confirmed, rejected, unsure). Alpha follows Krippendorff, *Computing
Krippendorff's Alpha-Reliability* (2011), nominal data; units that only one person judged do not count.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.evaluation.bootstrap import Interval, percentile_interval, resamples

Floats = NDArray[np.float64]
_ZERO: Final = 1e-12  # rounding leaves so much where chance agreement is certain


@dataclass(frozen=True, slots=True)
class CoderAgreement:
    """Agreement on some units.

    Args:
        units: How many units two people or more judged.
        same: The share of pairs of answers that are equal, 0 to 1.
        value: Alpha, at most 1; 0 is agreement by chance. None where chance alone would always agree, so
            that it is not defined: all gave the same answer to everything.
        interval: Its 95 % bootstrap interval over units; None where it is not defined in half of the resamples.

    """

    units: int
    same: float
    value: float | None
    interval: Interval | None


def alpha(units: Sequence[Sequence[Hashable]]) -> CoderAgreement | None:
    """Measure the agreement of any number of people.

    Args:
        units: The answers to each unit, in any order; whoever did not judge it is left out.

    Returns:
        The agreement; None when no unit has two answers.

    """
    judged = [answers for answers in units if len(answers) > 1]
    if not judged:
        return None
    codes = {answer: code for code, answer in enumerate(dict.fromkeys(chain.from_iterable(judged)))}
    tables = np.stack([_coincidences([codes[answer] for answer in answers], len(codes)) for answers in judged])
    whole = tables.sum(axis=0)
    same = float(np.trace(whole) / whole.sum())
    if len(codes) == 1:
        return CoderAgreement(len(judged), same, None, None)
    value = float(_alphas(whole[None])[0])
    return CoderAgreement(len(judged), same, value, _interval(tables))


def _coincidences(codes: Sequence[int], count: int) -> Floats:
    """Return the coincidence matrix of one unit: its ordered pairs of answers, each with weight 1 / (answers - 1)."""
    given = np.bincount(codes, minlength=count).astype(np.float64)
    pairs = np.outer(given, given) - np.diag(given)
    return np.asarray(pairs / (len(codes) - 1))


def _alphas(tables: Floats) -> Floats:
    """Compute alpha of each coincidence matrix, shape (tables, k, k); not a number where only one answer occurs."""
    of_answers = tables.sum(axis=1)
    total = of_answers.sum(axis=1)
    differing = total - np.trace(tables, axis1=1, axis2=2)
    by_chance = total**2 - (of_answers**2).sum(axis=1)
    undefined = np.full_like(total, np.nan)
    ratio: Floats = np.divide((total - 1) * differing, by_chance, out=undefined, where=np.abs(by_chance) > _ZERO)
    return 1 - ratio


def _interval(tables: Floats) -> Interval | None:
    """Return the bootstrap interval over units, of which each has a coincidence matrix: shape (units, k, k)."""
    flat = tables.reshape(len(tables), -1)
    shape = (-1, *tables.shape[1:])
    values = np.concatenate([_alphas((weights @ flat).reshape(shape)) for weights in resamples(np.zeros(len(tables)))])
    defined = values[~np.isnan(values)]
    return percentile_interval(defined) if len(defined) > len(values) / 2 else None
