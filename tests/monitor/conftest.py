"""What the tests of pipeline and commands share: one small model, trained once."""

from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from classifiers.data.datasets import read_corpus
from classifiers.persistence import save
from classifiers.text.segment import Segmenter
from classifiers.training.train import Recipe, train

EVERY = 26  # of the corpus's posts: some thousand texts, learnt in a few seconds


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with little work: every desk hashes one, and at full strength that takes a fifth of a second."""
    little = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr("monitor.review.passwords._hasher", lambda: little)


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a model from a part of the corpus; tests read its folder or copy it."""
    trained = train(read_corpus()[::EVERY], Segmenter(), Recipe(precision=0.5))
    folder = tmp_path_factory.mktemp("models") / "small"
    save(trained.classifier, folder, trained.facts("small", "2026-11-16T02:00:00+00:00"))
    return folder
