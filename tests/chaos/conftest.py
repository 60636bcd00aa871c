"""The small model that programs score with before they are killed, and homes on both databases."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests import corpus
from tests.chaos.runs import Worlds, postgresql_worlds, sqlite_worlds


@pytest.fixture(scope="session")
def small_model(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the model of a part of the corpus."""
    kept = corpus.small_model(pytestconfig.cache.mkdir("small-models"))
    return shutil.copytree(kept, tmp_path_factory.mktemp("models") / "small")


@pytest.fixture(params=[sqlite_worlds, postgresql_worlds])
def make_world(request: pytest.FixtureRequest, tmp_path: Path, small_model: Path) -> Iterator[Worlds]:
    """Give what makes homes, once on SQLite and once on PostgreSQL."""
    worlds: Callable[[Path, Path], AbstractContextManager[Worlds]] = request.param
    with worlds(tmp_path / "homes", small_model) as making:
        yield making
