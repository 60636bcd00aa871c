"""Interfaces whose robots.txt forbids all, read under an exemption that the source records."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from monitor.collectors.base import Batch, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.registry import collector_for
from monitor.demo.sites import FeedSite, serve
from monitor.errors import SourceRefused, UsageError
from tests.clock import FakeClock
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
            serve(Starlette(routes=[Route("/api", away)])) as base,
            pytest.raises(SourceRefused, match=r"robots\.txt"),
        ):
            await client.get(f"{base}/api", robots_exempt=True)
    assert [request.path for request in other.log] == ["/robots.txt"]
