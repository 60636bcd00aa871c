"""What one crawl leaves in the database for the next, as the site sees it: each crawl is another program."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.demo.sites import FeedSite, serve
from monitor.demo.sites.feed_site import RSS_PATH
from storage.database import Database
from storage.models import Capture
from tests.clock import FakeClock
from tests.monitor.collectors.feed_samples import article
from tests.monitor.conftest import Crawl, Register


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    return FeedSite([article(number) for number in range(1, 4)], clock)


@pytest.fixture
def address(site: FeedSite) -> Iterator[str]:
    with serve(site) as base:
        yield base + RSS_PATH


def validators_sent(site: FeedSite) -> list[tuple[str | None, str | None]]:
    """List the validators of all requests for the feed."""
    names = ("if-none-match", "if-modified-since")
    sent = [[request.headers.get(name) for name in names] for request in site.seen(RSS_PATH)]
    return [(tag, date) for tag, date in sent]


async def test_validators_are_sent_by_the_next_program_and_give_way_to_newer_ones(
    site: FeedSite, address: str, register: Register, crawl: Crawl, sqlite_database: Database, clock: FakeClock
) -> None:
    register("newspaper", address)
    outcomes = [(await crawl())["newspaper"].outcome for _ in range(2)]
    clock.advance(timedelta(hours=1))
    site.edit("bai-002", "Bản đã sửa")
    outcomes += [(await crawl())["newspaper"].outcome for _ in range(2)]

    assert outcomes == ["ok", "unchanged", "ok", "unchanged"]
    with sqlite_database.work() as session:
        statuses = session.scalars(select(Capture.status).order_by(Capture.id)).all()
    assert statuses == [200, 304, 200, 304]
    first, second, third, fourth = validators_sent(site)
    assert first == (None, None)
    assert None not in second
    assert second == third
    assert None not in fourth
    assert fourth[0] != third[0]


async def test_answer_that_could_not_be_stored_is_asked_for_again_as_if_it_had_never_come(
    site: FeedSite, address: str, register: Register, crawl: Crawl, sqlite_database: Database
) -> None:
    register("newspaper", address)
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON posts BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    assert (await crawl())["newspaper"].outcome == "failed"
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")

    result = (await crawl())["newspaper"]
    assert (result.outcome, result.new) == ("ok", 3)
    assert validators_sent(site) == [(None, None), (None, None)]
