"""Agreement of two labellings: Cohen's kappa (Cohen, 1960) for each label, with a bootstrap interval."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import SECOND_LABELS
from classifiers.errors import DataInvalid
from classifiers.evaluation.bootstrap import Interval, percentile_interval, resamples
from classifiers.labels import LABEL_NAMES

KEYS: Final = {"id", "first", "labels", "settled", "why"}


@dataclass(frozen=True, slots=True)
class DoubleLabel:
    """One post that was labelled twice, the second time without seeing the first labels.

    Args:
        id: The post in the corpus.
        first: Labels that came with it.
        second: Labels given the second time, from the guide alone.
        settled: The final labels; equal to `first` where the two did not differ.
        why: The reason of the final labels where the two differed.

    """

    id: str
    first: frozenset[str]
    second: frozenset[str]
    settled: frozenset[str]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one label.

    Args:
        both: Number of posts to which both gave it.
        only_first: To which only the first did.
        only_second: To which only the second did.
        neither: To which neither did.
        kappa: Cohen's kappa, at most 1; 0 is agreement by chance.
        interval: Its 95 % bootstrap interval.

    """

    both: int
    only_first: int
    only_second: int
    neither: int
    kappa: float
    interval: Interval


def read_second_labels() -> list[DoubleLabel]:
    """Read the second labels of posts of the corpus; empty when there is no such file.

    Raises:
        DataInvalid: When a line of `second_labels.jsonl` is invalid; see `parse_second_labels`.

    """
    file = resources.files("classifiers") / "corpus" / SECOND_LABELS
    return parse_second_labels(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else []


def parse_second_labels(lines: Iterable[str]) -> list[DoubleLabel]:
    """Read JSON lines `{"id", "first", "labels"}`, with `"settled"` and `"why"` where the two differ.

    Raises:
        DataInvalid: When a line has another form or an unknown label, or a post occurs twice.

    """
    by_id: dict[str, DoubleLabel] = {}
    for number, line in enumerate(lines, start=1):
        place = f"{SECOND_LABELS}, line {number}"
        post = _double_label(line, place)
        if post.id in by_id:
            message = f"{place}: {post.id} stands there twice: keep one"
            raise DataInvalid(message)
        by_id[post.id] = post
    return list(by_id.values())


def _double_label(line: str, place: str) -> DoubleLabel:
    try:
        record = json.loads(line)
        unknown = record.keys() - KEYS
        first, second = frozenset(record["first"]), frozenset(record["labels"])
        settled, why = frozenset(record.get("settled", first)), str(record.get("why", ""))
        identifier = str(record["id"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{place}: not a post that was labelled twice: {error}"
        raise DataInvalid(message) from error
    if unknown := unknown | (first | second | settled) - set(LABEL_NAMES):
        message = f"{place}: unknown key or label {min(unknown)!r}"
        raise DataInvalid(message)
    if (first != second or "settled" in record) and not ("settled" in record and why.strip()):
        message = f'{place}: where the two differ, "settled" says what holds and "why" says why'
        raise DataInvalid(message)
    return DoubleLabel(identifier, first, second, settled, why)


def measure_agreement(posts: Sequence[DoubleLabel], label: str) -> Agreement:
    """Measure the agreement on one label over at least one post, with a 95 % bootstrap interval."""
    first = np.array([label in post.first for post in posts])
    second = np.array([label in post.second for post in posts])
    cells = np.column_stack([first & second, first & ~second, ~first & second, ~first & ~second]).astype(np.float64)
    values = np.concatenate([_kappa(weights @ cells) for weights in resamples(np.zeros(len(posts)))])
    both, only_first, only_second, neither = (int(count) for count in cells.sum(axis=0))
    return Agreement(
        both,
        only_first,
        only_second,
        neither,
        kappa=float(_kappa(cells.sum(axis=0, keepdims=True))[0]),
        interval=percentile_interval(values),
    )


def _kappa(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute Cohen's kappa, (observed - expected) / (1 - expected), of each row of counts.

    Args:
        cells: Counts of both, only first, only second and neither, shape (rows, 4).

    Returns:
        Shape (rows,); 1 where the agreement expected by chance is 1, for which kappa is undefined.

    """
    shares = cells / cells.sum(axis=1, keepdims=True)
    first, second = shares[:, 0] + shares[:, 1], shares[:, 0] + shares[:, 2]
    observed = shares[:, 0] + shares[:, 3]
    chance = first * second + (1 - first) * (1 - second)
    return np.asarray(np.divide(observed - chance, 1 - chance, out=np.ones_like(observed), where=chance < 1))
