"""What a platform says beside its posts is followed: moves, wishes to be read less often, accounts that were closed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.collectors.registry import collector_for, retention_days_for
from monitor.crawl.collect import MOST_FAILURES, moved_address
from monitor.demo.sites import FeedSite, MastodonSite, SitePost, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.operations.clock_check import confirm_clock
from monitor.operations.retain import retain
from storage.database import Database
from storage.models import AuditEvent, Post
from storage.posts import holdings, sources
from storage.review import reviews
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_flag, add_post, add_source, add_user
from tests.monitor.conftest import Crawl, Register
from tests.monitor.crawl.loopback import ScriptedCollector, batch

OLD_PATH = "/tin-cu.rss"
HALF_AN_HOUR = timedelta(minutes=30)


def site_post(number: int) -> SitePost:
    moment = MONDAY_MORNING - timedelta(hours=20) + timedelta(minutes=number)
    return SitePost(id=f"p{number}", author="x", text=f"Bài thứ {number}", published_at=moment)


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    return FeedSite([site_post(number) for number in range(3)], clock)


def audited(database: Database, action: str) -> list[dict[str, object]]:
    with database.work() as session:
        return list(session.scalars(select(AuditEvent.detail).where(AuditEvent.action == action)))


def address_of(database: Database, name: str) -> str:
    with database.work() as session:
        return sources.by_name(session, name).address


# --- moves


async def test_a_permanent_move_is_followed_noted_and_asked_for_without_the_old_validators(
    site: FeedSite, base: str, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    register("paper", base + OLD_PATH)
    site.redirects[OLD_PATH] = (301, base + RSS_PATH)
    result = (await crawl())["paper"]
    assert (result.outcome, result.new, result.moved_to) == ("ok", 3, base + RSS_PATH)
    assert address_of(sqlite_database, "paper") == base + RSS_PATH
    assert audited(sqlite_database, "source.moved") == [{"from": base + OLD_PATH, "to": base + RSS_PATH}]
    with sqlite_database.work() as session:
        assert sources.by_name(session, "paper").validators == {}

    again = (await crawl())["paper"]
    assert (again.outcome, again.duplicate, again.moved_to) == ("unchanged", 0, None)
    assert len(site.seen(OLD_PATH)) == 1
    assert "if-none-match" not in site.seen(RSS_PATH)[-1].headers


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_a_passing_redirect_moves_nothing(
    status: int, site: FeedSite, base: str, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    register("paper", base + OLD_PATH)
    site.redirects[OLD_PATH] = (status, base + RSS_PATH)
    assert (await crawl())["paper"].moved_to is None
    assert address_of(sqlite_database, "paper") == base + OLD_PATH


async def test_a_move_that_ends_in_a_failure_is_not_followed(
    site: FeedSite, base: str, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    register("paper", base + OLD_PATH)
    site.redirects[OLD_PATH] = (301, base + "/no-such-feed")
    assert (await crawl())["paper"].outcome == "failed"
    assert address_of(sqlite_database, "paper") == base + OLD_PATH


async def test_a_server_that_moved_moves_the_address_below_which_its_api_is_asked(
    clock: FakeClock, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    new, old = MastodonSite([site_post(1)], clock), FeedSite([], clock)
    with serve(new) as new_base, serve(old) as old_base:
        path = "/api/v1/timelines/public"
        old.redirects[path] = (308, f"{new_base}{path}?limit=40&local=true")
        register("net", old_base, kind="mastodon")
        assert (await crawl())["net"].new == 1
        assert address_of(sqlite_database, "net") == new_base


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
    answer = batch()
    moved = replace(
        answer, fetched=replace(answer.fetched, url=url, final_url=permanent or url, permanent_url=permanent)
    )
    assert moved_address(address, moved) == new


# --- how often


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(7200, 7200), (60, 1800), (10**9, 86400), ("soon", 1800), (True, 1800), (-5, 1800), (float("nan"), 1800)],
)
async def test_a_source_that_asks_to_be_read_less_often_is(
    asked: object, waits: int, register: Register, crawl: Crawl, sqlite_database: Database, clock: FakeClock
) -> None:
    async def script(_source: SourceView) -> AsyncIterator[Batch]:
        yield replace(batch(), cursor={"least_interval_seconds": asked})

    register("forum", "https://forum.example.vn/feed")
    await crawl(collectors=ScriptedCollector(script))
    with sqlite_database.work() as session:
        due = sources.by_name(session, "forum").next_due_at
    assert due == clock.now() + timedelta(seconds=waits)


# --- who left


async def test_posts_of_an_account_that_was_closed_are_deleted_and_no_others(
    register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    posts = [PublicPost(external_id=str(n), text=f"bài {n}", author=who) for n, who in enumerate(["an", "bình", "an"])]

    async def script(source: SourceView) -> AsyncIterator[Batch]:
        yield replace(batch(cursor="2"), gone_authors=("an", "")) if source.cursor else batch(*posts, cursor="1")

    register("net", "https://net.example.vn")
    collector = ScriptedCollector(script)
    assert (await crawl(collectors=collector))["net"].new == 3
    with sqlite_database.work() as session:
        flag = add_flag(session, session.scalars(select(Post).where(Post.external_id == "0")).one())
        reviews.decide(session, flag, reviewer_id=add_user(session).id, decision="no", note="", now=MONDAY_MORNING)
        session.commit()
    assert (await crawl(collectors=collector))["net"].gone == 2
    with sqlite_database.work() as session:
        assert session.scalars(select(Post.external_id)).all() == ["1"]
        assert holdings.erasures(session) == []  # nobody asked for it


# --- enough is enough


async def test_after_ten_failures_in_a_row_a_source_is_switched_off_with_the_reason(
    site: FeedSite, base: str, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    register("paper", base + RSS_PATH)
    site.fail(RSS_PATH, *[500] * MOST_FAILURES)
    for _ in range(MOST_FAILURES - 1):
        assert not (await crawl())["paper"].disabled
    assert (await crawl())["paper"].disabled
    assert await crawl() == {}
    with sqlite_database.work() as session:
        source = sources.by_name(session, "paper")
        assert not source.enabled
        assert source.why_disabled is not None
        assert source.why_disabled.startswith("10 readings in a row failed, the last one with: ")
        assert "answers 500" in source.why_disabled
    assert len(audited(sqlite_database, "source.disabled")) == 1


async def test_being_asked_to_wait_is_no_failure_that_switches_off(
    site: FeedSite, base: str, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    register("paper", base + RSS_PATH)
    site.rate_limit(0)
    for _ in range(MOST_FAILURES + 1):
        assert not (await crawl())["paper"].disabled
    assert len(site.seen(RSS_PATH)) == MOST_FAILURES + 1


# --- how long


def test_a_platforms_limit_is_the_longest_that_its_posts_are_kept(
    sqlite_database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = collector_for("feed")
    monkeypatch.setattr(type(feed), "longest_retention_days", 30, raising=False)
    assert [
        retention_days_for("feed", 7),
        retention_days_for("feed", 180),
        retention_days_for("mastodon", 180),
        retention_days_for("import", 180),
    ] == [
        7,
        30,
        180,
        180,
    ]
    with sqlite_database.work() as session:
        for kind in ("feed", "mastodon"):  # as registered before the limit was known
            add_post(session, add_source(session, kind, kind=kind, retention_days=180))
        session.commit()
    clock.advance(timedelta(days=31))
    confirm_clock(sqlite_database, clock)
    assert retain(sqlite_database, clock) == {"feed": 1}
