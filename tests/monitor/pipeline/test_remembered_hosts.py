"""Programs that follow each other are as polite as one that never ends: each test opens a client for each program."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from monitor.collectors.http import PoliteClient, Politeness
from monitor.demo.sites import FeedSite, serve
from monitor.errors import FetchFailed, RateLimited, SourceRefused
from monitor.pipeline.hosts import StoredHosts
from storage import hosts
from storage.database import Database
from tests.clock import FakeClock

Program = Callable[..., AbstractAsyncContextManager[PoliteClient]]


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    return FeedSite([], clock)


@pytest.fixture
def base(site: FeedSite) -> Iterator[str]:
    with serve(site) as address:
        yield address


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
        return PoliteClient(Politeness(**(values | changes)), clock, StoredHosts(sqlite_database))

    return one


async def test_robots_is_read_once_a_day_by_all_programs_together(
    program: Program, site: FeedSite, base: str, clock: FakeClock
) -> None:
    for _ in range(3):
        async with program() as client:
            await client.get(f"{base}/")
        clock.advance(timedelta(minutes=5))
    assert len(site.seen("/robots.txt")) == 1
    clock.advance(timedelta(hours=24))
    async with program() as client:
        await client.get(f"{base}/")
    assert len(site.seen("/robots.txt")) == 2


@pytest.mark.parametrize("answer", [(200, b"User-agent: *\nDisallow: /"), (403, b""), (401, b"")])
async def test_a_refusal_is_remembered_too(
    answer: tuple[int, bytes], program: Program, site: FeedSite, base: str
) -> None:
    site.robots = answer
    for _ in range(2):
        async with program() as client:
            with pytest.raises(SourceRefused):
                await client.get(f"{base}/")
    assert [request.path for request in site.log] == ["/robots.txt"]


async def test_an_old_copy_of_another_program_serves_while_the_rules_are_out_of_reach(
    program: Program, site: FeedSite, base: str, clock: FakeClock
) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /kin/")
    async with program() as client:
        await client.get(f"{base}/")
    site.robots = (500, b"")
    clock.advance(timedelta(hours=25))
    async with program() as client:
        await client.get(f"{base}/")
        with pytest.raises(SourceRefused):
            await client.get(f"{base}/kin/")


async def test_rules_that_could_not_be_read_are_not_remembered(program: Program, site: FeedSite, base: str) -> None:
    site.robots = (500, b"")
    async with program() as client:
        with pytest.raises(FetchFailed):
            await client.get(f"{base}/")
    site.robots = (404, b"")
    async with program() as client:
        assert (await client.get(f"{base}/")).status == 200


async def test_the_pause_goes_on_in_the_next_program(
    program: Program, site: FeedSite, base: str, clock: FakeClock
) -> None:
    for _ in range(3):
        async with program() as client:
            await client.get(f"{base}/")
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


async def test_a_host_that_asked_to_wait_is_left_alone_by_the_next_program(
    program: Program, site: FeedSite, base: str, clock: FakeClock
) -> None:
    site.rate_limit(0)
    async with program() as client:
        with pytest.raises(RateLimited):
            await client.get(f"{base}/")
    sent = len(site.log)
    async with program() as client:
        with pytest.raises(RateLimited) as caught:
            await client.get(f"{base}/")
    assert (len(site.log), caught.value.retry_at) == (sent, site.reset_at)
    clock.advance(timedelta(minutes=5))
    async with program() as client:
        assert (await client.get(f"{base}/")).status == 200


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
        site.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    assert waits == [30.0, 60.0, 120.0]


async def test_the_requests_of_a_day_are_counted_over_programs(program: Program, base: str, clock: FakeClock) -> None:
    for _ in range(3):  # robots.txt is the first of the four
        async with program(requests_per_host_per_day=4) as client:
            await client.get(f"{base}/")
    async with program(requests_per_host_per_day=4) as client:
        with pytest.raises(RateLimited, match="4 requests of the day"):
            await client.get(f"{base}/")
    clock.advance(timedelta(hours=24))
    async with program(requests_per_host_per_day=4) as client:
        assert (await client.get(f"{base}/")).status == 200


async def test_a_clock_that_was_wrong_silences_no_host_for_long(
    program: Program, base: str, clock: FakeClock, sqlite_database: Database
) -> None:
    async with program() as client:
        await client.get(f"{base}/")
    with sqlite_database.work() as session:
        row = hosts.pace_of(session, "127.0.0.1")
        assert row is not None
        far = clock.now() + timedelta(days=900)
        wrong = hosts.HostRow(host=row.host, ready_at=far, closed_until=None, refusals=0, day_began=far, sent=10**6)
        hosts.remember_pace(session, [wrong])
        session.commit()
    async with program() as client:
        assert (await client.get(f"{base}/")).status == 200
    assert max(clock.slept) <= 72
