"""Two hundred sources, 10,000 posts, and one answer in twenty goes wrong: nothing is lost or doubled."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
import stamina
from sqlalchemy import func, select

from monitor.collectors.http.policy import CrawlPolicy
from monitor.crawl.stored_state import DatabaseHostState
from monitor.demo.sites import FeedSite, MastodonSite, SitePost
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.demo.sites.server import Site
from storage.database import Database
from storage.models import Post
from storage.posts import sources
from tests.clock import MONDAY_MORNING, FakeClock
from tests.factories import add_source
from tests.monitor.collectors.isolation.round_trip import RoundTripParser
from tests.monitor.crawl.faulty_hosts import FAULTS, Host, HostClock, LoggedRequest, NamingClient, serve_hosts
from tests.monitor.crawl.loopback import make_crawler

HOSTS = [f"127.0.0.{number}" for number in range(2, 22)]
SOURCES_A_HOST = 10
POSTS_A_SOURCE = 50
SHARE_OF_FAULTS = 0.05
FEED_PAUSE, API_PAUSE = 5.0, 1.0
MOST_RUNS = 3


@pytest.fixture(autouse=True)
def three_attempts_at_once() -> Iterator[None]:
    """Try passing trouble again as the program does, without its waits."""
    with stamina.set_testing(True, attempts=3):
        yield


def written(name: str) -> list[SitePost]:
    begin = MONDAY_MORNING - timedelta(days=2)
    return [
        SitePost(
            id=f"p{number}",
            author="an",
            text=f"Bài thứ {number} của nguồn {name}",
            published_at=begin + timedelta(minutes=number),
        )
        for number in range(POSTS_A_SOURCE)
    ]


def make_sites(host: int, clock: FakeClock) -> dict[str, Site]:
    sites: dict[str, Site] = {}
    for number in range(SOURCES_A_HOST):
        name = f"s{host}-{number}"
        kind = FeedSite if number % 2 else MastodonSite
        sites[name] = kind(written(name), clock, page_size=POSTS_A_SOURCE)
    return sites


def pauses_are_kept(log: list[LoggedRequest]) -> bool:
    """Say whether each request came no sooner after the one before than that one's kind asks for."""
    return all(
        later.time - earlier.time >= (FEED_PAUSE if earlier.path.endswith(RSS_PATH) else API_PAUSE) - 1e-6
        for earlier, later in pairwise(log)
    )


@pytest.mark.gate
@pytest.mark.allow_hosts(HOSTS)
async def test_every_post_is_stored_exactly_once_and_every_host_is_read_politely(
    sqlite_database: Database,
) -> None:
    clock = HostClock()
    sites = {address: make_sites(number, clock) for number, address in enumerate(HOSTS)}
    hosts = {
        address: Host(sites[address], address, clock, share=SHARE_OF_FAULTS, seed=number)
        for number, address in enumerate(HOSTS)
    }
    policy = CrawlPolicy(
        user_agent="kiemtin/0.1",
        html_delay=FEED_PAUSE,
        api_delay=API_PAUSE,
        timeout=20.0,
        max_body_bytes=1_000_000,
        requests_per_host_per_day=1000,
        allow_addresses=tuple(HOSTS),
    )
    with serve_hosts(hosts) as bases:
        with sqlite_database.changes() as session:
            for address, base in bases.items():
                for name, site in sites[address].items():
                    is_feed = isinstance(site, FeedSite)
                    place = f"{base}/{name}{RSS_PATH if is_feed else ''}"
                    add_source(session, name, kind="feed" if is_feed else "mastodon", address=place)
        outcomes = []
        for _ in range(MOST_RUNS):
            async with NamingClient(policy, clock, RoundTripParser(), DatabaseHostState(sqlite_database)) as client:
                results = await make_crawler(sqlite_database, client, clock, parallel=16).crawl(only_due=False)
            outcomes.append(Counter(result.outcome for result in results))
            clock.advance(timedelta(hours=1))

    with sqlite_database.work() as session:
        stored = Counter(session.scalars(select(Post.text)).all())
        by_source = dict(session.execute(select(Post.source_id, func.count()).group_by(Post.source_id)).all())
        assert all(source.enabled for source in sources.all_sources(session))
    assert stored == Counter(post.text for address in HOSTS for name in sites[address] for post in written(name))
    assert len(stored) == len(HOSTS) * SOURCES_A_HOST * POSTS_A_SOURCE == 10_000
    assert set(by_source.values()) == {POSTS_A_SOURCE}

    faults = sum((host.faults for host in hosts.values()), Counter[str]())
    assert set(faults) == set(FAULTS), "a kind of fault did not occur: the test shows too little"
    assert outcomes[0]["failed"] > 0, "no source failed at first: the test shows too little"
    assert {address for address, host in hosts.items() if host.most_at_once > 1} == set()
    assert {address for address, host in hosts.items() if not pauses_are_kept(host.log)} == set()
    robots = [sum(heard.path == "/robots.txt" for heard in host.log) for host in hosts.values()]
    assert robots == [1] * len(HOSTS)
