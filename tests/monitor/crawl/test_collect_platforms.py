"""What single platforms ask of a crawl as a whole: when to come back, how long to keep, and what comes twice."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from monitor.collectors.registry import collector_for
from monitor.crawl.collect import Crawler, SourceResult
from monitor.demo.sites import Site, serve
from monitor.operations.clock_check import confirm_clock
from monitor.operations.retain import retain
from monitor.privacy.pseudonym import Pseudonymiser
from storage.database import Database
from storage.models import Post, PostRevision, Source
from storage.posts import sources
from tests.clock import FakeClock
from tests.monitor.collectors import xenforo_samples
from tests.monitor.collectors.platform_samples import PAGE, TOKEN, on_page
from tests.monitor.collectors.youtube_samples import CHANNEL, KEY, TITLE, VIDEO, comment
from tests.monitor.conftest import Register
from tests.monitor.crawl.loopback import SECRET, loopback_client
from tests.platforms import FacebookSite, XenForoSite, YouTubeSite

KEYS = {"youtube": KEY, "facebook": TOKEN}
CrawlWithKeys = Callable[[], Awaitable[dict[str, SourceResult]]]


@pytest.fixture
def crawl_due(sqlite_database: Database, clock: FakeClock) -> CrawlWithKeys:
    """Crawl what is due, as an operator's program that has the keys; every time another program."""

    async def once() -> dict[str, SourceResult]:
        async with loopback_client(clock) as client:
            crawler = Crawler(
                sqlite_database,
                client,
                collector_for,
                Pseudonymiser(SECRET),
                clock,
                parallel=8,
                secret_for=lambda _name, kind: KEYS.get(kind),
            )
            return {result.source: result for result in await crawler.crawl(only_due=True)}

    return once


def state_of(database: Database, name: str) -> Source:
    with database.work() as session:
        return sources.by_name(session, name)


def count(database: Database, table: type[Post | PostRevision]) -> int:
    with database.work() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def video_site(clock: FakeClock) -> YouTubeSite:
    comments = [comment(number) for number in range(1, 4)]
    return YouTubeSite(comments, {VIDEO: TITLE}, clock, key=KEY, channel=CHANNEL)


async def is_left_alone_until(
    moment: datetime, site: Site, clock: FakeClock, crawl_due: CrawlWithKeys, database: Database
) -> None:
    """Insist that the source `page` failed once, is asked nothing before a moment, and is asked then."""
    assert (await crawl_due())["page"].outcome == "failed"
    assert state_of(database, "page").next_due_at == moment
    heard = len(site.log)
    clock.advance(moment - clock.now() - timedelta(seconds=1))
    assert await crawl_due() == {}
    assert len(site.log) == heard
    clock.advance(timedelta(seconds=1))
    await crawl_due()
    assert len(site.log) > heard


async def test_video_platform_is_left_alone_until_its_units_are_new(
    register: Register, crawl_due: CrawlWithKeys, clock: FakeClock, sqlite_database: Database
) -> None:
    site = video_site(clock)
    site.units = 0
    with serve(site) as base:
        register("page", f"{base}/youtube/v3", kind="youtube", settings={"video": VIDEO}, interval_seconds=900)
        midnight_in_california = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
        await is_left_alone_until(midnight_in_california, site, clock, crawl_due, sqlite_database)


async def test_graph_api_that_takes_no_more_requests_is_left_alone_for_an_hour(
    register: Register, crawl_due: CrawlWithKeys, clock: FakeClock, sqlite_database: Database
) -> None:
    site = FacebookSite([on_page(1)], clock, page=PAGE, token=TOKEN)
    site.refusal = (403, 4, None)
    with serve(site) as base:
        register("page", f"{base}/v26.0", kind="facebook", settings={"page": PAGE}, interval_seconds=900)
        in_an_hour = clock.now() + timedelta(hours=1)
        await is_left_alone_until(in_an_hour, site, clock, crawl_due, sqlite_database)


async def test_page_whose_token_expired_is_switched_off_with_what_to_do(
    register: Register, crawl_due: CrawlWithKeys, clock: FakeClock, sqlite_database: Database
) -> None:
    site = FacebookSite([on_page(1)], clock, page=PAGE, token=TOKEN)
    site.refusal = (401, 190, 463)
    with serve(site) as base:
        register("page", f"{base}/v26.0", kind="facebook", settings={"page": PAGE})
        await crawl_due()
        heard = len(site.log)
        clock.advance(timedelta(days=1))
        assert await crawl_due() == {}
    assert len(site.log) == heard
    with sqlite_database.work() as session:
        page = sources.by_name(session, "page")
        assert not page.enabled
        assert "make a new token" in (page.why_disabled or "")


async def test_comments_on_videos_are_deleted_after_thirty_days_whatever_the_source_says(
    register: Register, crawl_due: CrawlWithKeys, clock: FakeClock, sqlite_database: Database
) -> None:
    with serve(video_site(clock)) as base:
        register("videos", f"{base}/youtube/v3", kind="youtube", settings={"video": VIDEO}, retention_days=180)
        assert (await crawl_due())["videos"].new == 3
    clock.advance(timedelta(days=29))
    confirm_clock(sqlite_database, clock)
    assert retain(sqlite_database, clock) == {}
    clock.advance(timedelta(days=1, seconds=1))
    assert retain(sqlite_database, clock) == {"videos": 3}
    assert count(sqlite_database, Post) == 0


async def test_forum_that_shows_a_challenge_is_switched_off_and_keeps_its_posts(
    register: Register, crawl_due: CrawlWithKeys, clock: FakeClock, sqlite_database: Database
) -> None:
    site = XenForoSite([xenforo_samples.post(number) for number in range(1, 4)], [xenforo_samples.WAGES], clock)
    with serve(site) as base:
        register("forum", base, kind="xenforo")
        assert (await crawl_due())["forum"].new == 3
        clock.advance(timedelta(hours=1))
        site.challenge = True
        heard = len(site.log)
        result = (await crawl_due())["forum"]
        assert (result.outcome, result.disabled, result.gone) == ("failed", True, 0)
        assert [request.path for request in site.log[heard:]] == ["/robots.txt", xenforo_samples.FEED]
        clock.advance(timedelta(days=1))
        assert await crawl_due() == {}
    assert len(site.log) == heard + 2
    with sqlite_database.work() as session:
        assert "challenge" in (sources.by_name(session, "forum").why_disabled or "")
        assert session.scalars(select(Post.deleted_at).distinct()).all() == [None]
