"""How much a model still sees when abusive words are disguised: recall kept, way by way.

Run by `make bench-obfuscation DATA="NAME=LEARN:MEASURE"`, files as their authors published them. A model learns from
the first file; harmful texts of the second that hold a term of the lexicon's abusive groups are disguised in each way
of `tests/benchmarks/obfuscation.py`. Printed are the recall at the threshold of the best F1 on unseen training
texts, how much of the clean recall that is, and its 95 % interval over resampled texts.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import read_named
from classifiers.evaluation.metrics import best_f1_threshold
from classifiers.labels import NEGATIVE
from classifiers.model.classifier import Classifier
from classifiers.text.segment import Segmenter
from classifiers.training.config import corpus_config
from classifiers.training.train import Trainer
from tests.benchmarks.obfuscation import MIX, WAYS, abusive_spans, disguised

RESAMPLES = 2000


def _seen(classifier: Classifier, texts: Sequence[str], threshold: float) -> NDArray[np.bool_]:
    predictions = classifier.predict(texts, thresholds={NEGATIVE.name: threshold})
    return np.array([NEGATIVE.name in prediction.flags for prediction in predictions])


def _kept(clean: NDArray[np.bool_], seen: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Give the share of the clean recall that is kept, with its interval; both on the same resampled texts."""
    picks = np.random.default_rng(0).integers(0, len(clean), size=(RESAMPLES, len(clean)))
    shares = seen[picks].sum(axis=1) / np.maximum(clean[picks].sum(axis=1), 1)
    low, high = np.percentile(shares, (2.5, 97.5))
    return float(seen.sum() / max(clean.sum(), 1)), float(low), float(high)


def main() -> None:
    """Train, disguise, score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", metavar="NAME=LEARN:MEASURE")
    name, _, files = parser.parse_args().data.partition("=")
    learn, _, measure = files.partition(":")
    if not measure:
        sys.exit("name a set and two files: NAME=LEARN:MEASURE")
    segmenter = Segmenter()
    examples = read_named(name, Path(learn))
    learnt = Trainer(segmenter, corpus_config()).fit(examples)
    answers = np.array([example.labels[NEGATIVE.name] for example in examples])
    threshold = best_f1_threshold(learnt.unseen[NEGATIVE.name], answers)
    harmful = [example.text for example in read_named(name, Path(measure)) if example.labels.get(NEGATIVE.name)]
    texts = [text for text in harmful if abusive_spans(text)]
    sys.stdout.write(f"{len(texts)} of {len(harmful)} harmful texts hold an abusive term\n")
    clean = _seen(learnt.classifier, texts, threshold)
    sys.stdout.write(f"{'clean':<12} recall {clean.mean():.3f}\n")
    for way in (*WAYS, MIX):
        seen = _seen(learnt.classifier, [disguised(text, way) for text in texts], threshold)
        kept, low, high = _kept(clean, seen)
        sys.stdout.write(f"{way:<12} recall {seen.mean():.3f}  kept {kept:.3f}  [{low:.3f}, {high:.3f}]\n")


if __name__ == "__main__":
    main()
