"""A crawl of sources of which one goes wrong in a way that nobody foresaw: the others are read all the same."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.collectors.base import Batch, PublicPost, SourceView
from storage.database import Database
from storage.models import CrawlRun
from storage.posts import sources
from tests.clock import FakeClock
from tests.monitor.conftest import Crawl, Register
from tests.monitor.crawl.loopback import ScriptedCollector, batch


def post(number: int) -> PublicPost:
    return PublicPost(external_id=str(number), text=f"bài {number}")


UNEXPECTED = (
    ValueError("no such thing"),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    RecursionError("maximum recursion depth exceeded"),
    MemoryError(),
    AssertionError(),
    KeyError("\ud83d and NUL \0"),
    ExceptionGroup("several", [ValueError("one"), TypeError("two")]),
    asyncio.CancelledError(),
    OSError(28, "No space left on device"),
)


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: type(error).__name__)
async def test_whatever_a_collector_raises_is_the_failed_run_of_its_source_alone(
    register: Register, crawl: Crawl, sqlite_database: Database, clock: FakeClock, error: BaseException
) -> None:
    async def script(source: SourceView) -> AsyncIterator[Batch]:
        await asyncio.sleep(0)
        if source.name == "bad":
            raise error
        for number in range(3):
            yield batch(post(number), cursor=str(number))
            await asyncio.sleep(0)

    for name in ("first", "bad", "last"):
        register(name, f"https://{name}.example.vn/feed")
    results = await crawl(collectors=ScriptedCollector(script))
    assert {name: (result.outcome, result.new) for name, result in results.items()} == {
        "first": ("ok", 3),
        "bad": ("failed", 0),
        "last": ("ok", 3),
    }
    with sqlite_database.work() as session:
        source = state = sources.by_name(session, "bad")
    assert (state.failures, state.lease_owner) == (1, None)
    assert state.next_due_at == clock.now() + timedelta(seconds=source.interval_seconds)
    assert state.last_error == results["bad"].error
    with sqlite_database.work() as session:
        run = session.scalars(select(CrawlRun).where(CrawlRun.source_id == source.id)).one()
    assert (run.outcome, run.error) == ("failed", state.last_error)


async def test_an_error_that_nobody_expected_says_so_in_one_line(register: Register, crawl: Crawl) -> None:
    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        raise KeyError("a name\nof two lines, \ud83d" + "x" * 1000)
        yield batch()

    register("bad", "https://bad.example.vn/feed")
    error = (await crawl(collectors=ScriptedCollector(script)))["bad"].error or ""
    assert error.startswith("a fault of the program, not of the source (KeyError: ")
    assert "\n" not in error
    assert len(error) <= 500


async def test_a_source_that_is_removed_while_it_is_read_stops_no_other(
    register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    async def script(source: SourceView) -> AsyncIterator[Batch]:
        if source.name == "removed":
            with sqlite_database.work() as session:
                session.delete(sources.by_name(session, "removed"))
                session.commit()
        await asyncio.sleep(0)
        yield batch(post(1))

    register("removed", "https://removed.example.vn/feed")
    register("good", "https://good.example.vn/feed")
    results = await crawl(collectors=ScriptedCollector(script))
    assert {name: result.outcome for name, result in results.items()} == {"good": "ok"}
