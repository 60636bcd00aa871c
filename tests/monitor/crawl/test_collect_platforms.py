"""What single platforms ask of a crawl as a whole: when to come back, how long to keep, and what comes twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.crawl.collect import SourceResult
from monitor.demo.sites import Site, serve
from monitor.operations.clock_check import confirm_clock
from monitor.operations.retain import retain
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors import xenforo_samples
from tests.monitor.collectors.platform_samples import PAGE, TOKEN, on_page
from tests.monitor.collectors.youtube_samples import CHANNEL, KEY, TITLE, VIDEO, comment
from tests.monitor.crawl.conftest import World
from tests.platforms import FacebookSite, XenForoSite, YouTubeSite

KEYS = {"youtube": KEY, "facebook": TOKEN}


async def crawl_due(world: World) -> SourceResult | None:
    """Crawl what is due, as an operator's program that has the keys."""
    results = await world.crawl_all(only_due=True, secret_for=lambda _name, kind: KEYS.get(kind))
    return results.get("source")


def videos(clock: FakeClock) -> YouTubeSite:
    return YouTubeSite(map(comment, range(1, 4)), {VIDEO: TITLE}, clock, key=KEY, channel=CHANNEL)


def used_up(clock: FakeClock) -> YouTubeSite:
    site = videos(clock)
    site.units = 0
    return site


def refusing(*refusal: Any) -> Callable[[FakeClock], FacebookSite]:
    def make(clock: FakeClock) -> FacebookSite:
        site = FacebookSite([on_page(1)], clock, page=PAGE, token=TOKEN)
        site.refusal = refusal
        return site

    return make


VIDEOS: dict[str, Any] = {"kind": "youtube", "settings": {"video": VIDEO}}
FACEBOOK_PAGE: dict[str, Any] = {"kind": "facebook", "settings": {"page": PAGE}}


@pytest.mark.parametrize(
    ("make", "path", "source", "moment"),
    [
        (used_up, "/youtube/v3", VIDEOS, datetime(2026, 11, 16, 8, 0, tzinfo=UTC)),  # midnight in California
        (refusing(403, 4, None), "/v26.0", FACEBOOK_PAGE, MONDAY_MORNING + timedelta(hours=1)),
    ],
    ids=["units of YouTube", "Graph API"],
)
async def test_a_platform_that_takes_no_more_requests_is_left_alone_until_it_does(
    make: Callable[[FakeClock], Site],
    path: str,
    source: dict[str, Any],
    moment: datetime,
    world: World,
    clock: FakeClock,
) -> None:
    site = make(clock)
    with serve(site) as base:
        world.register(base + path, interval_seconds=900, **source)
        result = await crawl_due(world)
        assert (result and result.outcome, world.source().next_due_at) == ("failed", moment)
        heard = len(site.log)
        clock.advance(moment - clock.now() - timedelta(seconds=1))
        assert await crawl_due(world) is None
        assert len(site.log) == heard
        clock.advance(timedelta(seconds=1))
        await crawl_due(world)
        assert len(site.log) > heard


async def test_page_whose_token_expired_is_switched_off_with_what_to_do(world: World, clock: FakeClock) -> None:
    site = refusing(401, 190, 463)(clock)
    with serve(site) as base:
        world.register(f"{base}/v26.0", **FACEBOOK_PAGE)
        await crawl_due(world)
        heard = len(site.log)
        clock.advance(timedelta(days=1))
        assert await crawl_due(world) is None
    assert len(site.log) == heard
    assert not world.source().enabled
    assert "make a new token" in (world.source().why_disabled or "")


async def test_comments_on_videos_are_deleted_after_thirty_days_whatever_the_source_says(
    world: World, clock: FakeClock
) -> None:
    with serve(videos(clock)) as base:
        world.register(f"{base}/youtube/v3", retention_days=180, **VIDEOS)
        await crawl_due(world)
    assert len(world.posts()) == 3
    clock.advance(timedelta(days=29))
    confirm_clock(world.database, clock)
    assert retain(world.database, clock) == {}
    clock.advance(timedelta(days=1, seconds=1))
    assert retain(world.database, clock) == {"source": 3}
    assert world.posts() == []


async def test_forum_that_shows_a_challenge_is_switched_off_and_keeps_its_posts(world: World, clock: FakeClock) -> None:
    site = XenForoSite([xenforo_samples.post(number) for number in range(1, 4)], [xenforo_samples.WAGES], clock)
    with serve(site) as base:
        world.register(base, kind="xenforo")
        await crawl_due(world)
        clock.advance(timedelta(hours=1))
        site.challenge = True
        heard = len(site.log)
        result = await crawl_due(world)
        assert (result.outcome, result.disabled, result.gone) == ("failed", True, 0)
        assert [request.path for request in site.log[heard:]] == ["/robots.txt", xenforo_samples.FEED]
        clock.advance(timedelta(days=1))
        assert await crawl_due(world) is None
    assert len(site.log) == heard + 2
    assert "challenge" in (world.source().why_disabled or "")
    assert [post.deleted_at for post in world.posts()] == [None] * 3
