"""A crawl that is stopped, killed, or of which one source goes wrong: the others are read all the same, once each."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import pytest

from monitor.collectors.base import Batch, SourceView
from monitor.crawl.collect import LEASE, TICK, SourceResult, owner_is_gone
from monitor.demo.sites import FeedSite, MastodonSite, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.errors import FetchFailed
from storage.database import Database
from storage.errors import NotFound, StorageError
from storage.models import Post
from storage.posts import sources
from tests.clock import FakeClock
from tests.monitor.crawl.conftest import World, account, post, site_post
from tests.monitor.crawl.loopback import ScriptedCollector, batch, loopback_client, make_crawler

HALF_AN_HOUR = timedelta(minutes=30)


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
    SystemExit(3),
)


@pytest.mark.parametrize("error", UNEXPECTED, ids=lambda error: type(error).__name__)
async def test_whatever_a_collector_raises_is_the_failed_run_of_its_source_alone(
    world: World, clock: FakeClock, error: BaseException
) -> None:
    async def script(source: SourceView) -> AsyncIterator[Batch]:
        await asyncio.sleep(0)
        if source.name == "bad":
            raise error
        for number in range(3):
            yield batch(post(number), cursor=str(number))
            await asyncio.sleep(0)

    for name in ("first", "bad", "last"):
        world.register(name=name)
    results = await world.crawl_all(collectors=ScriptedCollector(script))
    counts = {name: (result.outcome, result.new) for name, result in results.items()}
    assert counts == {"first": ("ok", 3), "bad": ("failed", 0), "last": ("ok", 3)}
    bad = world.source("bad")
    assert (bad.failures, bad.lease_owner, bad.last_error) == (1, None, results["bad"].error)
    assert bad.next_due_at == clock.now() + timedelta(seconds=bad.interval_seconds)
    assert [(run.outcome, run.error) for run in world.runs() if run.source_id == bad.id] == [("failed", bad.last_error)]


async def test_a_collector_that_gives_nothing_for_half_an_hour_is_one_failed_run(sqlite_database: Database) -> None:
    class ShortOfTime(FakeClock):
        def timeout(self, seconds: float) -> AbstractAsyncContextManager[Any]:
            assert seconds == HALF_AN_HOUR.total_seconds()
            return asyncio.timeout(0)

    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        await asyncio.Event().wait()
        yield batch()

    world = World(sqlite_database, ShortOfTime())
    world.register()
    result = await world.crawl(script)
    assert (result.outcome, result.error) == (
        "failed",
        "nothing came of it for 30 minutes: it was given up until later",
    )


async def test_a_reading_that_is_ended_after_half_an_hour_says_so(world: World, clock: FakeClock) -> None:
    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        for number in range(3):
            clock.advance(HALF_AN_HOUR / 2)
            yield batch(post(number))

    world.register()
    result = await world.crawl(script)
    assert (result.outcome, result.new) == ("ok", 2)
    assert "ended" in (result.gap or "")


async def test_an_error_that_nobody_expected_says_so_in_one_line(world: World) -> None:
    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        raise KeyError("a name\nof two lines, \ud83d" + "x" * 1000)
        yield batch()

    world.register()
    error = (await world.crawl(script)).error or ""
    assert error.startswith("a fault of the program, not of the source (KeyError: ")
    assert "\n" not in error
    assert len(error) <= 500


async def test_a_source_that_is_removed_while_it_is_read_stops_no_other(world: World) -> None:
    async def script(source: SourceView) -> AsyncIterator[Batch]:
        if source.name == "removed":
            with world.database.changes() as session:
                session.delete(sources.by_name(session, "removed"))
        await asyncio.sleep(0)
        yield batch(post(1))

    for name in ("removed", "good"):
        world.register(name=name)
    results = await world.crawl_all(collectors=ScriptedCollector(script))
    assert {name: result.outcome for name, result in results.items()} == {"good": "ok"}


async def test_a_source_that_fails_waits_longer_each_time_and_stops_no_other(
    base: str, world: World, clock: FakeClock
) -> None:
    world.register(f"{base}/no-such-feed", "broken")
    world.register(base + RSS_PATH, "newspaper")
    results = await world.crawl_all()
    await world.crawl_all("broken")
    assert account(results["newspaper"]) == ("ok", 3, 0, 0)
    assert results["broken"].outcome == "failed"
    broken = world.source("broken")
    assert (broken.failures, broken.last_error, broken.enabled) == (2, results["broken"].error, True)
    assert broken.next_due_at == clock.now() + 2 * HALF_AN_HOUR


async def test_waiting_after_failures_ends_at_a_day_and_success_forgets_them(
    site: FeedSite, base: str, world: World, clock: FakeClock
) -> None:
    world.register(base + RSS_PATH)
    site.fail(RSS_PATH, *[500] * 9)
    for _ in range(9):
        await world.crawl()
    assert world.source().next_due_at == clock.now() + timedelta(days=1)
    assert (await world.crawl()).outcome == "ok"
    assert (world.source().failures, world.source().next_due_at) == (0, clock.now() + HALF_AN_HOUR - TICK / 2)


async def test_a_site_that_refuses_is_switched_off_with_its_reason(site: FeedSite, base: str, world: World) -> None:
    world.register(base + RSS_PATH)
    site.robots = (200, b"User-agent: *\nDisallow: /")
    result = await world.crawl()
    assert (result.outcome, result.disabled) == ("failed", True)
    assert (world.source().enabled, world.source().why_disabled) == (False, result.error)
    assert world.audited("source.disabled") == [{"why": result.error}]
    assert await world.crawl_all() == {}


async def test_a_site_that_asks_to_wait_is_read_again_when_it_said(world: World, clock: FakeClock) -> None:
    network = MastodonSite([site_post(1)], clock)
    with serve(network) as address:
        world.register(address, kind="mastodon", interval_seconds=7200)
        network.rate_limit(0)
        assert (await world.crawl()).outcome == "failed"
        assert world.source().next_due_at == network.reset_at
        clock.advance(timedelta(minutes=5))
        assert (await world.crawl(only_due=True)).new == 1


async def test_wrong_settings_of_one_source_are_told_and_stop_no_other(base: str, world: World) -> None:
    world.register("https://mang.example", "network", kind="mastodon", settings={"timeline": "everything"})
    world.register(name="strange", kind="no-such-kind")
    world.register(base + RSS_PATH, "newspaper")
    results = await world.crawl_all()
    outcomes = {name: result.outcome for name, result in results.items()}
    assert outcomes == {"network": "failed", "strange": "failed", "newspaper": "ok"}
    assert "everything" in (results["network"].error or "")


async def test_a_row_that_the_database_refuses_is_its_sources_trouble_only(world: World) -> None:
    async def script(source: SourceView) -> AsyncIterator[Batch]:
        yield batch(post(1, external_id=None if source.name == "bad" else "1"))

    for name in ("bad", "good"):
        world.register(name=name)
    results = await world.crawl_all(collectors=ScriptedCollector(script))
    assert (results["bad"].outcome, results["good"].outcome) == ("failed", "ok")
    assert "refused a row" in (results["bad"].error or "")


async def test_an_unknown_name_is_an_error_and_nothing_is_read(site: FeedSite, base: str, world: World) -> None:
    world.register(base + RSS_PATH)
    with pytest.raises(NotFound, match="no-such-source"):
        await world.crawl_all("source", "no-such-source")
    assert site.log == []


async def test_what_failed_after_the_first_batch_keeps_that_batch(world: World) -> None:
    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        yield batch(post(1), cursor="second")
        raise FetchFailed("the server went away: try again later")

    world.register()
    assert account(await world.crawl(script)) == ("failed", 1, 0, 0)
    assert (world.column(Post.external_id), world.source().cursor) == (["1"], {"page": "second"})


async def test_a_database_that_fails_ends_the_crawl_with_one_error(world: World) -> None:
    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        yield batch(post(1))
        with world.database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE post_revisions")
        yield batch(post(1, text="bài đã sửa"))

    world.register()
    with pytest.raises(StorageError, match="kiemtin db upgrade"):
        await world.crawl(script)
    assert world.source().lease_owner is None


async def test_a_stopped_crawl_closes_its_account_gives_its_leases_back_and_goes_on_from_its_cursor(
    world: World, clock: FakeClock
) -> None:
    arrived = asyncio.Event()
    begun: list[object] = []

    async def script(source: SourceView) -> AsyncIterator[Batch]:
        begun.append(source.cursor.get("page"))
        if not source.cursor:
            yield batch(post(1), cursor="second")
            arrived.set()
            await asyncio.Event().wait()
        yield batch(post(2), cursor="third")

    world.register()
    task = asyncio.create_task(world.crawl(script))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(run.outcome, run.new, run.ended_at) for run in world.runs()] == [("interrupted", 1, clock.now())]
    assert (world.source().lease_owner, world.source().failures) == (None, 0)

    result = await world.crawl(script, only_due=True)  # still due
    assert (result.outcome, result.new, begun) == ("ok", 1, [None, "second"])
    assert world.column(Post.external_id) == ["1", "2"]


CHILD = """
import asyncio, sys
from monitor.clock import SystemClock
from monitor.collectors.base import PublicPost
from storage.database import Database
from tests.monitor.crawl.loopback import ScriptedCollector, batch, loopback_client, make_crawler

async def script(source):
    yield batch(PublicPost(external_id="1", text="bài 1"), cursor="second")
    print("stored", flush=True)
    await asyncio.Event().wait()

async def main():
    clock = SystemClock()
    with Database(sys.argv[1]) as database:
        async with loopback_client(clock) as client:
            await make_crawler(database, client, clock, collectors=ScriptedCollector(script)).crawl(only_due=False)

asyncio.run(main())
"""


async def test_what_a_killed_program_stored_stays_and_the_next_takes_over_at_once(world: World) -> None:
    async def script(source: SourceView) -> AsyncIterator[Batch]:
        assert source.cursor == {"page": "second"}
        yield batch(post(2), cursor="third")

    world.register()
    arguments = [sys.executable, "-c", CHILD, world.database.url.render_as_string()]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as child:  # noqa: ASYNC220, S603  our own words
        assert child.stdout.readline() == b"stored\n"
        assert await world.crawl_all(collectors=ScriptedCollector(script)) == {}  # it lives and holds the source
        child.kill()
    assert world.source().lease_owner == f"{socket.gethostname()}:{child.pid}"
    assert (await world.crawl(script)).outcome == "ok"
    assert world.column(Post.external_id) == ["1", "2"]
    assert [run.outcome for run in world.runs()] == ["interrupted", "ok"]


async def test_two_crawlers_at_once_share_the_sources_and_read_none_twice(
    site: FeedSite, base: str, world: World, clock: FakeClock
) -> None:
    for number in range(6):
        world.register(f"{base}{RSS_PATH}?n={number}", f"feed-{number}")
    with Database(world.database.url.render_as_string()) as database_too:
        found = await asyncio.gather(
            world.crawl_all(only_due=True), World(database_too, clock).crawl_all(only_due=True)
        )
    assert sorted(name for results in found for name in results) == [f"feed-{number}" for number in range(6)]
    assert len(site.seen(RSS_PATH)) == 6


async def test_a_source_whose_lease_ran_out_while_it_waited_is_left_to_who_has_it_now(
    world: World, clock: FakeClock
) -> None:
    async def script(source: SourceView) -> AsyncIterator[Batch]:
        """Read the first source for longer than a lease, while another program takes the one that waits."""
        now = clock.advance(LEASE + timedelta(minutes=1))
        with world.database.changes() as session:
            taken = sources.lease(
                session, owner="other:1", now=now, until=now + LEASE, only_due=False, names=["waiting"]
            )
        assert (source.name, len(taken)) == ("first", 1)
        yield batch(post(1))

    for name in ("first", "waiting"):
        world.register(name=name)
    assert set(await world.crawl_all(collectors=ScriptedCollector(script), parallel=1)) == {"first"}
    assert world.source("waiting").lease_owner == "other:1"


@pytest.mark.parametrize(
    ("host", "process", "expected"),
    [("", "gone", True), ("", "alive", False), ("", "1", False), ("another-host", "gone", False), (None, "", False)],
    ids=["gone", "alive", "of another user", "elsewhere", "unreadable"],
)
def test_an_owner_is_gone_only_if_this_machine_knows_it(host: str | None, process: str, *, expected: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        number = {"gone": child.pid, "alive": os.getpid()}.get(process, process)
    owner = "somebody" if host is None else f"{host or socket.gethostname()}:{number}"
    assert owner_is_gone(owner) is expected


async def test_the_lease_of_an_owner_elsewhere_is_waited_for(base: str, world: World, clock: FakeClock) -> None:
    world.register(base + RSS_PATH)
    with world.database.changes() as session:
        until = clock.now() + LEASE
        sources.lease(session, owner="another-host:4", now=clock.now(), until=until, only_due=False)
    assert await world.crawl_all() == {}
    clock.advance(LEASE + timedelta(seconds=1))
    assert (await world.crawl()).new == 3


async def test_progress_is_told_source_by_source(base: str, world: World, clock: FakeClock) -> None:
    for name in ("a", "b"):
        world.register(base + RSS_PATH, name)
    leased: list[str] = []
    told: list[SourceResult] = []
    async with loopback_client(clock) as client:
        crawler = make_crawler(world.database, client, clock)
        results = await crawler.crawl(only_due=False, on_lease=leased.extend, on_result=told.append)
    assert (sorted(leased), told) == (["a", "b"], results)
