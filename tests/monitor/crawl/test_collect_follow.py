"""What a platform says beside its posts is followed: moves, wishes to be read less often, accounts that were closed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.collectors.base import Batch, SourceView
from monitor.collectors.registry import collector_for, retention_days_for
from monitor.crawl.collect import MOST_FAILURES, moved_address
from monitor.demo.sites import FeedSite, MastodonSite, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.operations.clock_check import confirm_clock
from monitor.operations.retain import retain
from storage.models import Post
from storage.posts import holdings
from storage.review import reviews
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_flag, add_post, add_source, add_user
from tests.monitor.crawl.conftest import World, post, script_of, site_post
from tests.monitor.crawl.loopback import batch

OLD_PATH = "/tin-cu.rss"


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    return FeedSite([site_post(number) for number in range(3)], clock)


# --- moves


async def test_a_permanent_move_is_followed_noted_and_asked_for_without_the_old_validators(
    site: FeedSite, base: str, world: World
) -> None:
    world.register(base + OLD_PATH)
    site.redirects[OLD_PATH] = (301, base + RSS_PATH)
    result = await world.crawl()
    assert (result.outcome, result.new, result.moved_to) == ("ok", 3, base + RSS_PATH)
    assert (world.source().address, world.source().validators) == (base + RSS_PATH, {})
    assert world.audited("source.moved") == [{"from": base + OLD_PATH, "to": base + RSS_PATH}]

    again = await world.crawl()
    assert (again.outcome, again.duplicate, again.moved_to) == ("unchanged", 0, None)
    assert len(site.seen(OLD_PATH)) == 1
    assert "if-none-match" not in site.seen(RSS_PATH)[-1].headers


@pytest.mark.parametrize(
    ("status", "place", "outcome"),
    [(302, RSS_PATH, "ok"), (303, RSS_PATH, "ok"), (307, RSS_PATH, "ok"), (301, "/no-such-feed", "failed")],
)
async def test_a_passing_redirect_or_one_that_ends_in_a_failure_moves_nothing(
    status: int, place: str, outcome: str, site: FeedSite, base: str, world: World
) -> None:
    world.register(base + OLD_PATH)
    site.redirects[OLD_PATH] = (status, base + place)
    result = await world.crawl()
    assert (result.outcome, result.moved_to) == (outcome, None)
    assert world.source().address == base + OLD_PATH


async def test_a_server_that_moved_moves_the_address_below_which_its_api_is_asked(
    clock: FakeClock, world: World
) -> None:
    new, old = MastodonSite([site_post(1)], clock), FeedSite([], clock)
    with serve(new) as new_base, serve(old) as old_base:
        path = "/api/v1/timelines/public"
        old.redirects[path] = (308, f"{new_base}{path}?limit=40&local=true")
        world.register(old_base, kind="mastodon")
        assert (await world.crawl()).new == 1
        assert world.source().address == new_base


@pytest.mark.parametrize(
    ("address", "url", "permanent", "new"),
    [
        ("http://a.example", "http://a.example/", "https://b.example/", "https://b.example/"),
        ("http://a.example/f?x=1", "http://a.example/f?x=1", "https://b.example/g", "https://b.example/g"),
        ("http://a.example", "http://a.example/api/v1?n=1", "http://b.example/login", None),
        ("http://ă.example/f", "http://xn--nda.example/f", "http://b.example/f", None),
        ("http://a.example/f", "http://a.example/f", None, None),
        ("http://a.example/f", "http://a.example/f", "http://a.example/", None),
    ],
)
def test_new_addresses(address: str, url: str, permanent: str | None, new: str | None) -> None:
    fetched = replace(batch().fetched, url=url, final_url=permanent or url, permanent_url=permanent)
    assert moved_address(address, replace(batch(), fetched=fetched)) == new


# --- how often


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(7200, 7200), (60, 1800), (10**9, 86400), ("soon", 1800), (True, 1800), (-5, 1800), (float("nan"), 1800)],
)
async def test_a_source_that_asks_to_be_read_less_often_is(
    asked: object, waits: int, world: World, clock: FakeClock
) -> None:
    world.register()
    await world.crawl(script_of(replace(batch(), cursor={"least_interval_seconds": asked})))
    assert world.source().next_due_at == clock.now() + timedelta(seconds=waits)


# --- who left


async def test_posts_of_an_account_that_was_closed_are_deleted_and_no_others(world: World) -> None:
    posts = [post(number, author=who) for number, who in enumerate(["an", "bình", "an"])]

    async def script(source: SourceView) -> AsyncIterator[Batch]:
        yield replace(batch(cursor="2"), gone_authors=("an", "")) if source.cursor else batch(*posts, cursor="1")

    world.register()
    assert (await world.crawl(script)).new == 3
    with world.database.changes() as session:
        flag = add_flag(session, session.merge(world.posts()[0]))
        reviews.decide(session, flag, reviewer_id=add_user(session).id, decision="no", note="", now=MONDAY_MORNING)
    assert (await world.crawl(script)).gone == 2
    assert world.column(Post.external_id) == ["1"]
    with world.database.work() as session:
        assert holdings.erasures(session) == []  # nobody asked for it


# --- enough is enough


async def test_after_ten_failures_in_a_row_a_source_is_switched_off_with_the_reason(
    site: FeedSite, base: str, world: World
) -> None:
    world.register(base + RSS_PATH)
    site.fail(RSS_PATH, *[500] * MOST_FAILURES)
    assert [(await world.crawl()).disabled for _ in range(MOST_FAILURES)] == [False] * (MOST_FAILURES - 1) + [True]
    assert await world.crawl_all() == {}
    why = world.source().why_disabled or ""
    assert why.startswith("10 readings in a row failed, the last one with: ")
    assert "answers 500" in why
    assert (world.source().enabled, len(world.audited("source.disabled"))) == (False, 1)


async def test_being_asked_to_wait_is_no_failure_that_switches_off(site: FeedSite, base: str, world: World) -> None:
    world.register(base + RSS_PATH)
    site.rate_limit(0)
    assert not any([(await world.crawl()).disabled for _ in range(MOST_FAILURES + 1)])
    assert len(site.seen(RSS_PATH)) == MOST_FAILURES + 1


# --- how long


def test_a_platforms_limit_is_the_longest_that_its_posts_are_kept(
    world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(collector_for("feed")), "longest_retention_days", 30, raising=False)
    asked = [("feed", 7), ("feed", 180), ("mastodon", 180), ("import", 180)]
    assert [retention_days_for(kind, days) for kind, days in asked] == [7, 30, 180, 180]
    with world.database.changes() as session:
        for kind in ("feed", "mastodon"):  # as registered before the limit was known
            add_post(session, add_source(session, kind, kind=kind, retention_days=180))
    clock.advance(timedelta(days=31))
    confirm_clock(world.database, clock)
    assert retain(world.database, clock) == {"feed": 1}
