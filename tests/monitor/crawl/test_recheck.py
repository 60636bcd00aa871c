"""Flagged posts are looked at again after an hour, a day and a week: edits and removals are noted."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from monitor.collectors.registry import collector_for
from monitor.crawl.batch_writer import BatchWriter
from monitor.crawl.recheck import FlagRecheck, next_due
from monitor.demo.sites import FeedSite, MastodonSite, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.privacy.pseudonym import Pseudonymiser
from storage.database import Database
from storage.models import Post
from storage.posts import sources
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_flag, add_post, add_source
from tests.monitor.crawl.conftest import World, site_post
from tests.monitor.crawl.loopback import SECRET, loopback_client

Account = tuple[int, int, int, dict[str, int]]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Monitor(World):
    """A monitor whose flagged posts are looked at again."""

    async def look(self, *names: str) -> Account:
        """Look again; tell how many were checked, changed and gone, and what could not be learnt."""
        async with loopback_client(self.clock) as client:
            batches = BatchWriter(Pseudonymiser(SECRET), self.clock)
            recheck = FlagRecheck(self.database, client, collector_for, batches, self.clock, parallel=4)
            result = await recheck.run(names)
        return result.checked, result.changed, result.gone, dict(result.unclear)

    def flag(self, *numbers: int) -> None:
        with self.database.changes() as session:
            for number in numbers:
                add_flag(session, session.merge(self.stored(number)), now=self.clock.now())

    def stored(self, number: int) -> Post:
        (found,) = (each for each in self.posts() if each.text == site_post(number).text)
        return found


@pytest.fixture
def monitor(sqlite_database: Database, clock: FakeClock) -> Monitor:
    return Monitor(sqlite_database, clock)


@pytest.fixture
async def network(monitor: Monitor) -> AsyncIterator[MastodonSite]:
    """Read four statuses of a network."""
    site = MastodonSite([site_post(number, title=None) for number in range(4)], monitor.clock)
    with serve(site) as base:
        monitor.register(base, "net", kind="mastodon")
        assert (await monitor.crawl()).new == 4
        yield site


@pytest.fixture
async def paper(monitor: Monitor) -> AsyncIterator[FeedSite]:
    """Read four entries of a feed, which shows the newest alone from then on."""
    site = FeedSite([site_post(number, title=None) for number in range(4)], monitor.clock)
    with serve(site) as base:
        monitor.register(base + RSS_PATH, "paper")
        await monitor.crawl()
        site.page_size = 1
        yield site


async def test_flagged_statuses_are_asked_for_one_by_one_after_an_hour_a_day_and_a_week(
    network: MastodonSite, monitor: Monitor, clock: FakeClock
) -> None:
    assert await monitor.look() == (0, 0, 0, {})
    monitor.flag(1, 2)
    network.log.clear()
    assert await monitor.look() == (0, 0, 0, {})
    clock.advance(HOUR)
    assert await monitor.look() == (2, 0, 0, {})
    assert await monitor.look() == (0, 0, 0, {})
    asked = [request.path for request in network.log if request.path.startswith("/api")]
    assert asked == [f"/api/v1/statuses/{network.status_id(site_post(number))}" for number in (1, 2)]

    network.edit("p001", "Nghe nói đã cải chính")
    network.delete("p002")
    clock.advance(23 * HOUR)
    assert await monitor.look() == (2, 1, 1, {})
    assert monitor.stored(1).current_text == "Nghe nói đã cải chính"
    assert monitor.stored(2).deleted_at == clock.now()

    clock.advance(timedelta(days=6))
    assert await monitor.look() == (1, 0, 0, {})  # what is gone is not asked for again
    clock.advance(timedelta(days=60))
    assert await monitor.look() == (0, 0, 0, {})
    looks = [(run.outcome, run.seen, run.changed, run.gone) for run in monitor.runs()[1:]]
    assert looks == [("ok", 2, 0, 0), ("ok", 1, 1, 1), ("ok", 1, 0, 0)]
    assert monitor.source("net").lease_owner is None


async def test_of_posts_that_cannot_be_asked_for_the_permalink_tells_whether_they_are_still_there(
    paper: FeedSite, monitor: Monitor, clock: FakeClock
) -> None:
    monitor.flag(1, 2, 3)
    for edited in ("p001", "p003"):
        paper.edit(edited, "Đã sửa")
    paper.delete("p002")
    clock.advance(HOUR)
    assert await monitor.look() == (3, 1, 1, {})
    assert monitor.stored(3).current_text == "Đã sửa"
    assert monitor.stored(1).revision_number == 0  # it is still there, and nothing more is known
    assert monitor.stored(2).deleted_at == clock.now()
    assert monitor.stored(1).deleted_at is None


@pytest.mark.parametrize(
    ("status", "place", "gone"), [(301, "/", 1), (308, "/", 1), (302, "/", 0), (301, "/bai/p003.html", 0)]
)
async def test_permalink_that_leads_to_the_front_page_for_good_is_that_of_a_post_taken_away(
    *, paper: FeedSite, monitor: Monitor, clock: FakeClock, status: int, place: str, gone: int
) -> None:
    monitor.flag(1)
    paper.redirects["/bai/p001.html"] = (status, place)
    clock.advance(HOUR)
    assert await monitor.look() == (1, 0, gone, {})
    assert [request.path for request in paper.log[-2:]] == ["/bai/p001.html", place]


@pytest.mark.parametrize(
    ("switch", "reason"),
    [
        (lambda site: site.fail("/bai/p001.html", 403), "the host does not want it"),
        (lambda site: setattr(site, "robots", (200, b"User-agent: *\nDisallow: /bai/")), "the host does not want it"),
        (lambda site: site.rate_limit(0), "the host asked to wait"),
        (lambda site: site.fail("/bai/p001.html", 500), "could not be read"),
        (lambda site: setattr(site, "challenge", True), "the host does not want it"),
    ],
)
async def test_what_cannot_be_learnt_now_is_asked_an_hour_later_and_switches_nothing_off(
    switch: Callable[[FeedSite], Any], reason: str, paper: FeedSite, monitor: Monitor, clock: FakeClock
) -> None:
    monitor.flag(1)
    clock.advance(HOUR)
    switch(paper)
    assert await monitor.look() == (0, 0, 0, {reason: 1})
    due, paper_source = monitor.stored(1), monitor.source("paper")
    assert (due.recheck_at, due.rechecked_at, due.deleted_at) == (clock.now() + HOUR, None, None)
    assert (paper_source.enabled, paper_source.failures) == (True, 0)


async def test_a_platform_that_is_away_is_asked_again_and_given_up_after_eight_days(
    network: MastodonSite, monitor: Monitor, clock: FakeClock
) -> None:
    monitor.flag(1, 2)
    clock.advance(HOUR)
    path = f"/api/v1/statuses/{network.status_id(site_post(1))}"
    network.fail(path, 500, 500)
    assert await monitor.look() == (0, 0, 0, {"could not be read": 2})
    clock.advance(timedelta(days=7, hours=22, minutes=30))
    assert await monitor.look() == (0, 0, 0, {"could not be read": 2})
    assert [due.recheck_at for due in monitor.posts() if due.flagged_at] == [None, None]


async def test_only_places_that_are_read_are_asked(monitor: Monitor, clock: FakeClock) -> None:
    with monitor.database.changes() as session:
        off = add_source(session, "off")
        others = add_source(session, "file", kind="import"), add_source(session, "no-link", kind="bluesky")
        for source in (off, *others):
            url = None if source.name == "no-link" else "http://127.0.0.1:1/bai/p001.html"  # where nobody answers
            add_flag(session, add_post(session, source, url=url), now=clock.now())
        sources.set_enabled(session, off, enabled=False, why="test")
    clock.advance(HOUR)
    assert await monitor.look() == (0, 0, 0, {"no address to check": 1})
    assert await monitor.look() == (0, 0, 0, {})


async def test_a_source_that_another_program_reads_is_left_to_it(
    paper: FeedSite, monitor: Monitor, clock: FakeClock
) -> None:
    monitor.flag(1)
    clock.advance(HOUR)
    with monitor.database.changes() as session:
        until = clock.now() + HOUR
        sources.lease(session, owner="elsewhere:1", now=clock.now(), until=until, only_due=False)
    assert await monitor.look() == (0, 0, 0, {})
    clock.advance(2 * HOUR)
    assert await monitor.look("another") == (0, 0, 0, {})
    assert await monitor.look("paper") == (1, 0, 0, {})


@pytest.mark.parametrize(("hours", "next_hours"), [(0.5, 1), (1, 24), (23.9, 24), (30, 168), (168, None), (900, None)])
def test_looks_that_were_missed_are_not_made_up_for(hours: float, next_hours: int | None) -> None:
    found = next_due(MONDAY_MORNING, MONDAY_MORNING + timedelta(hours=hours))
    assert found == (None if next_hours is None else MONDAY_MORNING + timedelta(hours=next_hours))
