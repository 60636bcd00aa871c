"""The small model that programs score with before they are killed."""

import shutil
from pathlib import Path

import pytest

from tests import corpus


@pytest.fixture(scope="session")
def small_model(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the model of a part of the corpus."""
    kept = corpus.small_model(pytestconfig.cache.mkdir("small-models"))
    return shutil.copytree(kept, tmp_path_factory.mktemp("models") / "small")
