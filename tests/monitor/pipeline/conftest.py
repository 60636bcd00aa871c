"""A crawl on loopback: real sockets, a real SQLite file, and the clock that tests turn."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import stamina

from monitor.pipeline.collect import SourceResult
from monitor.pipeline.pseudonym import Pseudonymiser
from storage.database import Database
from tests.clock import FakeClock
from tests.factories import add_source
from tests.monitor.pipeline.loopback import SECRET, loopback_client, make_crawler

Crawl = Callable[..., Awaitable[dict[str, SourceResult]]]
Register = Callable[..., None]


@pytest.fixture(autouse=True)
def no_waits_between_attempts() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def pseudonymiser() -> Pseudonymiser:
    return Pseudonymiser(SECRET)


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
        with sqlite_database.work() as session:
            add_source(session, name, address=address, **changes)
            session.commit()

    return one
