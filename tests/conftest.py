"""Fixtures that all tests share: a clock to turn by hand, a small model, and real databases with all tables in them."""

import gc
import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.pool import QueuePool

from storage.database import Database
from tests.clock import FakeClock
from tests.postgres import TEMPLATE, PostgresServer, running_postgres

BROWSER = Path(__file__).parent / "browser"
POSTGRES_FIXTURES = {"postgres_server", "migrated_postgres", "postgres_database"}
# A slow machine is no fault of a property, so no profile has a deadline.
settings.register_profile("quick", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", settings.get_profile("quick"), max_examples=300)
settings.load_profile("quick")
os.environ["KIEMTIN_LANGUAGE"] = "en"  # commands of tests say what stands in the code


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all tests that need PostgreSQL to `make gate`, whose environment has it."""
    for item in items:
        if needs_postgres(item):
            item.add_marker(pytest.mark.gate)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave the tests of the browser out where what drives it is not installed: `make full` installs it."""
    return True if collection_path == BROWSER and find_spec("playwright") is None else None


def needs_postgres(item: pytest.Item) -> bool:
    assert isinstance(item, pytest.Function)
    if not POSTGRES_FIXTURES.isdisjoint(item.fixturenames):
        return True
    choices = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return any(isinstance(choice, str) and choice == "postgresql" for choice in choices)


def pytest_collection_finish() -> None:
    """Leave modules and tests out of every later search for garbage: half a second each, hundreds of times."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def clock() -> FakeClock:
    """Stand at nine on a Monday morning in Việt Nam until a test turns it."""
    return FakeClock()


@pytest.fixture(scope="session")
def small_model(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the model of a part of the corpus; tests read its folder or copy it."""
    from tests import corpus  # noqa: PLC0415  it loads scikit-learn, which most folders of tests do without

    kept = corpus.small_model(pytestconfig.cache.mkdir("small-models"))
    return shutil.copytree(kept, tmp_path_factory.mktemp("models") / "small")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Run one PostgreSQL for all tests that ask for it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file; tests get copies of it, which is much faster than migrating again."""
    path = tmp_path_factory.mktemp("template") / "kiemtin.db"
    with Database(f"sqlite:///{path}") as template:
        template.upgrade()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> PostgresServer:
    """Migrate the database of which the tests get copies."""
    with Database(postgres_server.url(TEMPLATE)) as template:
        template.upgrade()
    return postgres_server


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """Give a migrated and empty SQLite file in the test's own folder."""
    path = tmp_path / "kiemtin.db"
    shutil.copy(sqlite_template, path)
    with Database(f"sqlite:///{path}") as database:
        yield database
        assert_nothing_in_use(database)


@pytest.fixture
def postgres_database(migrated_postgres: PostgresServer) -> Iterator[Database]:
    """Give a migrated and empty database on a real PostgreSQL."""
    with migrated_postgres.new_database(TEMPLATE) as url, Database(url) as database:
        yield database
        assert_nothing_in_use(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Give a migrated and empty database; the test runs once on SQLite and once on PostgreSQL."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    found: Database = request.getfixturevalue(name)
    return found


def assert_nothing_in_use(database: Database) -> None:
    """Fail a test that left a unit of work open: its connection would be ended by chance, in the midst of another."""
    pool = database.engine.pool
    assert not isinstance(pool, QueuePool) or pool.checkedout() == 0, "the test left a unit of work open"
