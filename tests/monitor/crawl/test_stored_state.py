"""Programs that follow each other are as polite as one that never ends: each test opens a client for each program."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.policy import CrawlPolicy
from monitor.crawl.stored_state import DatabaseHostState, without_posts
from monitor.demo.sites import FeedSite, serve
from monitor.errors import FetchFailed, RateLimited, SourceRefused
from storage.database import Database
from storage.models import HostState
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors.isolation.round_trip import RoundTripParser

Program = Callable[..., AbstractAsyncContextManager[PoliteClient]]
Ask = Callable[..., Awaitable[Fetched]]


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    return FeedSite([], clock)


@pytest.fixture
def program(sqlite_database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Give the client of a new program, with a pause of ten seconds and no jitter."""
    monkeypatch.setattr(random, "random", lambda: 0.0)

    def one(**changes: Any) -> PoliteClient:
        values: dict[str, Any] = {
            "user_agent": "kiemtin/0.1",
            "html_delay": 10.0,
            "api_delay": 10.0,
            "timeout": 5.0,
            "max_body_bytes": 1_000_000,
            "requests_per_host_per_day": 1000,
            "allow_addresses": ("127.0.0.1", "127.0.0.2"),
        }
        chosen = changes.pop("clock", clock)
        return PoliteClient(
            CrawlPolicy(**(values | changes)), chosen, RoundTripParser(), DatabaseHostState(sqlite_database)
        )

    return one


@pytest.fixture
def ask(program: Program, base: str) -> Ask:
    """Ask for a page in a new program."""

    async def one(path: str = "/", **changes: Any) -> Fetched:
        async with program(**changes) as client:
            return await client.get(base + path)

    return one


async def test_robots_is_read_once_a_day_by_all_programs_together(ask: Ask, site: FeedSite, clock: FakeClock) -> None:
    for _ in range(3):
        await ask()
        clock.advance(timedelta(minutes=5))
    assert len(site.seen("/robots.txt")) == 1
    clock.advance(timedelta(hours=24))
    await ask()
    assert len(site.seen("/robots.txt")) == 2


@pytest.mark.parametrize("answer", [(200, b"User-agent: *\nDisallow: /"), (403, b""), (401, b"")])
async def test_a_refusal_is_remembered_too(ask: Ask, answer: tuple[int, bytes], site: FeedSite) -> None:
    site.robots = answer
    for _ in range(2):
        with pytest.raises(SourceRefused):
            await ask()
    assert [request.path for request in site.log] == ["/robots.txt"]


async def test_an_old_copy_of_another_program_serves_while_the_rules_are_out_of_reach(
    ask: Ask, program: Program, site: FeedSite, base: str, clock: FakeClock
) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /kin/")
    await ask()
    site.robots = (500, b"")
    clock.advance(timedelta(hours=25))
    async with program() as client:
        await client.get(f"{base}/")
        with pytest.raises(SourceRefused):
            await client.get(f"{base}/kin/")


async def test_rules_that_could_not_be_read_are_not_remembered(ask: Ask, site: FeedSite) -> None:
    site.robots = (500, b"")
    with pytest.raises(FetchFailed):
        await ask()
    site.robots = (404, b"")
    assert (await ask()).status == 200


async def test_the_pause_goes_on_in_the_next_program(ask: Ask, site: FeedSite, clock: FakeClock) -> None:
    for _ in range(3):
        await ask()
        clock.advance(4)
    times = [request.time for request in site.log]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert gaps == [10.0, 10.0, 10.0]  # robots.txt, then the page, three times


async def test_two_programs_side_by_side_keep_one_pace(program: Program, base: str, clock: FakeClock) -> None:
    async with program() as one, program() as other:
        await one.get(f"{base}/")
        await other.get(f"{base}/")
        await one.get(f"{base}/")
    assert clock.slept == [10.0, 10.0, 10.0]


class HurriedClock:
    """Runs twenty times as fast as the clock on the wall, so that who waits does let others go on meanwhile."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def monotonic(self) -> float:
        return (time.monotonic() - self._begun) * 20

    def now(self) -> datetime:
        return MONDAY_MORNING + timedelta(seconds=self.monotonic())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 20)

    def timeout(self, seconds: float) -> asyncio.Timeout:
        return asyncio.timeout(seconds / 20)


async def test_programs_at_once_ask_a_host_one_after_the_other(program: Program, sqlite_database: Database) -> None:
    hurried = HurriedClock()
    at_once, begun, ended = [0], list[datetime](), list[datetime]()

    async def page(_: Request) -> Response:
        begun.append(hurried.now())
        at_once.append(at_once[-1] + 1)
        await asyncio.sleep(0.01)
        at_once.append(at_once[-1] - 1)
        ended.append(hurried.now())
        return Response("x", headers={"content-type": "text/plain"})

    async def three(client: PoliteClient, base: str) -> None:
        for _ in range(3):
            await client.get(f"{base}/")

    with serve(Starlette(routes=[Route("/{path:path}", page)])) as base:
        pauses = {"html_delay": 1.0, "api_delay": 1.0, "timeout": 600.0, "clock": hurried}
        async with program(**pauses) as one, program(**pauses) as other, program(**pauses) as third:
            await asyncio.gather(*(three(client, base) for client in (one, other, third)))
    assert len(begun) >= 10  # nine pages, and robots.txt
    assert max(at_once) == 1
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in zip(ended, begun[1:], strict=False))
    with sqlite_database.work() as session:
        row = session.get_one(HostState, "127.0.0.1")
        assert row.sent == len(begun)


async def test_a_program_that_died_while_it_asked_holds_up_the_next_one_for_a_while_only(
    ask: Ask, clock: FakeClock, sqlite_database: Database
) -> None:
    begun = clock.now()
    DatabaseHostState(sqlite_database).acquire("127.0.0.1", None, begun, begun + timedelta(seconds=15))
    assert (await ask()).status == 200
    assert timedelta(seconds=25) <= clock.now() - begun < timedelta(seconds=27)  # 15, and the pause after robots.txt


async def test_a_host_that_asked_to_wait_is_left_alone_by_the_next_program(
    ask: Ask, site: FeedSite, clock: FakeClock
) -> None:
    site.rate_limit(0)
    with pytest.raises(RateLimited):
        await ask()
    sent = len(site.log)
    with pytest.raises(RateLimited) as caught:
        await ask()
    assert (len(site.log), caught.value.retry_at) == (sent, site.reset_at)
    clock.advance(timedelta(minutes=5))
    assert (await ask()).status == 200


async def test_silent_refusals_are_counted_over_programs(program: Program, site: FeedSite, base: str) -> None:
    waits = []
    for _ in range(3):
        site.fail("/", 503)
        async with program() as client:
            with pytest.raises(RateLimited):
                await client.get(f"{base}/")
            with pytest.raises(RateLimited) as caught:
                await client.get(f"{base}/")
        assert caught.value.retry_at is not None
        waits.append((caught.value.retry_at - site.clock.now()).total_seconds())
        site.clock.advance(timedelta(hours=1))
    assert waits == [30.0, 60.0, 120.0]


async def test_the_requests_of_a_day_are_counted_over_programs(ask: Ask, clock: FakeClock) -> None:
    for _ in range(3):  # robots.txt is the first of the four
        await ask(requests_per_host_per_day=4)
    with pytest.raises(RateLimited, match="4 requests of the day"):
        await ask(requests_per_host_per_day=4)
    clock.advance(timedelta(hours=24))
    assert (await ask(requests_per_host_per_day=4)).status == 200


async def test_a_clock_that_was_wrong_silences_no_host_for_long(
    ask: Ask, clock: FakeClock, sqlite_database: Database
) -> None:
    await ask()
    with sqlite_database.changes() as session:
        row = session.get_one(HostState, "127.0.0.1")
        far = clock.now() + timedelta(days=900)
        row.ready_at, row.day_began, row.sent = far, far, 10**6
    assert (await ask()).status == 200
    assert max(clock.slept) <= 72


POST, OTHER = "https://mang.example/users/lan/statuses/1", "https://mang.example/users/hoa/statuses/2"


@pytest.mark.parametrize(
    ("cursor", "stored"),
    [
        ({"recent": [["1", POST], ["2", OTHER]]}, {"recent": [["2", OTHER]]}),
        ({"seen": [POST, OTHER]}, {"seen": [OTHER]}),
        ({"pages": {POST: 1, OTHER: {"rows": [POST]}}}, {"pages": {OTHER: {"rows": []}}}),
        ({"newest": "1", "page": 3, "left": None}, {"newest": "1", "page": 3, "left": None}),
        ({}, {}),
        (None, None),
    ],
)
def test_entries_that_name_such_a_post_are_left_out(cursor: Any, stored: Any) -> None:
    assert without_posts(cursor, {POST}) == stored
    assert without_posts(cursor, frozenset()) is cursor
