"""A crawl in trouble: refusals, limits, broken sources, killed programs, and two programs at once."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.crawl.collect import LEASE, SourceResult, owner_is_gone
from monitor.demo.sites import FeedSite, MastodonSite, SitePost, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.errors import FetchFailed
from storage.database import Database
from storage.errors import NotFound, StorageError
from storage.models import AuditEvent, CrawlRun, Post, Source
from storage.posts import sources
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_source
from tests.monitor.conftest import Crawl, Register
from tests.monitor.crawl.loopback import ScriptedCollector, batch, loopback_client, make_crawler

HALF_AN_HOUR = timedelta(minutes=30)


def site_post(number: int) -> SitePost:
    moment = MONDAY_MORNING - timedelta(hours=20) + timedelta(minutes=number)
    return SitePost(id=f"p{number:03d}", author=f"tac-gia-{number}", text=f"Bài thứ {number}", published_at=moment)


def post(number: int) -> PublicPost:
    return PublicPost(external_id=str(number), text=f"bài {number}")


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    return FeedSite([site_post(number) for number in range(1, 4)], clock)


@pytest.fixture
def address(site: FeedSite) -> Iterator[str]:
    with serve(site) as base:
        yield base + RSS_PATH


def state_of(database: Database, name: str) -> Source:
    with database.work() as session:
        return sources.by_name(session, name)


def stored_posts(database: Database) -> list[str]:
    with database.work() as session:
        return list(session.scalars(select(Post.external_id).order_by(Post.id)))


async def test_a_source_that_fails_waits_longer_each_time_and_stops_no_other(
    site: FeedSite, address: str, register: Register, crawl: Crawl, sqlite_database: Database, clock: FakeClock
) -> None:
    with serve(FeedSite([site_post(9)], clock)) as broken_base:
        broken = FeedSite([], clock)
        register("broken", broken_base + "/no-such-feed")
        register("newspaper", address)
        results = await crawl()
        await crawl("broken")
    assert broken.log == []
    assert (results["newspaper"].outcome, results["newspaper"].new) == ("ok", 3)
    assert results["broken"].outcome == "failed"
    source = state = state_of(sqlite_database, "broken")
    assert (state.failures, state.last_error, source.enabled) == (2, results["broken"].error, True)
    assert state.next_due_at == clock.now() + 2 * HALF_AN_HOUR


async def test_waiting_after_failures_ends_at_a_day_and_success_forgets_them(
    site: FeedSite, address: str, register: Register, crawl: Crawl, sqlite_database: Database, clock: FakeClock
) -> None:
    register("newspaper", address)
    site.fail(RSS_PATH, *[500] * 9)
    for _ in range(9):
        await crawl()
    assert state_of(sqlite_database, "newspaper").next_due_at == clock.now() + timedelta(days=1)
    assert (await crawl())["newspaper"].outcome == "ok"
    state = state_of(sqlite_database, "newspaper")
    assert (state.failures, state.next_due_at) == (0, clock.now() + HALF_AN_HOUR)


async def test_a_site_that_refuses_is_switched_off_with_its_reason(
    site: FeedSite, address: str, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    register("newspaper", address)
    site.robots = (200, b"User-agent: *\nDisallow: /")
    result = (await crawl())["newspaper"]

    assert (result.outcome, result.disabled) == ("failed", True)
    source = state_of(sqlite_database, "newspaper")
    assert (source.enabled, source.why_disabled) == (False, result.error)
    with sqlite_database.work() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject, event.detail) == ("source.disabled", "newspaper", {"why": result.error})
    assert await crawl() == {}


async def test_a_site_that_asks_to_wait_is_read_again_when_it_said(
    register: Register, crawl: Crawl, sqlite_database: Database, clock: FakeClock
) -> None:
    network = MastodonSite([site_post(1)], clock)
    with serve(network) as base:
        register("network", base, kind="mastodon", interval_seconds=7200)
        network.rate_limit(0)
        result = (await crawl())["network"]
        assert result.outcome == "failed"
        assert state_of(sqlite_database, "network").next_due_at == network.reset_at
        clock.advance(timedelta(minutes=5))
        assert (await crawl(only_due=True))["network"].new == 1


async def test_wrong_settings_of_one_source_are_told_and_stop_no_other(
    address: str, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    register("network", "https://mang.example", kind="mastodon", settings={"timeline": "everything"})
    register("strange", "https://forum.example.vn", kind="no-such-kind")
    register("newspaper", address)
    results = await crawl()
    assert {name: result.outcome for name, result in results.items()} == {
        "network": "failed",
        "strange": "failed",
        "newspaper": "ok",
    }
    assert "everything" in (results["network"].error or "")


async def test_a_row_that_the_database_refuses_is_its_sources_trouble_only(
    register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    async def script(source: SourceView) -> AsyncIterator[Batch]:
        yield batch(PublicPost(external_id=None if source.name == "bad" else "1", text="bài"))

    register("bad", "https://bad.example.vn/feed")
    register("good", "https://good.example.vn/feed")
    results = await crawl(collectors=ScriptedCollector(script))
    assert (results["bad"].outcome, results["good"].outcome) == ("failed", "ok")
    assert "refused a row" in (results["bad"].error or "")


async def test_an_unknown_name_is_an_error_and_nothing_is_read(
    site: FeedSite, address: str, register: Register, crawl: Crawl
) -> None:
    register("newspaper", address)
    with pytest.raises(NotFound, match="no-such-source"):
        await crawl("newspaper", "no-such-source")
    assert site.log == []


async def test_what_failed_after_the_first_batch_keeps_that_batch(
    register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        yield batch(post(1), cursor="second")
        raise FetchFailed("the server went away: try again later")

    register("forum", "https://forum.example.vn/feed")
    result = (await crawl(collectors=ScriptedCollector(script)))["forum"]
    assert (result.outcome, result.new) == ("failed", 1)
    assert stored_posts(sqlite_database) == ["1"]
    assert state_of(sqlite_database, "forum").cursor == {"page": "second"}


async def test_a_stopped_crawl_closes_its_account_gives_its_leases_back_and_goes_on_from_its_cursor(
    register: Register, crawl: Crawl, sqlite_database: Database, clock: FakeClock
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

    register("forum", "https://forum.example.vn/feed")
    async with loopback_client(clock) as client:
        crawler = make_crawler(sqlite_database, client, clock, collectors=ScriptedCollector(script))
        task = asyncio.create_task(crawler.crawl(only_due=False))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    with sqlite_database.work() as session:
        run = session.scalars(select(CrawlRun)).one()
        assert (run.outcome, run.new, run.ended_at) == ("interrupted", 1, clock.now())
    state = state_of(sqlite_database, "forum")
    assert (state.lease_owner, state.failures) == (None, 0)

    result = (await crawl(only_due=True, collectors=ScriptedCollector(script)))["forum"]  # still due
    assert (result.outcome, result.new, begun) == ("ok", 1, [None, "second"])
    assert stored_posts(sqlite_database) == ["1", "2"]


async def test_a_database_that_fails_ends_the_crawl_with_one_error(
    register: Register, sqlite_database: Database, clock: FakeClock
) -> None:
    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        yield batch(post(1))
        with sqlite_database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE post_revisions")
        yield batch(PublicPost(external_id="1", text="bài đã sửa"))

    register("forum", "https://forum.example.vn/feed")
    async with loopback_client(clock) as client:
        crawler = make_crawler(sqlite_database, client, clock, collectors=ScriptedCollector(script))
        with pytest.raises(StorageError, match="kiemtin db upgrade"):
            await crawler.crawl(only_due=False)
    assert state_of(sqlite_database, "forum").lease_owner is None


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


async def test_what_a_killed_program_stored_stays_and_the_next_takes_over_at_once(
    register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    async def script(source: SourceView) -> AsyncIterator[Batch]:
        assert source.cursor == {"page": "second"}
        yield batch(post(2), cursor="third")

    register("forum", "https://forum.example.vn/feed")
    arguments = [sys.executable, "-c", CHILD, sqlite_database.url.render_as_string()]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as child:  # noqa: ASYNC220, S603  our own words
        assert child.stdout is not None
        assert child.stdout.readline() == b"stored\n"
        assert await crawl(collectors=ScriptedCollector(script)) == {}  # it lives and holds the source
        child.kill()
    assert state_of(sqlite_database, "forum").lease_owner == f"{socket.gethostname()}:{child.pid}"

    result = (await crawl(collectors=ScriptedCollector(script)))["forum"]
    assert (result.outcome, stored_posts(sqlite_database)) == ("ok", ["1", "2"])
    with sqlite_database.work() as session:
        outcomes = list(session.scalars(select(CrawlRun.outcome).order_by(CrawlRun.id)))
    assert outcomes == ["interrupted", "ok"]


async def test_two_crawlers_at_once_share_the_sources_and_read_none_twice(
    site: FeedSite, address: str, register: Register, sqlite_database: Database, clock: FakeClock
) -> None:
    for number in range(6):
        register(f"feed-{number}", f"{address}?n={number}")
    with Database(sqlite_database.url.render_as_string()) as database_too:
        async with loopback_client(clock) as client:
            results = await asyncio.gather(
                make_crawler(sqlite_database, client, clock).crawl(only_due=True),
                make_crawler(database_too, client, clock).crawl(only_due=True),
            )
    assert sorted(result.source for found in results for result in found) == [f"feed-{n}" for n in range(6)]
    assert len(site.seen(RSS_PATH)) == 6


async def test_a_source_whose_lease_ran_out_while_it_waited_is_left_to_who_has_it_now(
    register: Register, sqlite_database: Database, clock: FakeClock
) -> None:
    async def script(source: SourceView) -> AsyncIterator[Batch]:
        """Read the first source for longer than a lease, while another program takes the one that waits."""
        now = clock.advance(LEASE + timedelta(minutes=1))
        with sqlite_database.work() as session:
            taken = sources.lease(
                session, owner="other:1", now=now, until=now + LEASE, only_due=False, names=["waiting"]
            )
            session.commit()
        assert (source.name, len(taken)) == ("first", 1)
        yield batch(post(1))

    register("first", "https://forum.example.vn/feed")
    register("waiting", "https://forum.example.vn/other")
    async with loopback_client(clock) as client:
        crawler = make_crawler(sqlite_database, client, clock, collectors=ScriptedCollector(script), parallel=1)
        results = await crawler.crawl(only_due=False)
    assert [result.source for result in results] == ["first"]
    assert state_of(sqlite_database, "waiting").lease_owner == "other:1"


def lease_owner(kind: str) -> str:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        gone = child.pid
    return {
        "gone": f"{socket.gethostname()}:{gone}",
        "alive": f"{socket.gethostname()}:{os.getpid()}",
        "of another user": f"{socket.gethostname()}:1",
        "elsewhere": f"another-host:{gone}",
        "unreadable": "somebody",
    }[kind]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("gone", True), ("alive", False), ("of another user", False), ("elsewhere", False), ("unreadable", False)],
)
def test_an_owner_is_gone_only_if_this_machine_knows_it(kind: str, expected: bool) -> None:
    assert owner_is_gone(lease_owner(kind)) is expected


async def test_the_lease_of_an_owner_elsewhere_is_waited_for(
    address: str, crawl: Crawl, sqlite_database: Database, clock: FakeClock
) -> None:
    with sqlite_database.work() as session:
        add_source(session, "newspaper", address=address)
        until = clock.now() + LEASE
        sources.lease(session, owner="another-host:4", now=clock.now(), until=until, only_due=False)
        session.commit()
    assert await crawl() == {}
    clock.advance(LEASE + timedelta(seconds=1))
    assert (await crawl())["newspaper"].new == 3


async def test_progress_is_told_source_by_source(
    address: str, register: Register, sqlite_database: Database, clock: FakeClock
) -> None:
    register("a", address)
    register("b", address)
    leased: list[str] = []
    told: list[SourceResult] = []
    async with loopback_client(clock) as client:
        crawler = make_crawler(sqlite_database, client, clock)
        results = await crawler.crawl(only_due=False, on_lease=leased.extend, on_result=told.append)
    assert (sorted(leased), told) == (["a", "b"], results)
