"""A robots.txt that is made to take long or much: it is parsed apart, within limits, and costs its own host alone."""

import asyncio
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.policy import CrawlPolicy
from monitor.collectors.isolation.parser import ParserLimits, ProcessParser
from monitor.demo.sites import serve
from monitor.errors import FetchFailed, SourceRefused
from tests.clock import FakeClock

HALF_A_MEGABYTE = 500_000
LETTERS = str.maketrans("0123456789", "abcdefghij")  # a name of an agent is of letters
AGENTS = "".join(f"User-agent: a{number}\n".translate(LETTERS) for number in range(HALF_A_MEGABYTE // 34))
RULES = "".join(f"Disallow: /{number}\n" for number in range(HALF_A_MEGABYTE // 34))


def site(robots: str) -> Starlette:
    def rules(_: Request) -> Response:
        return Response(robots)

    def page(_: Request) -> Response:
        return Response("x")

    return Starlette(routes=[Route("/robots.txt", rules), Route("/{path:path}", page)])


@pytest.fixture
def client(clock: FakeClock) -> Iterator[PoliteClient]:
    policy = CrawlPolicy(
        user_agent="kiemtin/0.1",
        html_delay=0.0,
        api_delay=0.0,
        timeout=600.0,
        max_body_bytes=1_000_000,
        requests_per_host_per_day=1000,
        allow_addresses=("127.0.0.1",),
    )
    return PoliteClient(policy, clock, parser=ProcessParser(ParserLimits(cpu_seconds=0.5)))


async def test_rules_of_ten_thousand_agents_hold_up_nothing_and_stop_their_own_host(client: PoliteClient) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    with serve(site(AGENTS + RULES)) as hostile, serve(site("User-agent: *\nDisallow: /a")) as good:
        async with client:
            other = asyncio.create_task(others())
            with pytest.raises(FetchFailed, match=r"robots\.txt cannot be read: .*: nothing of this site is read"):
                await client.get(f"{hostile}/")
            other.cancel()
            assert (await client.get(f"{good}/b")).status == 200
    assert turns > 100


async def test_a_large_robots_txt_is_obeyed_to_its_limit(client: PoliteClient) -> None:
    beyond = "User-agent: *\nDisallow: /sau\n"
    rules = "User-agent: *\nDisallow: /cam\n" + RULES
    filled = rules + "#" * (512_000 - len(rules) - 1) + "\n" + beyond
    with serve(site(filled)) as base:
        async with client:
            with pytest.raises(SourceRefused, match="does not allow"):
                await client.get(f"{base}/cam")
            # RFC 9309: what is beyond the first half a megabyte is ignored.
            assert (await client.get(f"{base}/sau")).status == 200
