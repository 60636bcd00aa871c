"""A database without any table, and a unit of work on one with all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from storage.database import Database
from tests.postgres import PostgresServer
from tests.storage.first_release import at_first_release


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database without any table."""
    if request.param == "sqlite":
        with Database(f"sqlite:///{tmp_path / 'new folder' / '100% mới.db'}") as database:
            yield database
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.new_database() as url, Database(url) as database:
        yield database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Give a unit of work on a database with its tables, on each kind; nothing of it is kept."""
    with database.work() as opened:
        yield opened


@pytest.fixture
def old(empty_database: Database, tmp_path: Path) -> Iterator[Database]:
    """A database at the first revision, with its tables empty."""
    with at_first_release(empty_database, tmp_path / "versions") as database:
        yield database


@pytest.fixture
def new(empty_database: Database, old: Database) -> Database:
    """The same for the present program; tests upgrade it."""
    return empty_database
