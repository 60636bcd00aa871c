"""Train and measure the tasks of public data sets, and print the table of docs/quality.md.

Run by `make bench-tasks DATA="vihsd=TRAIN:DEV victsd=TRAIN:DEV viocd=TRAIN:DEV reintel=FILE vlsphsd=TRAIN"`. A set with
two files is trained on the first and measured on the second. `reintel=FILE` is split by time: its newest quarter is
measured. Any other set with one file, and the training parts of all sets but the task's own, are auxiliary data, as is
the project's corpus. UNLABELLED names files of texts without labels, from which embeddings are learnt.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classifiers.data.datasets import Example, read_classes, read_corpus
from classifiers.text.segment import Segmenter
from tests.benchmarks.tasks.config import SETS, TASKS, TaskConfig
from tests.benchmarks.tasks.features import AuxiliarySet
from tests.benchmarks.tasks.measure import TaskFigures, measure_task, without_copies
from tests.benchmarks.tasks.splits import times_of
from tests.benchmarks.tasks.train import train_task
from tests.benchmarks.tasks.unlabelled import read_texts

NEWEST: Final = 4  # one part in so many is measured where a set is split by time
SPLIT_BY_TIME: Final = "reintel"


@dataclass(frozen=True, slots=True)
class Parts:
    """A set's training part, and the part to measure on; None: the set is auxiliary only."""

    training: Sequence[Example]
    measured: Sequence[Example] | None


def read_parts(item: str) -> tuple[str, Parts]:
    """Read a set as it is named on the command line."""
    name, separator, files = item.partition("=")
    if not separator or name not in SETS:
        sys.exit(f"{item}: write it as SET=TRAIN:DEV or SET=FILE, with one of the sets {', '.join(SETS)}")
    first, _, second = files.partition(":")
    training = read_classes(SETS[name], Path(first))
    if second:
        return name, Parts(training, read_classes(SETS[name], Path(second)))
    return name, split_by_time(training) if name == SPLIT_BY_TIME else Parts(training, None)


def split_by_time(examples: Sequence[Example]) -> Parts:
    """Hold out the newest quarter; texts without a time count as the oldest."""
    order = times_of(examples).argsort(kind="stable").tolist()
    cut = len(order) - len(order) // NEWEST
    return Parts([examples[row] for row in order[:cut]], [examples[row] for row in order[cut:]])


def rows_of(task: str, everything: TaskFigures, unseen: TaskFigures) -> Iterator[str]:
    """Write a task's rows of the table."""
    errors = sorted({f"{error:.3f}" for error in everything.calibration_errors})
    ece = errors[0] if len(errors) == 1 else f"{errors[0]} to {errors[-1]}"
    yield f"| {task} | macro-F1 | {everything.macro_f1} | {unseen.macro_f1} | {ece} |"
    yield f"| {task} | AUC, anything but the first class | {everything.auc} | {unseen.auc} | |"


def measured_rows(
    task: str, config: TaskConfig, parts: Parts, auxiliary: Sequence[AuxiliarySet], unlabelled: Sequence[str]
) -> Iterator[str]:
    """Train a task, measure it, and write its rows."""
    measured = parts.measured or ()
    model = train_task(parts.training, Segmenter(), config, auxiliary=auxiliary, unlabelled=unlabelled)
    kept = [measured[row] for row in without_copies(measured, parts.training)]
    yield from rows_of(task, measure_task(measured, model.score(measured)), measure_task(kept, model.score(kept)))


def main(arguments: Sequence[str]) -> None:
    """Measure every task whose set is named with a part to measure on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="SET=TRAIN:DEV")
    parser.add_argument("--unlabelled", nargs="*", default=[], type=Path, metavar="FILE")
    parser.add_argument("--no-corpus", action="store_true", help="do not use the project's corpus as auxiliary data")
    chosen = parser.parse_args(arguments)
    sets = dict(read_parts(item) for item in chosen.sets)
    unlabelled = [text for path in chosen.unlabelled for text in read_texts(path)]
    corpus = [] if chosen.no_corpus else [AuxiliarySet(read_corpus(), ordered=False)]
    print("| task | figure | all | without copies | ECE |\n|---|---|---|---|---|")
    for task, (name, config) in TASKS.items():
        if name in sets and sets[name].measured is not None:
            others = [AuxiliarySet(parts.training) for other, parts in sets.items() if other != name]
            for row in measured_rows(task, config, sets[name], [*others, *corpus], unlabelled):
                print(row, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
