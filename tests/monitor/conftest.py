"""What the tests of the application share: quick passwords and attempts, a sample site, and a full week."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from monitor.collectors.registry import collector_for
from monitor.demo.sites import Site, serve
from monitor.privacy.pseudonym import Pseudonymiser
from storage.database import Database
from tests.monitor.crawl.loopback import SECRET
from tests.monitor.reports.sample_week import fill


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with little work: every desk hashes one, and at full strength that takes a fifth of a second."""
    little = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr("monitor.desk.web.passwords._hasher", lambda: little)


@pytest.fixture
def base(site: Site) -> Iterator[str]:
    """Serve the sample site of a module of tests, and give its address."""
    with serve(site) as address:
        yield address


@pytest.fixture
def pseudonymiser() -> Pseudonymiser:
    return Pseudonymiser(SECRET)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder that Python searches for packages, to be filled by the test."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    collector_for.cache_clear()
    yield folder
    collector_for.cache_clear()


@pytest.fixture(autouse=True)
def no_waits_between_attempts() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture(scope="session")
def week_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill one SQLite file with the week of `sample_week.fill`; tests get copies of it."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("week") / "kiemtin.db")
    with Database(f"sqlite:///{path}") as database, database.changes() as session:
        fill(session)
    return path


@pytest.fixture
def full_week(sqlite_database: Database, week_template: Path, tmp_path: Path) -> Database:
    """Give a database that holds the week of `sample_week.fill`."""
    shutil.copy(week_template, tmp_path / "kiemtin.db")
    return sqlite_database
