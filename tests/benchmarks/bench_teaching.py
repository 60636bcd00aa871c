"""What a place's own labels bring: posts are labelled in the order in which the product draws them, and it is taught.

Run by `make bench-teaching DATA=POOL:EVALUATION`, both files of labelled posts as `--data own=` reads them. A label of
the pool is looked at only when its post is drawn. Posts are drawn, taught and held out by the code of the desk and of
`kiemtin models learn`; everything is measured on the evaluation file, by which nothing is chosen.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.data.datasets import Example, read_corpus, read_named
from classifiers.evaluation.bootstrap import label_figures
from classifiers.features.tokens import prepare_all
from classifiers.model.classifier import Classifier, sigmoid, traits_of
from classifiers.persistence import load
from classifiers.text.segment import Segmenter
from classifiers.training.config import LocalConfig, corpus_config
from classifiers.training.local import Adapted, LocalPosts
from classifiers.training.train import Trainer
from monitor.learning.active_learning import select
from monitor.learning.holdout import is_held_out

ROUND: Final = 50  # posts
STEPS: Final = (0, 50, 100, 200, 300, 600, 1000)
RESAMPLES: Final = 500
SPARED: Final = "satire"  # beside all kinds that name criticism
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Evaluation:
    """The posts to measure on, and how often each stands in each resample, shape (resamples + 1, posts)."""

    examples: Sequence[Example]
    features: sp.csr_matrix
    traits: Floats
    labels: Sequence[str]

    @cached_property
    def weights(self) -> NDArray[np.int64]:
        """All posts once, and then resamples of them."""
        count = len(self.examples)
        drawn = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
        return np.vstack([np.ones(count, dtype=np.int64), drawn])

    def figures(self, classifier: Classifier) -> Iterator[tuple[str, Floats]]:
        """Give each figure of a classifier, once for all posts and for each resample."""
        probabilities = sigmoid(classifier.log_odds(self.features, self.traits))
        flagged = probabilities >= np.array([classifier.thresholds[label] for label in self.labels])
        clean = np.array([not any(example.labels.values()) for example in self.examples])
        kinds = [example.facts.get("kind", "") for example in self.examples]
        spared = clean & np.array(["criticism" in kind or kind == SPARED for kind in kinds])
        for name, which in (("criticism", spared), ("clean", clean)):
            weights = self.weights[:, which]
            yield f"{name} flagged", weights @ flagged[which].any(axis=1) / weights.sum(axis=1)
        for column, label in enumerate(self.labels):
            answers = np.array([example.labels[label] for example in self.examples])
            found = label_figures(probabilities[:, column], answers, flagged[:, column], self.weights.astype(float))
            for name, short in (("precision", "precision"), ("recall", "recall"), ("average_precision", "AP")):
                yield f"{label} {short}", found[name]


def taught(
    pool: LocalPosts, held_out: NDArray[np.bool_], segmenter: Segmenter, seed: int
) -> Iterator[tuple[int, Adapted]]:
    """Draw posts and teach, round by round."""
    drawn: list[int] = []
    at_random = np.zeros(len(held_out), dtype=bool)
    scores = pool.log_odds
    for _ in range(-(-len(held_out) // ROUND)):
        selected = select(scores, pool.matrix, drawn, ROUND, seed=1000 * seed + len(drawn))
        drawn += [*selected.probable, *selected.random]
        at_random[selected.random] = True
        rows = np.array(drawn, dtype=np.intp)
        asked = replace(pool.take(rows, ~held_out[rows]), at_random=at_random[rows])
        adapted = asked.adapt(segmenter, LocalConfig())
        scores = adapted.classifier.log_odds(pool.matrix, pool.traits)
        yield len(drawn), adapted


def measure(
    pool_file: Path, evaluation_file: Path, base: Classifier, segmenter: Segmenter, seeds: int, most: int
) -> None:
    """Measure all steps, and print them."""
    pool, examples = read_named("own", pool_file), read_named("own", evaluation_file)
    began = time.perf_counter()
    local = LocalPosts.prepare(base, pool, len(pool), segmenter)
    sys.stdout.write(f"{len(local.learnt)} posts prepared in {time.perf_counter() - began:.1f} s\n")
    prepared = prepare_all([example.text for example in examples], segmenter)
    traits = traits_of(prepared, [example.title for example in examples])
    evaluation = Evaluation(examples, base.space.transform(prepared), traits, base.labels)
    held_out = np.array([is_held_out(pool[row].text) for row in local.rows])
    steps = {min(step, len(held_out)) for step in STEPS}
    found: dict[int, list[Mapping[str, Floats]]] = {0: [dict(evaluation.figures(base))]}
    for seed in range(seeds):
        began = time.perf_counter()
        for count, adapted in taught(local, held_out, segmenter, seed):
            if count > most:
                break
            if count in steps:
                found.setdefault(count, []).append(dict(evaluation.figures(adapted.classifier)))
        sys.stdout.write(f"seed {seed}: all rounds in {time.perf_counter() - began:.1f} s\n")
        sys.stdout.flush()
    for count, runs in sorted(found.items()):
        sys.stdout.write(f"\n{count} posts taught, mean of {len(runs)} seeds [95 % interval of the posts] (seeds)\n")
        for name in runs[0]:
            values = np.stack([run[name] for run in runs])
            low, high = np.percentile(values.mean(axis=0)[1:], (2.5, 97.5))
            of_all = values[:, 0]
            sys.stdout.write(
                f"  {name:<22} {of_all.mean():.3f} [{low:.3f}, {high:.3f}] ({of_all.min():.3f} to {of_all.max():.3f})\n"
            )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", metavar="POOL:EVALUATION")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--most", type=int, default=STEPS[-1], help="stop after so many posts")
    parser.add_argument("--model", type=Path, help="folder of the model to teach; trained from the corpus if not given")
    given = parser.parse_args()
    pool, _, evaluation = given.data.partition(":")
    if not evaluation:
        sys.exit("name two files: DATA=POOL:EVALUATION")
    segmenter = Segmenter()
    trainer = Trainer(segmenter, corpus_config())
    base = load(given.model, segmenter).classifier if given.model else trainer.fit(read_corpus()).classifier
    measure(Path(pool), Path(evaluation), base, segmenter, given.seeds, given.most)


if __name__ == "__main__":
    main()
