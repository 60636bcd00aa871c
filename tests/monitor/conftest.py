"""What the tests of pipeline and commands share: one small model, trained once."""

import shutil
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from tests import corpus


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with little work: every desk hashes one, and at full strength that takes a fifth of a second."""
    little = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr("monitor.review.passwords._hasher", lambda: little)


@pytest.fixture(scope="session")
def small_model(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the model of a part of the corpus; tests read its folder or copy it."""
    kept = corpus.small_model(pytestconfig.cache.mkdir("small-models"))
    return shutil.copytree(kept, tmp_path_factory.mktemp("models") / "small")
