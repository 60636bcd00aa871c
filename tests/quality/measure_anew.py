"""`make quality`: measure the models, and write floors.toml and the measured part of docs/quality.md.

A limit only ever becomes stricter. When the model has become worse than a limit, nothing is written, unless `--lower`
(`make quality LOWER=1`) says that this is meant. A challenge set that is not the one of floors.toml is measured afresh.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, TaskID

from classifiers.data.datasets import read_corpus
from classifiers.evaluation.predictions import cross_validated_scores
from classifiers.persistence import DEFAULT_FOLDER, load
from classifiers.text.segment import Segmenter
from classifiers.training.config import corpus_config
from classifiers.training.train import Progress as Tell
from classifiers.training.train import Trainer
from tests.quality import gate
from tests.quality.fairness import measure_fairness, read_fairness_set
from tests.quality.quality_page import PAGE, measured_part, replace_measured

CONSOLE = Console(stderr=True)


def main(arguments: list[str]) -> int:
    """Measure and write; gives the exit status."""
    lower = "--lower" in arguments
    corpus = read_corpus()
    with _progress() as tell:
        trained = Trainer(Segmenter(), corpus_config(), tell).fit(corpus)
    default = load(DEFAULT_FOLDER, Segmenter())
    challenge_set = gate.score_challenge_set(default)
    found = gate.measured(trained, default, challenge_set)
    limits = gate.limits_of(found)
    if gate.FLOORS.exists() and not lower:
        old = gate.without_foreign_challenge_set(gate.read_limits(gate.FLOORS), found)
        if worse := list(gate.breaches(found, old)):
            CONSOLE.print(*worse, sep="\n", markup=False)
            CONSOLE.print("Nothing was written. If this is meant: make quality LOWER=1", markup=False)
            return 1
        limits = gate.ratcheted(found, old)
    fairness = measure_fairness(default.classifier, read_fairness_set())
    unseen = cross_validated_scores(corpus, trained.unseen, trained.classifier.thresholds)
    part = measured_part(found, unseen, challenge_set, fairness)
    gate.write_limits(limits, found.clean, gate.FLOORS)
    PAGE.write_text(replace_measured(PAGE.read_text(encoding="utf-8"), part), encoding="utf-8")
    CONSOLE.print(f"Wrote {gate.FLOORS.name} and {PAGE.name}.", markup=False)
    return 0


@contextmanager
def _progress() -> Iterator[Tell]:
    """Show how far the training is, on a terminal."""
    tasks: dict[str, TaskID] = {}
    with Progress(console=CONSOLE, transient=True, disable=not CONSOLE.is_terminal) as bars:

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step)
            bars.update(tasks[step], completed=done, total=total)

        yield tell


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
