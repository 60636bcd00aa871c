"""The crawl policy towards a host: delay, back-off, and robots.txt."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from monitor.collectors.http.client import PoliteClient
from monitor.demo.sites import FeedSite
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.errors import (
    FetchFailed,
    RateLimited,
    SourceRefused,
)
from tests.clock import MONDAY_MORNING, FakeClock
from tests.examples import examples_of
from tests.monitor.collectors.collecting import answering
from tests.monitor.collectors.http.conftest import Get

EXAMPLES = examples_of(__file__)

# --- delay


async def test_pause_between_two_requests_to_a_host(open_client: Any, clock: FakeClock, base: str) -> None:
    async with open_client(html_delay=5.0, api_delay=1.0) as client:
        await client.get(f"{base}/")
        await client.get(f"{base}/")
    after_robots, between_pages = clock.slept
    assert 1.0 <= after_robots <= 1.2
    assert 5.0 <= between_pages <= 6.0


@pytest.mark.parametrize(
    ("wish", "least"), [("Crawl-delay: 2.5", 2.5), ("Crawl-delay: 900", 60.0), ("Request-rate: 3/30s", 10.0)]
)
async def test_what_robots_ask_for_raises_the_pause_to_a_minute_at_most(
    *, open_client: Any, clock: FakeClock, site: FeedSite, base: str, wish: str, least: float
) -> None:
    site.robots = (200, f"User-agent: *\n{wish}".encode())
    async with open_client(api_delay=1.0) as client:
        await client.get(f"{base}/", api=True)
        await client.get(f"{base}/", api=True)
    assert least <= clock.slept[-1] <= least * 1.2


async def test_one_request_at_a_time(open_client: Any) -> None:
    at_once = peak = 0

    async def page(_: Request) -> Response:
        nonlocal at_once, peak
        at_once += 1
        peak = max(peak, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return Response("x")

    async with open_client() as client:
        with answering({"/": page}) as base:
            await asyncio.gather(*(client.get(f"{base}/") for _ in range(5)))
    assert peak == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "said",
    [
        {"retry-after": "300"},
        {"retry-after": "Mon, 16 Nov 2026 02:05:00 GMT"},
        {"x-ratelimit-reset": "2026-11-16T02:05:00.000000Z"},
        {"x-ratelimit-reset": "300.0"},
        {"ratelimit-reset": str(int((MONDAY_MORNING + timedelta(minutes=5)).timestamp()))},
    ],
    ids=["seconds", "date", "reset as a date", "reset in seconds", "reset since 1970"],
)
async def test_wait_is_kept_to_the_second_however_it_is_told(
    client: PoliteClient, clock: FakeClock, said: dict[str, str], status: int
) -> None:
    asked: list[datetime] = []

    def page(_: Request) -> Response:
        asked.append(clock.now())
        return Response("x", status if len(asked) == 1 else 200, said if len(asked) == 1 else None)

    with answering({"/": page}) as base:
        with pytest.raises(RateLimited) as caught:
            await client.get(f"{base}/")
        assert caught.value.retry_at == MONDAY_MORNING + timedelta(minutes=5)
        clock.advance(299)
        with pytest.raises(RateLimited):
            await client.get(f"{base}/")
        clock.advance(1)
        assert (await client.get(f"{base}/")).status == 200
    assert asked == [MONDAY_MORNING, MONDAY_MORNING + timedelta(minutes=5)]


async def test_requests_of_the_day_are_counted(open_client: Any, clock: FakeClock, site: FeedSite, base: str) -> None:
    async with open_client(requests_per_host_per_day=3) as client:
        for _ in range(2):
            await client.get(f"{base}/")
        with pytest.raises(RateLimited, match="requests of the day"):
            await client.get(f"{base}/")
        clock.advance(timedelta(days=1))
        await client.get(f"{base}/{RSS_PATH.removeprefix('/')}")
    assert len(site.seen("/")) == 2


# --- robots.txt


async def test_robots_is_read_once_a_day(get: Get, clock: FakeClock, site: FeedSite) -> None:
    await asyncio.gather(*(get() for _ in range(3)))
    assert len(site.seen("/robots.txt")) == 1
    clock.advance(timedelta(hours=24))
    await get()
    assert len(site.seen("/robots.txt")) == 2


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        *((rules.encode(), path, allowed) for rules, path, allowed in EXAMPLES["rules"]),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /", "/", False),
        (b"User-agent: *\nkh\xc3\xb4ng ph\xe1i lu\xe2t\nDisallow: /", "/", False),
        (b"User-agent: *\nDisallow: /\n" + b"#" * 600_000, "/", False),
        (b"#" * 600_000 + b"\nUser-agent: *\nDisallow: /", "/", True),
    ],
)
async def test_robots_rules(*, get: Get, site: FeedSite, base: str, rules: bytes, path: str, allowed: bool) -> None:
    site.robots = (200, rules)
    if allowed:
        assert (await get(path)).status == 200
    else:
        with pytest.raises(SourceRefused, match=f"{base}/robots.txt does not allow"):
            await get(path)
        assert site.seen(path) == []


async def test_address_without_a_path_is_covered_by_the_rules(get: Get, site: FeedSite) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /")
    with pytest.raises(SourceRefused):
        await get("")


@pytest.mark.parametrize("status", [404, 410])
async def test_site_without_rules_may_be_read(get: Get, site: FeedSite, status: int) -> None:
    site.robots = (status, b"")
    assert (await get()).status == 200


@pytest.mark.parametrize("status", [401, 403])
async def test_site_that_hides_its_rules_is_not_read(get: Get, site: FeedSite, status: int) -> None:
    site.robots = (status, b"")
    with pytest.raises(SourceRefused, match=f"/robots.txt answers {status}"):
        await get()
    assert site.seen("/") == []


@pytest.mark.parametrize("status", [500, 503, 429, 408])
async def test_site_whose_rules_are_out_of_reach_is_not_read_now(
    get: Get, clock: FakeClock, site: FeedSite, status: int
) -> None:
    site.robots = (status, b"")
    with pytest.raises(FetchFailed):
        await get()
    assert site.seen("/") == []
    site.robots = (404, b"")
    clock.advance(timedelta(minutes=1))
    assert (await get()).status == 200


async def test_old_copy_of_the_rules_serves_while_they_are_out_of_reach(
    get: Get, clock: FakeClock, site: FeedSite
) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /rss/")
    await get()
    clock.advance(timedelta(days=2))
    site.robots = (500, b"")
    assert (await get()).status == 200
    with pytest.raises(SourceRefused):
        await get(RSS_PATH)


@pytest.mark.parametrize(("moves", "error"), [(1, SourceRefused), (5, SourceRefused), (6, FetchFailed)])
async def test_moved_rules_are_followed_five_times(client: PoliteClient, moves: int, error: type[Exception]) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.url.path)
        if len(asked) <= moves:
            return Response(status_code=301, headers={"location": f"/rules-{len(asked)}"})
        return Response("User-agent: *\nDisallow: /")

    with answering({"/{path:path}": answer}) as base, pytest.raises(error):
        await client.get(f"{base}/page")
    assert asked[0] == "/robots.txt"
    assert len(asked) == min(moves, 5) + 1
    assert "/page" not in asked
