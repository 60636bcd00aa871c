"""Flagged posts are looked at again after an hour, a day and a week: edits and removals are noted."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from monitor.collectors.registry import collector_for
from monitor.crawl.batch_writer import BatchWriter
from monitor.crawl.collect import SourceResult
from monitor.crawl.recheck import FlagRecheck, RecheckResult, next_due
from monitor.demo.sites import FeedSite, MastodonSite, SitePost, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.privacy.pseudonym import Pseudonymiser
from storage.database import Database
from storage.models import CrawlRun, Post
from storage.posts import sources
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_flag, add_post, add_source
from tests.monitor.crawl.loopback import SECRET, loopback_client

Crawl = Callable[..., Awaitable[dict[str, SourceResult]]]
Register = Callable[..., None]
Look = Callable[..., Awaitable[RecheckResult]]
HOUR = timedelta(hours=1)


def site_post(number: int) -> SitePost:
    moment = MONDAY_MORNING - timedelta(hours=20) + timedelta(minutes=number)
    return SitePost(id=f"p{number}", author="an", text=f"Nghe nói chuyện thứ {number}", published_at=moment)


@pytest.fixture
def network(clock: FakeClock) -> MastodonSite:
    return MastodonSite([site_post(number) for number in range(4)], clock)


@pytest.fixture
def paper(clock: FakeClock) -> FeedSite:
    return FeedSite([site_post(number) for number in range(4)], clock)


@pytest.fixture
def network_base(network: MastodonSite) -> Iterator[str]:
    with serve(network) as base:
        yield base


@pytest.fixture
def paper_base(paper: FeedSite) -> Iterator[str]:
    with serve(paper) as base:
        yield base


@pytest.fixture
def look(sqlite_database: Database, clock: FakeClock) -> Look:
    async def once(*names: str) -> RecheckResult:
        async with loopback_client(clock) as client:
            batches = BatchWriter(Pseudonymiser(SECRET), clock)
            recheck = FlagRecheck(sqlite_database, client, collector_for, batches, clock, parallel=4)
            return await recheck.run(names)

    return once


def flag(database: Database, clock: FakeClock, *numbers: int) -> None:
    with database.work() as session:
        for number in numbers:
            post = session.scalars(select(Post).where(Post.text == site_post(number).text)).one()
            add_flag(session, post, now=clock.now())
        session.commit()


def stored(database: Database, number: int) -> Post:
    with database.work() as session:
        return session.scalars(select(Post).where(Post.text == site_post(number).text)).one()


def account(result: RecheckResult) -> tuple[int, int, int, dict[str, int]]:
    return result.checked, result.changed, result.gone, dict(result.unclear)


async def test_flagged_statuses_are_asked_for_one_by_one_after_an_hour_a_day_and_a_week(
    network: MastodonSite,
    network_base: str,
    register: Register,
    crawl: Crawl,
    look: Look,
    sqlite_database: Database,
    clock: FakeClock,
) -> None:
    register("net", network_base, kind="mastodon")
    assert (await crawl())["net"].new == 4
    assert account(await look()) == (0, 0, 0, {})
    flag(sqlite_database, clock, 1, 2)
    network.log.clear()
    assert account(await look()) == (0, 0, 0, {})
    clock.advance(HOUR)
    assert account(await look()) == (2, 0, 0, {})
    assert account(await look()) == (0, 0, 0, {})
    asked = [request.path for request in network.log if request.path.startswith("/api")]
    assert asked == [f"/api/v1/statuses/{network.status_id(site_post(number))}" for number in (1, 2)]

    network.edit("p1", "Nghe nói đã cải chính")
    network.delete("p2")
    clock.advance(23 * HOUR)
    assert account(await look()) == (2, 1, 1, {})
    assert stored(sqlite_database, 1).current_text == "Nghe nói đã cải chính"
    assert stored(sqlite_database, 2).deleted_at == clock.now()

    clock.advance(timedelta(days=6))
    assert account(await look()) == (1, 0, 0, {})  # what is gone is not asked for again
    clock.advance(timedelta(days=60))
    assert account(await look()) == (0, 0, 0, {})
    with sqlite_database.work() as session:
        runs = session.scalars(select(CrawlRun).order_by(CrawlRun.id)).all()
        assert [(run.outcome, run.seen, run.changed, run.gone) for run in runs[1:]] == [
            ("ok", 2, 0, 0),
            ("ok", 1, 1, 1),
            ("ok", 1, 0, 0),
        ]
        assert sources.by_name(session, "net").lease_owner is None


async def test_of_posts_that_cannot_be_asked_for_the_permalink_tells_whether_they_are_still_there(
    paper: FeedSite,
    paper_base: str,
    register: Register,
    crawl: Crawl,
    look: Look,
    sqlite_database: Database,
    clock: FakeClock,
) -> None:
    register("paper", paper_base + RSS_PATH)
    await crawl()
    flag(sqlite_database, clock, 1, 2, 3)
    for edited in ("p1", "p3"):
        paper.edit(edited, "Đã sửa")
    paper.delete("p2")
    paper.page_size = 1  # the feed still shows the newest alone
    clock.advance(HOUR)
    assert account(await look()) == (3, 1, 1, {})
    assert stored(sqlite_database, 3).current_text == "Đã sửa"
    assert stored(sqlite_database, 1).revision_number == 0  # it is still there, and nothing more is known
    assert stored(sqlite_database, 2).deleted_at == clock.now()
    assert stored(sqlite_database, 1).deleted_at is None


@pytest.mark.parametrize(
    ("status", "place", "gone"), [(301, "/", 1), (308, "/", 1), (302, "/", 0), (301, "/bai/p3.html", 0)]
)
async def test_permalink_that_leads_to_the_front_page_for_good_is_that_of_a_post_taken_away(
    *,
    paper: FeedSite,
    paper_base: str,
    register: Register,
    crawl: Crawl,
    look: Look,
    sqlite_database: Database,
    clock: FakeClock,
    status: int,
    place: str,
    gone: int,
) -> None:
    register("paper", paper_base + RSS_PATH)
    await crawl()
    flag(sqlite_database, clock, 1)
    paper.page_size = 1
    paper.redirects["/bai/p1.html"] = (status, place)
    clock.advance(HOUR)
    assert account(await look()) == (1, 0, gone, {})
    assert [request.path for request in paper.log[-2:]] == ["/bai/p1.html", place]


@pytest.mark.parametrize(
    ("switch", "reason"),
    [
        (lambda site: site.fail("/bai/p1.html", 403), "the host does not want it"),
        (lambda site: setattr(site, "robots", (200, b"User-agent: *\nDisallow: /bai/")), "the host does not want it"),
        (lambda site: site.rate_limit(0), "the host asked to wait"),
        (lambda site: site.fail("/bai/p1.html", 500), "could not be read"),
        (lambda site: setattr(site, "challenge", True), "the host does not want it"),
    ],
)
async def test_what_cannot_be_learnt_now_is_asked_an_hour_later_and_switches_nothing_off(
    switch: Callable[[FeedSite], Any],
    reason: str,
    paper: FeedSite,
    paper_base: str,
    register: Register,
    crawl: Crawl,
    look: Look,
    sqlite_database: Database,
    clock: FakeClock,
) -> None:
    register("paper", paper_base + RSS_PATH)
    await crawl()
    flag(sqlite_database, clock, 1)
    paper.page_size = 1
    clock.advance(HOUR)
    switch(paper)
    assert account(await look()) == (0, 0, 0, {reason: 1})
    with sqlite_database.work() as session:
        (due,) = session.scalars(select(Post).where(Post.flagged_at.is_not(None))).all()
        assert (due.recheck_at, due.rechecked_at) == (clock.now() + HOUR, None)
        assert sources.by_name(session, "paper").enabled
        assert sources.by_name(session, "paper").failures == 0
    assert stored(sqlite_database, 1).deleted_at is None


async def test_a_platform_that_is_away_is_asked_again_and_given_up_after_eight_days(
    network: MastodonSite,
    network_base: str,
    register: Register,
    crawl: Crawl,
    look: Look,
    sqlite_database: Database,
    clock: FakeClock,
) -> None:
    register("net", network_base, kind="mastodon")
    await crawl()
    flag(sqlite_database, clock, 1, 2)
    clock.advance(HOUR)
    path = f"/api/v1/statuses/{network.status_id(site_post(1))}"
    network.fail(path, 500, 500)
    assert account(await look()) == (0, 0, 0, {"could not be read": 2})
    clock.advance(timedelta(days=7, hours=22, minutes=30))
    assert account(await look()) == (0, 0, 0, {"could not be read": 2})
    with sqlite_database.work() as session:
        assert [due.recheck_at for due in session.scalars(select(Post)) if due.flagged_at] == [None, None]


async def test_only_places_that_are_read_are_asked(
    paper: FeedSite, paper_base: str, look: Look, sqlite_database: Database, clock: FakeClock
) -> None:
    with sqlite_database.work() as session:
        off = add_source(session, "off")
        for source in (
            off,
            add_source(session, "file", kind="import"),
            add_source(session, "no-link", kind="bluesky"),
        ):
            url = None if source.name == "no-link" else f"{paper_base}/bai/p1.html"
            add_flag(session, add_post(session, source, url=url), now=clock.now())
        sources.set_enabled(session, off, enabled=False, why="test")
        session.commit()
    clock.advance(HOUR)
    assert account(await look()) == (0, 0, 0, {"no address to check": 1})
    assert account(await look()) == (0, 0, 0, {})
    assert paper.log == []


async def test_a_source_that_another_program_reads_is_left_to_it(
    paper: FeedSite,
    paper_base: str,
    register: Register,
    crawl: Crawl,
    look: Look,
    sqlite_database: Database,
    clock: FakeClock,
) -> None:
    register("paper", paper_base + RSS_PATH)
    await crawl()
    flag(sqlite_database, clock, 1)
    clock.advance(HOUR)
    with sqlite_database.work() as session:
        until = clock.now() + HOUR
        sources.lease(session, owner="elsewhere:1", now=clock.now(), until=until, only_due=False)
        session.commit()
    assert account(await look()) == (0, 0, 0, {})
    clock.advance(2 * HOUR)
    assert account(await look("another")) == (0, 0, 0, {})
    assert account(await look("paper")) == (1, 0, 0, {})


@pytest.mark.parametrize(("hours", "next_hours"), [(0.5, 1), (1, 24), (23.9, 24), (30, 168), (168, None), (900, None)])
def test_looks_that_were_missed_are_not_made_up_for(hours: float, next_hours: int | None) -> None:
    found = next_due(MONDAY_MORNING, MONDAY_MORNING + timedelta(hours=hours))
    assert found == (None if next_hours is None else MONDAY_MORNING + timedelta(hours=next_hours))
