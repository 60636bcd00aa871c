"""What labels of a new place bring: from the model of the project's posts towards what all labels would give.

Run by `make bench-labels DATA="vihsd=POOL:EVALUATION reintel=FILE"`. A label of the pool is looked at only when its
post is asked about; posts are chosen and models trained by the code of `kiemtin ask` and `kiemtin learn`. A set in one
file is split by time: its newest quarter is what is measured on. Each step is a whole training of about a minute.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from classifiers.active_learning import select
from classifiers.data.datasets import Example, read_corpus, read_named
from classifiers.features.embeddings import embed
from classifiers.features.tokens import prepare
from classifiers.model.classifier import Classifier
from classifiers.text.segment import Segmenter
from classifiers.training.train import Trainer

STEPS: Final = (0, 100, 300, 500)  # labels
SEEDS: Final = 2
NEWEST: Final = 4  # one part in so many
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def split(name: str, files: str) -> tuple[list[Example], list[Example]]:
    """Read pool and evaluation: two files, or one that is split by time (posts without one count as oldest)."""
    first, _, second = files.partition(":")
    pool = read_named(name, Path(first))
    if second:
        return pool, read_named(name, Path(second))
    pool.sort(key=lambda example: example.context.time or LONG_AGO)
    cut = len(pool) - len(pool) // NEWEST
    return pool[:cut], pool[cut:]


def probabilities(classifier: Classifier, examples: Sequence[Example], label: str) -> NDArray[np.float64]:
    """Return the probability of a label for each text."""
    predictions = classifier.predict([example.text for example in examples])
    return np.array([prediction.probabilities[label] for prediction in predictions])


def curve(pool: Sequence[Example], measured: Sequence[Example], segmenter: Segmenter, seed: int) -> list[float]:
    """Ask and train by steps; returns the AUC after each, on the texts to measure on."""
    (label,) = pool[0].labels
    answers = [example.labels[label] for example in measured]
    classifier = Trainer(segmenter).fit(read_corpus()).classifier
    embeddings = embed(classifier.space.transform([prepare(e.text, segmenter) for e in pool]), seed=seed)
    reached = [float(roc_auc_score(answers, probabilities(classifier, measured, label)))]
    asked: list[int] = []
    for step in STEPS[1:]:
        doubt = np.abs(probabilities(classifier, pool, label) - 0.5)
        asked += select(doubt, embeddings, asked, step - len(asked), seed=1000 * seed + len(asked)).all
        classifier = Trainer(segmenter).fit(read_corpus(), local=[pool[row] for row in asked]).classifier
        reached.append(float(roc_auc_score(answers, probabilities(classifier, measured, label))))
    return reached


def main(sets: list[str]) -> None:
    """Measure the sets that are named on the command line."""
    if not sets:
        sys.exit('name the sets: make bench-labels DATA="vihsd=POOL:EVALUATION reintel=FILE"')
    segmenter = Segmenter()
    for item in sets:
        name, separator, files = item.partition("=")
        if not separator:
            sys.exit(f"{item}: write it as READER=POOL:EVALUATION, or READER=FILE to split one file by time")
        pool, measured = split(name, files)
        pool = list({prepare(example.text, segmenter).aligned.text: example for example in reversed(pool)}.values())
        (label,) = pool[0].labels
        answers = [example.labels[label] for example in measured]
        full = Trainer(segmenter).fit(pool).classifier
        print(f"{name}: all {len(pool)} labels of the pool alone give AUC", end=" ")
        print(f"{roc_auc_score(answers, probabilities(full, measured, label)):.3f}", flush=True)
        for seed in range(SEEDS):
            reached = curve(pool, measured, segmenter, seed)
            shown = "  ".join(f"{step}: {value:.3f}" for step, value in zip(STEPS, reached, strict=True))
            print(f"  AUC by labels, seed {seed}: {shown}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
