"""A robots.txt that takes long to read costs its host alone; interfaces with an exemption are read without it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager

import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monitor.collectors.base import Batch, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.isolation.parser import ParserLimits, ProcessParser
from monitor.collectors.registry import collector_for
from monitor.demo.sites import FeedSite, serve
from monitor.errors import FetchFailed, SourceRefused, UsageError
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import answering
from tests.monitor.collectors.conftest import ClientFactory
from tests.monitor.collectors.youtube_samples import CHANNEL, KEY, TITLE, VIDEO, comment
from tests.platforms import YouTubeSite

EXEMPTION = "Điều khoản dịch vụ, khoá cấp ngày 02/11/2026"
FORBIDDEN = (200, b"User-agent: *\nDisallow: /")


@pytest.fixture
def site(clock: FakeClock) -> YouTubeSite:
    found = YouTubeSite([comment(1)], {VIDEO: TITLE}, clock, key=KEY, channel=CHANNEL)
    found.robots = FORBIDDEN
    return found


async def read(client: PoliteClient, site: YouTubeSite, **settings: object) -> list[Batch]:
    with serve(site) as base:
        view = SourceView(name="Kênh", address=base, settings={"video": VIDEO} | settings, secret=KEY)
        return [batch async for batch in collector_for("youtube").collect(view, client)]


async def test_without_exemption_robots_are_obeyed(client: PoliteClient, site: YouTubeSite) -> None:
    with pytest.raises(SourceRefused, match=r"robots\.txt does not allow"):
        await read(client, site)


async def test_with_exemption_the_interface_is_read_and_robots_are_not_read(
    client: PoliteClient, site: YouTubeSite
) -> None:
    batches = await read(client, site, robots_leave=EXEMPTION)
    assert [post.text for batch in batches for post in batch.posts] == ["Bình luận số 1"]
    assert site.seen("/robots.txt") == []


@pytest.mark.parametrize("value", ["", "có", True, 1])
async def test_exemption_must_say_who_allowed_it(client: PoliteClient, site: YouTubeSite, value: object) -> None:
    with pytest.raises(UsageError, match="who allowed it and when"):
        await read(client, site, robots_leave=value)
    assert site.log == []


async def test_exemption_does_not_lead_elsewhere(client: PoliteClient, clock: FakeClock) -> None:
    other = FeedSite([], clock)
    other.robots = FORBIDDEN
    with serve(other) as elsewhere:

        async def away(_: Request) -> RedirectResponse:
            return RedirectResponse(f"{elsewhere}/")

        with (
            answering({"/api": away}) as base,
            pytest.raises(SourceRefused, match=r"robots\.txt"),
        ):
            await client.get(f"{base}/api", robots_exempt=True)
    assert [request.path for request in other.log] == ["/robots.txt"]


HALF_A_MEGABYTE = 500_000
LETTERS = str.maketrans("0123456789", "abcdefghij")  # a name of an agent is of letters
AGENTS = "".join(f"User-agent: a{number}\n".translate(LETTERS) for number in range(HALF_A_MEGABYTE // 34))
RULES = "".join(f"Disallow: /{number}\n" for number in range(HALF_A_MEGABYTE // 34))


def serving(robots: str) -> AbstractContextManager[str]:
    return answering({"/robots.txt": Response(robots), "/{path:path}": Response("x")})


@pytest.fixture
async def limited(open_client: ClientFactory) -> AsyncIterator[PoliteClient]:
    async with open_client(parser=ProcessParser(ParserLimits(cpu_seconds=0.5))) as client:
        yield client


async def test_rules_of_ten_thousand_agents_hold_up_nothing_and_stop_their_own_host(limited: PoliteClient) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    with serving(AGENTS + RULES) as hostile, serving("User-agent: *\nDisallow: /a") as good:
        other = asyncio.create_task(others())
        with pytest.raises(FetchFailed, match=r"robots\.txt cannot be read: .*: nothing of this site is read"):
            await limited.get(f"{hostile}/")
        other.cancel()
        assert (await limited.get(f"{good}/b")).status == 200
    assert turns > 100


async def test_a_large_robots_txt_is_obeyed_to_its_limit(limited: PoliteClient) -> None:
    beyond = "User-agent: *\nDisallow: /sau\n"
    rules = "User-agent: *\nDisallow: /cam\n" + RULES
    filled = rules + "#" * (512_000 - len(rules) - 1) + "\n" + beyond
    with serving(filled) as base:
        with pytest.raises(SourceRefused, match="does not allow"):
            await limited.get(f"{base}/cam")
        # RFC 9309: what is beyond the first half a megabyte is ignored.
        assert (await limited.get(f"{base}/sau")).status == 200
