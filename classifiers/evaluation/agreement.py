"""How far two people who labelled the same posts agree beyond chance: Cohen's kappa (1960) for each label."""

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
    """One post that two people labelled, each without seeing the other's labels.

    Args:
        id: The post in the corpus.
        first: What its writer said.
        second: What the other person said.
        settled: What both agreed on in the end; the same as `first` where they did not differ.
        why: The reason, where something had to be settled.

    """

    id: str
    first: frozenset[str]
    second: frozenset[str]
    settled: frozenset[str]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two people agree on one label: texts that both, only the first, only the second, or neither gave it."""

    both: int
    only_first: int
    only_second: int
    neither: int
    kappa: float
    interval: Interval


def read_second_labels() -> list[DoubleLabel]:
    """Read what a second person said of posts of the corpus; nothing where nobody has said anything yet.

    Raises:
        DataInvalid: When a line of `second_labels.jsonl` is not as `parse_second_labels` says.

    """
    file = resources.files("classifiers") / "corpus" / SECOND_LABELS
    return parse_second_labels(file.read_text(encoding="utf-8").splitlines()) if file.is_file() else []


def parse_second_labels(lines: Iterable[str]) -> list[DoubleLabel]:
    """Read JSON lines `{"id", "first", "labels"}`, with `"settled"` and `"why"` where the two differ.

    Raises:
        DataInvalid: When a line is not so, or a post stands there twice.

    """
    found: dict[str, DoubleLabel] = {}
    for number, line in enumerate(lines, start=1):
        place = f"{SECOND_LABELS}, line {number}"
        judged = _judged(line, place)
        if judged.id in found:
            message = f"{place}: {judged.id} stands there twice: keep one"
            raise DataInvalid(message)
        found[judged.id] = judged
    return list(found.values())


def _judged(line: str, place: str) -> DoubleLabel:
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


def measure_agreement(judged: Sequence[DoubleLabel], label: str) -> Agreement:
    """Compare two people on one label over some posts (at least one); the interval is the bootstrap's, 95 %."""
    first = np.array([label in post.first for post in judged])
    second = np.array([label in post.second for post in judged])
    cells = np.column_stack([first & second, first & ~second, ~first & second, ~first & ~second]).astype(np.float64)
    values = np.concatenate([_kappa(weights @ cells) for weights in resamples(np.zeros(len(judged)))])
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
    """Compute kappa of rows of counts (both, only first, only second, neither); 1 where chance alone agrees on all."""
    shares = cells / cells.sum(axis=1, keepdims=True)
    first, second = shares[:, 0] + shares[:, 1], shares[:, 0] + shares[:, 2]
    observed = shares[:, 0] + shares[:, 3]
    chance = first * second + (1 - first) * (1 - second)
    return np.asarray(np.divide(observed - chance, 1 - chance, out=np.ones_like(observed), where=chance < 1))
