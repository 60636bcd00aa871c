"""What single platforms ask of a crawl as a whole: when to come back, how long to keep, what can never be read."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.collectors.base import TRIES_AT_ONE_PLACE, UNREADABLE
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched
from monitor.crawl.collect import SourceResult
from monitor.demo.sites import MastodonSite, Site, SitePost, serve
from monitor.errors import PayloadInvalid
from monitor.operations.clock_check import confirm_clock
from monitor.operations.retain import retain
from storage.models import Post
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors import telegram_samples, xenforo_samples
from tests.monitor.collectors.isolation.round_trip import RoundTripParser
from tests.monitor.collectors.platform_samples import PAGE, TOKEN, on_page
from tests.monitor.collectors.youtube_samples import CHANNEL, KEY, TITLE, VIDEO, comment
from tests.monitor.crawl.conftest import World
from tests.monitor.crawl.loopback import loopback_client, make_crawler
from tests.platforms import DiscourseSite, FacebookSite, TelegramSite, XenForoSite, YouTubeSite

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


POISON = "nặng quá"
MANY_PAGES = 20


class HeavyPages(RoundTripParser):
    """A parser to which each page with a certain word is too much."""

    async def run(self, read: Callable[..., Any], fetched: Fetched, arguments: Sequence[Any]) -> Any:
        if POISON in fetched.text() and read.__name__ != "read_thread_feed":
            raise PayloadInvalid(f"{fetched.final_url} takes more than 300 MB of memory to read: it is left out")
        return await super().run(read, fetched, arguments)


@pytest.fixture
async def client(clock: FakeClock) -> AsyncIterator[PoliteClient]:
    async with loopback_client(clock, HeavyPages()) as one:
        yield one


def status(number: int, text: str = "") -> SitePost:
    at = MONDAY_MORNING - timedelta(hours=1) + timedelta(seconds=number)
    return SitePost(id=str(1000 + number), author="an", text=text or f"Bài số {number}", published_at=at)


def mastodon(clock: FakeClock) -> tuple[Site, list[SitePost], str]:
    fresh = [status(number, POISON if number == 8 else "") for number in range(6, 30)]
    return MastodonSite(map(status, range(1, 6)), clock, page_size=5), fresh, ""


def mastodon_backfill(clock: FakeClock) -> tuple[Site, list[SitePost], str]:
    old = [status(number, POISON if number == 8 else "") for number in range(1, 20)]
    return MastodonSite(old, clock, page_size=5), [status(20)], ""


def discourse(clock: FakeClock) -> tuple[Site, list[SitePost], str]:
    topics = [xenforo_samples.WAGES]
    posts = [xenforo_samples.post(n, text=POISON if n == 90 else f"Bài số {n}") for n in range(1, 221)]
    return DiscourseSite(posts[:1], topics, clock), [*posts[1:]], ""


def telegram(clock: FakeClock) -> tuple[Site, list[SitePost], str]:
    messages = [telegram_samples.message(n, **({"text": POISON} if n == 8 else {})) for n in range(1, 30)]
    site = TelegramSite(messages[:5], clock, channel="kenh_khu_b", page_size=5)
    return site, [*messages[5:]], telegram_samples.PREVIEW


def telegram_backfill(clock: FakeClock) -> tuple[Site, list[SitePost], str]:
    messages = [telegram_samples.message(n, **({"text": POISON} if n == 8 else {})) for n in range(1, 21)]
    site = TelegramSite(messages[:-1], clock, channel="kenh_khu_b", page_size=5)
    return site, [*messages[-1:]], telegram_samples.PREVIEW


def xenforo(clock: FakeClock) -> tuple[Site, list[SitePost], str]:
    threads = [xenforo_samples.WAGES, xenforo_samples.MEALS]
    fresh = [xenforo_samples.post(2, text=POISON), xenforo_samples.post(3, thread=xenforo_samples.MEALS.id)]
    return XenForoSite([xenforo_samples.post(1)], threads, clock), [*fresh], ""


SETTINGS = {
    "telegram": {"permission": telegram_samples.PERMISSION, "backfill_pages": MANY_PAGES},
    "mastodon": {"backfill_pages": MANY_PAGES},
    "discourse": {"backfill_pages": 5},
}


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("mastodon", mastodon),
        ("mastodon", mastodon_backfill),
        ("discourse", discourse),
        ("telegram", telegram),
        ("telegram", telegram_backfill),
        ("xenforo", xenforo),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
async def test_a_page_that_fails_for_ever_is_left_out_after_three_tries(
    kind: str,
    make: Callable[[FakeClock], tuple[Site, list[SitePost], str]],
    client: PoliteClient,
    world: World,
    clock: FakeClock,
) -> None:
    site, fresh, path = make(clock)
    with serve(site) as base:
        world.register(base + path, kind=kind, settings=SETTINGS.get(kind, {}))
        crawler = make_crawler(world.database, client, clock)
        for reading in range(TRIES_AT_ONE_PLACE + 2):
            await crawler.crawl(only_due=False)
            if reading == 0:
                site.add(*fresh)
            clock.advance(timedelta(hours=1))
    runs, texts = world.runs(), set(world.column(Post.text))
    outcomes = [run.outcome for run in runs]
    assert outcomes.count("failed") == TRIES_AT_ONE_PLACE - 1
    assert outcomes[-1] in {"ok", "unchanged"}
    assert (world.source().enabled, world.source().failures) == (True, 0)
    skipping = [run for run in runs if run.skipped.get(UNREADABLE)]
    assert [run.skipped[UNREADABLE] for run in skipping] == [1]
    assert "left out" in (skipping[0].gap or "")
    assert fresh[-1].text in texts
    assert POISON not in texts


async def test_a_host_that_answers_nothing_sound_keeps_its_place(
    client: PoliteClient, world: World, clock: FakeClock
) -> None:
    site, fresh, _ = mastodon(clock)
    with serve(site) as base:
        world.register(base, kind="mastodon")
        crawler = make_crawler(world.database, client, clock)
        await crawler.crawl(only_due=False)
        site.add(status(99, POISON))  # on the newest page, too: nothing can be read, so nothing is left out
        for _ in range(TRIES_AT_ONE_PLACE + 1):
            (result,) = await crawler.crawl(only_due=False)
            assert (result.outcome, result.skipped) == ("failed", {})
        site.delete("1099")
        site.add(*[each for each in fresh if each.text != POISON])
        (result,) = await crawler.crawl(only_due=False)
    assert (result.outcome, result.new) == ("ok", len(fresh) - 1)
