"""Homes on both databases, whose programs score with the small model before they are killed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.chaos.runs import Worlds, postgresql_worlds, sqlite_worlds


@pytest.fixture(params=[sqlite_worlds, postgresql_worlds])
def make_world(request: pytest.FixtureRequest, tmp_path: Path, small_model: Path) -> Iterator[Worlds]:
    """Give what makes homes, once on SQLite and once on PostgreSQL."""
    worlds: Callable[[Path, Path], AbstractContextManager[Worlds]] = request.param
    with worlds(tmp_path / "homes", small_model) as making:
        yield making
