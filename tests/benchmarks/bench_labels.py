"""How many labels a new place needs: from the model of the project's posts to 95 % of what all labels would give.

Run by `make bench-labels DATA="vihsd=POOL:EVALUATION reintel=FILE"`. A label of the pool is looked at only when its
post is asked about; questions are put fifty at a time, by the code that `kiemtin ask` and `kiemtin learn` use. A set in
one file is split by time: its newest quarter is what is measured on. Every set is run with five seeds.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

from classifiers.active_learning import select
from classifiers.data.datasets import Example, read_corpus, read_named
from classifiers.features.embeddings import embed
from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import prepare
from classifiers.text.segment import Segmenter
from classifiers.training.config import TrainingConfig
from classifiers.training.linear import LinearModel, LinearTrainer
from classifiers.training.train import LOCAL_WEIGHT

STEP: Final = 50
MOST: Final = 500
SEEDS: Final = 5
GOAL: Final = 0.95
NEWEST: Final = 4  # one part in so many
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


CONFIG: Final = TrainingConfig()


@dataclass(frozen=True)
class Place:
    """A set with its pool and the texts to measure on, all prepared; general rows come before the pool's.

    Args:
        matrix: Features of the project's posts and of the pool, shape (texts, features).
        general: The label's answers for the project's posts.
        pool: The label's answers for the pool.
        measured: Features of the texts to measure on.
        answers: Their answers.
        embeddings: Of the pool's texts.

    """

    matrix: sp.csr_matrix
    general: NDArray[np.bool_]
    pool: NDArray[np.bool_]
    measured: sp.csr_matrix
    answers: NDArray[np.bool_]
    embeddings: NDArray[np.float64]


def split(name: str, files: str) -> tuple[list[Example], list[Example]]:
    """Read pool and evaluation: two files, or one that is split by time (posts without one count as oldest)."""
    first, _, second = files.partition(":")
    pool = read_named(name, Path(first))
    if second:
        return pool, read_named(name, Path(second))
    pool.sort(key=lambda example: example.context.time or LONG_AGO)
    cut = len(pool) - len(pool) // NEWEST
    return pool[:cut], pool[cut:]


def prepare_place(name: str, files: str, segmenter: Segmenter) -> Place:
    """Prepare a set."""
    pool, measured = split(name, files)
    (label,) = pool[0].labels
    corpus = [example for example in read_corpus() if label in example.labels]
    once = {prepare(example.text, segmenter).aligned.text: example for example in reversed(pool)}
    pool = list(reversed(once.values()))
    texts = [prepare(example.text, segmenter) for example in (*corpus, *pool)]
    space, matrix = FeatureSpace.fit_transform(texts, min_documents=CONFIG.min_documents)
    return Place(
        matrix=matrix,
        general=np.array([example.labels[label] for example in corpus]),
        pool=np.array([example.labels[label] for example in pool]),
        measured=space.transform([prepare(example.text, segmenter) for example in measured]),
        answers=np.array([example.labels[label] for example in measured]),
        embeddings=embed(matrix[len(corpus) :], seed=CONFIG.seed),
    )


def fit(place: Place, asked: list[int]) -> LinearModel:
    """Fit a linear model on the project's posts and, with the weight of local ones, on what was asked so far."""
    general = len(place.general)
    rows = np.concatenate([np.arange(general), general + np.array(asked, dtype=np.intp)])
    answers = np.concatenate([place.general, place.pool[np.array(asked, dtype=np.intp)]])
    weights = np.concatenate([np.ones(general), np.full(len(asked), LOCAL_WEIGHT)])
    trainer = LinearTrainer(inverse_regularisation=CONFIG.inverse_regularisation, seed=CONFIG.seed)
    return trainer.fit(place.matrix[rows], answers.astype(float), weights)


def curve(found: Place, seed: int) -> NDArray[np.float64]:
    """Ask and learn, again and again; gives the area under the ROC curve after each step, the first without a label."""
    pool = found.matrix[len(found.general) :]
    asked: list[int] = []
    model = fit(found, asked)
    reached = [roc_auc_score(found.answers, model.decision_function(found.measured))]
    while len(asked) < min(MOST, len(found.pool)):
        doubt = np.abs(model.decision_function(pool))
        asked += select(doubt, found.embeddings, asked, STEP, seed=1000 * seed + len(asked)).all
        model = fit(found, asked)
        reached.append(roc_auc_score(found.answers, model.decision_function(found.measured)))
    return np.array(reached)


def ceiling(name: str, files: str, segmenter: Segmenter) -> tuple[float, float]:
    """Give AUC and AP of a model that learns from all labels of the pool alone, as the project's recipe would."""
    pool, measured = split(name, files)
    (label,) = pool[0].labels
    texts = [prepare(example.text, segmenter) for example in pool]
    space = FeatureSpace.fit(texts)
    line = LogisticRegression(C=3.0, class_weight="balanced", solver="liblinear", random_state=0, max_iter=1000)
    line.fit(space.transform(texts), [example.labels[label] for example in pool])
    scores = line.decision_function(space.transform([prepare(example.text, segmenter) for example in measured]))
    answers = [example.labels[label] for example in measured]
    return float(roc_auc_score(answers, scores)), float(average_precision_score(answers, scores))


def first_step(reached: NDArray[np.float64], goal: float) -> str:
    """Say after how many labels a curve is at its goal."""
    good = np.flatnonzero(reached >= goal)
    return str(int(good[0]) * STEP) if len(good) else f"more than {(len(reached) - 1) * STEP}"


def main(sets: list[str]) -> None:
    """Measure the sets that are named on the command line."""
    if not sets:
        sys.exit('name the sets: make bench-labels DATA="vihsd=POOL:EVALUATION reintel=FILE"')
    segmenter = Segmenter()
    for item in sets:
        name, separator, files = item.partition("=")
        if not separator:
            sys.exit(f"{item}: write it as READER=POOL:EVALUATION, or READER=FILE to split one file by time")
        full, precision = ceiling(name, files, segmenter)
        found = prepare_place(name, files, segmenter)
        curves = np.array([curve(found, seed) for seed in range(SEEDS)])
        goal, mean = GOAL * full, curves.mean(axis=0)
        print(f"{name}: all {len(found.pool)} labels of the pool give AUC {full:.3f}, AP {precision:.3f}")
        print(f"  95 % of it, {goal:.3f}, is reached with {first_step(mean, goal)} labels (mean of {SEEDS} seeds;")
        print(f"  single seeds: {', '.join(first_step(one, goal) for one in curves)})")
        shown = "  ".join(f"{step * STEP}: {value:.3f}" for step, value in enumerate(mean))
        print(f"  AUC by labels: {shown}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
