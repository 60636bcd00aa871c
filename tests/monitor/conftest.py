"""What the tests of the application share: quick passwords, a crawl on loopback, and a full week."""

import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from monitor.collectors.registry import collector_for
from monitor.crawl.collect import SourceResult
from monitor.demo.sites import Site, serve
from monitor.privacy.pseudonym import Pseudonymiser
from storage.database import Database
from tests.clock import FakeClock
from tests.factories import add_source
from tests.monitor.crawl.loopback import SECRET, loopback_client, make_crawler
from tests.monitor.reports.sample_week import fill

Crawl = Callable[..., Awaitable[dict[str, SourceResult]]]
Register = Callable[..., None]


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


@pytest.fixture
def crawl(sqlite_database: Database, clock: FakeClock) -> Crawl:
    """Crawl once and give the results by source."""

    async def once(*names: str, only_due: bool = False, **changes: Any) -> dict[str, SourceResult]:
        async with loopback_client(clock) as client:
            crawler = make_crawler(sqlite_database, client, clock, **changes)
            results = await crawler.crawl(only_due=only_due, names=names)
        return {result.source: result for result in results}

    return once


@pytest.fixture
def register(sqlite_database: Database) -> Register:
    """Register a source; a feed unless told otherwise."""

    def one(name: str, address: str, **changes: Any) -> None:
        with sqlite_database.changes() as session:
            add_source(session, name, address=address, **changes)

    return one


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
