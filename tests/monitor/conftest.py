"""What the tests of pipeline and commands share: one small model, trained once."""

from pathlib import Path

import pytest

from classifiers.data.datasets import read_corpus
from classifiers.persistence import save
from classifiers.text.segment import Segmenter
from classifiers.training.train import Recipe, train

EVERY = 26  # of the corpus's posts: some thousand texts, learnt in a few seconds


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a model from a part of the corpus; tests read its folder or copy it."""
    trained = train(read_corpus()[::EVERY], Segmenter(), Recipe(precision=0.5))
    folder = tmp_path_factory.mktemp("models") / "small"
    save(trained.classifier, folder, trained.facts("small", "2026-11-16T02:00:00+00:00"))
    return folder
