"""A clock that jumps deletes nothing and stops nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.errors import ClockJumped
from monitor.operations.clock_check import check_clock, confirm_clock
from monitor.operations.retain import retain
from storage.database import Database
from storage.models import AuditEvent, Post
from storage.posts import sources
from tests.clock import FakeClock
from tests.factories import add_post, add_source


@pytest.fixture
def used(database: Database, clock: FakeClock) -> Database:
    """A home in use: one source was read just now, and its post is past its retention in 180 days."""
    with database.changes() as session:
        source = add_source(session)
        add_post(session, source, collected_at=clock.now())
        sources.record_success(session, source, clock.now())
    assert check_clock(database, clock) == ""
    return database


def count_posts(database: Database) -> int:
    with database.work() as session:
        return len(session.scalars(select(Post)).all())


def is_due(database: Database, clock: FakeClock) -> bool:
    with database.work() as session:
        now = clock.now()
        return bool(sources.lease(session, owner="me", now=now, until=now + timedelta(hours=1), only_due=True))


def test_nothing_is_deleted_after_a_jump_until_a_person_confirms_it(used: Database, clock: FakeClock) -> None:
    clock.advance(timedelta(days=7))
    assert retain(used, clock) == {}, "a holiday of a week is no jump"
    clock.advance(timedelta(days=400))
    for _ in range(2):
        with pytest.raises(ClockJumped, match=r"400 days after .* nothing was deleted: .*`kiemtin db confirm-clock`$"):
            retain(used, clock)
        assert count_posts(used) == 1
    confirm_clock(used, clock)
    assert retain(used, clock) == {"forum": 1}
    with used.work() as session:
        actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["clock.confirmed", "retention"]


def test_a_clock_that_was_set_right_again_needs_no_person(used: Database, clock: FakeClock) -> None:
    clock.advance(timedelta(days=400))
    with pytest.raises(ClockJumped):
        retain(used, clock)
    clock.advance(-timedelta(days=399))
    assert "the clock went back" in check_clock(used, clock)
    assert retain(used, clock) == {}
    assert count_posts(used) == 1


def test_a_clock_that_lost_its_time_dates_no_post(used: Database, clock: FakeClock) -> None:
    clock.advance(-timedelta(days=400))
    for _ in range(2):
        assert "set it, or, if it is right, run `kiemtin db confirm-clock`" in check_clock(used, clock)
    clock.advance(timedelta(days=400))
    assert check_clock(used, clock) == ""
    assert (retain(used, clock), count_posts(used)) == ({}, 1)


@pytest.mark.parametrize("days", [3, 30])
def test_what_was_read_by_a_clock_that_ran_ahead_is_read_again(used: Database, clock: FakeClock, days: int) -> None:
    clock.advance(timedelta(days=days))
    check_clock(used, clock)
    with used.changes() as session:
        sources.record_success(session, sources.by_name(session, "forum"), clock.now())
        add_post(session, sources.by_name(session, "forum"), "ahead", collected_at=clock.now())
    clock.advance(-timedelta(days=days))
    assert not is_due(used, clock)
    assert "and 1 posts count as collected now" in check_clock(used, clock)
    assert is_due(used, clock)
    with used.work() as session:
        assert max(session.scalars(select(Post.collected_at))) == clock.now()
    assert check_clock(used, clock) == ""


def test_a_home_that_was_never_looked_at_goes_by_what_it_stores(database: Database, clock: FakeClock) -> None:
    with database.changes() as session:
        add_post(session, add_source(session, now=clock.now()), collected_at=clock.now())
    clock.advance(timedelta(days=400))
    with pytest.raises(ClockJumped):
        retain(database, clock)
    assert count_posts(database) == 1
