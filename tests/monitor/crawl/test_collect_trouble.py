"""Crawls that are stopped or killed, and several programs at once: each source is read by one, and none is lost."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from monitor.collectors.base import Batch, SourceView
from monitor.crawl.collect import LEASE, SourceResult, owner_is_gone
from monitor.demo.sites import FeedSite
from monitor.demo.sites.feed_site import RSS_PATH
from storage.database import Database
from storage.models import Post
from storage.posts import sources
from tests.clock import FakeClock
from tests.monitor.crawl.conftest import World, post, site_post
from tests.monitor.crawl.loopback import ScriptedCollector, batch, loopback_client, make_crawler


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    return FeedSite([site_post(number) for number in range(1, 4)], clock)


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
