"""Agreement of several people on one label: Cohen's kappa (1960) of two, Krippendorff's alpha of any number.

Answers are categories without order, as (confirmed, rejected, unsure). Alpha follows Krippendorff, *Computing
Krippendorff's Alpha-Reliability* (2011), nominal data; units that only one person judged do not count.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
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
        value: Kappa or alpha, at most 1; 0 is agreement by chance. None where chance alone would always agree, so
            that it is not defined: all gave the same answer to everything.
        interval: Its 95 % bootstrap interval over units; None where it is not defined in half of the resamples.

    """

    units: int
    same: float
    value: float | None
    interval: Interval | None


def kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> CoderAgreement:
    """Measure the agreement of two people beyond chance, -1 to 1.

    Args:
        first: One answer a unit; there is at least one.
        second: The other person's answers to the same units, in the same order.

    """
    codes = _codes([*first, *second])
    one = np.array([codes[answer] for answer in first])
    other = np.array([codes[answer] for answer in second])
    count = len(codes)
    tables = np.zeros((len(one), count, count))
    tables[np.arange(len(one)), one, other] = 1.0
    same = float((one == other).mean())
    if count == 1:
        return CoderAgreement(len(one), same, None, None)
    value = float(_kappas(tables.sum(axis=0)[None])[0])
    return CoderAgreement(len(one), same, value, _interval(tables, _kappas))


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
    codes = _codes([answer for answers in judged for answer in answers])
    tables = np.stack([_coincidences([codes[answer] for answer in answers], len(codes)) for answers in judged])
    whole = tables.sum(axis=0)
    same = float(np.trace(whole) / whole.sum())
    if len(codes) == 1:
        return CoderAgreement(len(judged), same, None, None)
    value = float(_alphas(whole[None])[0])
    return CoderAgreement(len(judged), same, value, _interval(tables, _alphas))


def _codes(answers: Sequence[Hashable]) -> dict[Hashable, int]:
    return {answer: code for code, answer in enumerate(dict.fromkeys(answers))}


def _coincidences(codes: Sequence[int], count: int) -> Floats:
    """Return the coincidence matrix of one unit: its ordered pairs of answers, each with weight 1 / (answers - 1)."""
    given = np.bincount(codes, minlength=count).astype(np.float64)
    pairs = np.outer(given, given) - np.diag(given)
    return np.asarray(pairs / (len(codes) - 1))


def _kappas(tables: Floats) -> Floats:
    """Compute kappa of each table of counts, shape (tables, k, k); not a number where chance agreement is 1."""
    total = tables.sum(axis=(1, 2))
    observed = np.trace(tables, axis1=1, axis2=2) / total
    expected = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / total**2
    return _ratio(observed - expected, 1 - expected)


def _alphas(tables: Floats) -> Floats:
    """Compute alpha of each coincidence matrix, shape (tables, k, k); not a number where only one answer occurs."""
    of_answers = tables.sum(axis=1)
    total = of_answers.sum(axis=1)
    differing = total - np.trace(tables, axis1=1, axis2=2)
    by_chance = total**2 - (of_answers**2).sum(axis=1)
    return 1 - _ratio((total - 1) * differing, by_chance)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=np.abs(whole) > _ZERO)


def _interval(tables: Floats, measure: Callable[[Floats], Floats]) -> Interval | None:
    """Return the bootstrap interval of a measure over units.

    Args:
        tables: The table of each unit, shape (units, k, k).
        measure: Computes the measure of summed tables.

    """
    flat = tables.reshape(len(tables), -1)
    shape = (-1, *tables.shape[1:])
    values = np.concatenate([measure((weights @ flat).reshape(shape)) for weights in resamples(np.zeros(len(tables)))])
    defined = values[~np.isnan(values)]
    return percentile_interval(defined) if len(defined) > len(values) / 2 else None
