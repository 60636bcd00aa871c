"""A page that can never be read holds no reading for ever: after three tries it is left out, counted and told."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from monitor.collectors.base import TRIES_AT_ONE_PLACE, UNREADABLE
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched
from monitor.demo.sites import MastodonSite, Site, SitePost, serve
from monitor.errors import PayloadInvalid
from storage.models import Post
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors import telegram_samples, xenforo_samples
from tests.monitor.collectors.isolation.round_trip import RoundTripParser
from tests.monitor.crawl.conftest import World
from tests.monitor.crawl.loopback import loopback_client, make_crawler
from tests.platforms import DiscourseSite, TelegramSite, XenForoSite

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
