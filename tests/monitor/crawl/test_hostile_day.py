"""A day of one hostile source of every kind among ten good ones: every good one is read on time."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, pairwise
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.base import Batch, Collector, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.isolation.parser import ParserLimits, ProcessParser
from monitor.collectors.registry import BUILT_IN, collector_for
from monitor.crawl.schedule import Job, Schedule
from monitor.demo.sites import FeedSite, MastodonSite, SitePost, serve
from monitor.demo.sites.feed_site import RSS_PATH
from storage.database import Database
from storage.models import CrawlRun, Post, Source
from storage.posts import sources
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_source
from tests.fuzz.large_bodies import HTML_UNITS, JSON_UNITS, XML_UNITS
from tests.fuzz.mutators import mutant
from tests.fuzz.parsers import TARGETS
from tests.monitor.collectors.isolation import readers
from tests.monitor.crawl.loopback import loopback_client, make_crawler

TICK = timedelta(minutes=10)
TICKS = 24 * 6
INTERVAL = timedelta(minutes=30)
GOOD = 10
POSTS = 40
SIZE = 300_000
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "bluesky": {"actor": "did:plc:an"},
    "youtube": {"video": "video_so_01"},
    "facebook": {"page": "100200300"},
    "threads": {"account": "cong_doan.khu_b"},
    "factcheck": {"queries": ["tin đồn"]},
    "telegram": {"permission": "Chủ kênh đồng ý bằng văn bản ngày 02/11/2026"},
}
PATHS = {"telegram": "/s/kenh_khu_b", "feed": "/rss"}


def bodies(kind: str) -> Iterator[bytes]:
    """Give what a hostile host of a kind answers, for ever: large bodies in turn with changed ones."""
    units = [*HTML_UNITS.values(), *XML_UNITS.values(), *JSON_UNITS.values()]
    chance = Random(kind)  # noqa: S311  it must be the same at each run
    chance.shuffle(units)
    name = {"feed": "rss", "webpage": "article"}.get(kind, kind)
    sound = TARGETS[name].payloads() if name in TARGETS else [b"{}"]
    for unit in cycle(units):
        yield unit.make(SIZE)
        yield mutant(chance.choice(sound), chance)


def hostile_site(kind: str) -> Starlette:
    answers = bodies(kind)

    def answer(request: Request) -> Response:
        if request.url.path == "/robots.txt":
            return Response(status_code=404)
        return Response(next(answers)[:900_000], media_type="text/html")

    return Starlette(routes=[Route("/{path:path}", answer)])


class WorstCollector:
    """Takes too much of everything, in turn, and raises what no collector should."""

    kind = "worst"

    def __init__(self) -> None:
        self._ways = cycle(
            [readers.loops, readers.takes_memory_bit_by_bit, readers.recurses, readers.crashes, readers.is_wrong]
        )

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        fetched = await client.get(source.address)
        await client.parse(next(self._ways), fetched)
        raise MemoryError
        yield Batch(fetched=fetched)


@dataclass
class Day:
    """What a day left behind."""

    said: list[str]
    runs: Mapping[str, Sequence[CrawlRun]]
    posts: Mapping[str, set[str]]


def written(name: str) -> list[SitePost]:
    every = timedelta(days=1) / POSTS
    return [
        SitePost(
            id=f"{name}-{number}",
            author="an",
            text=f"Bài {number} của {name}",
            published_at=MONDAY_MORNING + every * number - TICK,
        )
        for number in range(POSTS)
    ]


@pytest.fixture
async def client(clock: FakeClock) -> AsyncIterator[PoliteClient]:
    parser = ProcessParser(ParserLimits(cpu_seconds=2.0))
    async with loopback_client(clock, parser) as one:
        yield one


@pytest.mark.long
async def test_every_good_source_is_read_on_time_among_hostile_ones_of_every_kind(
    sqlite_database: Database, clock: FakeClock, client: PoliteClient
) -> None:
    good = {f"good{number}": written(f"good{number}") for number in range(GOOD)}
    with ExitStack() as servers:
        with sqlite_database.changes() as session:
            for number, (name, posts) in enumerate(good.items()):
                site = (FeedSite if number % 2 else MastodonSite)(posts, clock, page_size=POSTS)
                address = servers.enter_context(serve(site)) + (RSS_PATH if number % 2 else "")
                kind = "feed" if number % 2 else "mastodon"
                add_source(session, name, kind=kind, address=address, interval_seconds=int(INTERVAL.total_seconds()))
            for kind in (*BUILT_IN, "worst"):
                address = servers.enter_context(serve(hostile_site(kind))) + PATHS.get(kind, "")
                add_source(
                    session,
                    f"bad {kind}",
                    kind=kind,
                    address=address,
                    settings=SETTINGS.get(kind, {}),
                    interval_seconds=60,
                )
        day = await live_through(sqlite_database, clock, client)

    on_time = INTERVAL + TICK
    for name, posts in good.items():
        runs = day.runs[name]
        assert [run.error for run in runs if run.outcome not in {"ok", "unchanged"}] == [], name
        assert all(later.started_at - earlier.started_at <= on_time for earlier, later in pairwise(runs)), name
        assert day.posts[name] == {post.text for post in posts}
    for kind in (*BUILT_IN, "worst"):
        assert any(run.outcome == "failed" and run.error for run in day.runs[f"bad {kind}"]), kind
    assert not any(": failed: " in line for line in day.said)
    assert sum("bad worst failed" in line for line in day.said) > 3


async def live_through(database: Database, clock: FakeClock, client: PoliteClient) -> Day:
    """Tick through a day as `kiemtin run` does."""
    worst = WorstCollector()

    def chosen(kind: str) -> Collector:
        return worst if kind == "worst" else collector_for(kind)

    crawler = make_crawler(database, client, clock, collectors=chosen)

    async def crawl() -> str:
        results = await crawler.crawl(only_due=True)
        return "; ".join(f"{result.source} {result.outcome}: {result.error}" for result in results)

    said: list[str] = []
    schedule = Schedule([], clock, said.append)
    job = Job("crawl", TICK, crawl, may_overlap=True)
    for _ in range(TICKS):
        await schedule.tick(job)
        clock.advance(TICK)
    await schedule.tick(job)
    with database.work() as session:
        names = {source.id: source.name for source in sources.all_sources(session)}
        runs: dict[str, list[CrawlRun]] = {name: [] for name in names.values()}
        for run in session.scalars(select(CrawlRun).order_by(CrawlRun.id)):
            runs[names[run.source_id]].append(run)
        posts: dict[str, set[str]] = {name: set() for name in names.values()}
        for name, text in session.execute(select(Source.name, Post.text).join(Post, Post.source_id == Source.id)):
            posts[name].add(text)
    return Day(said, runs, posts)


async def test_a_source_that_is_read_for_hours_holds_up_no_other(sqlite_database: Database, clock: FakeClock) -> None:
    hangs, quick, read = asyncio.Event(), asyncio.Event(), []

    class Slow:
        kind = "feed"

        async def collect(self, source: SourceView, client: Any) -> AsyncIterator[Batch]:
            assert client is None
            read.append(source.name)
            if source.name == "slow":
                await hangs.wait()
            quick.set()
            return
            yield

    with sqlite_database.changes() as session:
        for name in ("slow", "quick"):
            add_source(session, name, address=f"https://{name}.example/rss", interval_seconds=60)
    crawler = make_crawler(sqlite_database, None, clock, collectors=lambda _: Slow())  # type: ignore[arg-type]
    first = asyncio.ensure_future(crawler.crawl(only_due=True))
    await quick.wait()
    for _ in range(30):  # half an hour: longer than a lease
        clock.advance(60)
        results = await crawler.crawl(only_due=True)
        assert [result.source for result in results] == ["quick"]
    hangs.set()
    assert {result.source for result in await first} == {"slow", "quick"}
    assert read.count("slow") == 1
    assert read.count("quick") == 31
