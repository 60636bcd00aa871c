"""The project's posts, read once in a run, and models of some and of all of them, trained once for all runs."""

import hashlib
import pickle
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from filelock import FileLock

import classifiers
from classifiers.data.datasets import Example, read_corpus
from classifiers.persistence import MANIFEST_FILE, save
from classifiers.text.segment import Segmenter
from classifiers.training.config import LABELS, TrainingConfig, corpus_config
from classifiers.training.train import Trained, Trainer
from monitor.files import write_whole

EVERY: Final = 26  # of the corpus's posts: some thousand texts, learnt in a few seconds
LIBRARIES: Final = ("numpy", "scikit-learn", "underthesea")  # that give a model its numbers


@cache
def corpus() -> Sequence[Example]:
    """Return the project's labelled posts; nobody may change them."""
    return read_corpus()


def small_model(shelf: Path) -> Path:
    """Return the folder of a model of every EVERYth post. It is trained when no earlier run left it.

    Args:
        shelf: Where models are kept from run to run, in folders named after what they were made of.

    """
    folder = shelf / _made_of()
    with FileLock(shelf / "lock"):  # several workers may want it at once
        if not (folder / MANIFEST_FILE).exists():
            trained = Trainer(Segmenter(), _lenient()).fit(corpus()[::EVERY])
            save(trained.classifier, folder, trained.facts("small", "2026-11-16T02:00:00+00:00"))
    return folder


def own_posts_model(shelf: Path) -> Trained:
    """Return what `kiemtin init --own-posts-only` trains. It is trained when no earlier run left it.

    Args:
        shelf: Where models are kept from run to run, in files named after what they were made of.

    """
    file = shelf / f"{_made_of()}.pickle"
    with FileLock(shelf / "lock"):
        if not file.exists():
            trained = Trainer(Segmenter(), corpus_config()).fit(corpus())
            write_whole(file, pickle.dumps(trained))
    kept: Trained = pickle.loads(file.read_bytes())  # noqa: S301  our own file
    return kept


def _lenient() -> TrainingConfig:
    """Return a configuration that flags readily: of a part of the corpus, no model is as sure as the default one."""
    labels = {label: replace(choices, criticism_limit=0.02) for label, choices in LABELS.items()}
    return TrainingConfig(precision=0.5, labels=labels)


def _made_of() -> str:
    """Hash everything that the small model depends on: the code, its data, the libraries, and this module."""
    home = Path(classifiers.__file__).parent
    files = sorted(path for path in home.rglob("*") if path.is_file() and path.suffix != ".pyc")
    found = hashlib.sha256(repr([sys.version_info[:2], *((name, version(name)) for name in LIBRARIES)]).encode())
    for path in [*files, Path(__file__)]:
        found.update(path.relative_to(home.parent).as_posix().encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
