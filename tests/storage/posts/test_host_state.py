"""What is remembered of hosts is there for the next program, and what is long unused is not kept."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from storage.database import Database
from storage.posts import host_state
from storage.posts.host_state import HostRow, RobotsRow
from tests.clock import MONDAY_MORNING

PACE = HostRow(
    host="forum.example.vn",
    ready_at=MONDAY_MORNING + timedelta(seconds=5),
    closed_until=None,
    refusals=1,
    day_began=MONDAY_MORNING,
    sent=7,
)
ROBOTS = RobotsRow(
    url="https://forum.example.vn/robots.txt", status=200, body=b"User-agent: *\xff\0", read_at=MONDAY_MORNING
)


def test_what_was_remembered_is_found_and_replaced(database: Database) -> None:
    other = replace(PACE, host="báo.example.vn", sent=1)
    for rows in ([PACE, other], [replace(PACE, sent=8, closed_until=MONDAY_MORNING)]):
        with database.work() as session:
            host_state.save_rate_limits(session, rows)
            host_state.save_robots(session, replace(ROBOTS, status=404) if len(rows) == 1 else ROBOTS)
            session.commit()
    with database.work() as session:
        assert host_state.rate_limit_of(session, "forum.example.vn") == replace(
            PACE, sent=8, closed_until=MONDAY_MORNING
        )
        assert host_state.rate_limit_of(session, "báo.example.vn") == other
        assert host_state.rate_limit_of(session, "unknown.example.vn") is None
        assert host_state.robots_of(session, ROBOTS.url) == replace(ROBOTS, status=404)
        assert host_state.robots_of(session, "https://unknown.example.vn/robots.txt") is None


def test_what_is_long_unused_is_forgotten(database: Database) -> None:
    with database.work() as session:
        host_state.save_rate_limits(session, [PACE])
        host_state.save_robots(session, ROBOTS)
        host_state.delete_unused(session, MONDAY_MORNING)
        assert host_state.rate_limit_of(session, PACE.host) is not None
        assert host_state.robots_of(session, ROBOTS.url) is not None
        host_state.delete_unused(session, MONDAY_MORNING + timedelta(seconds=1))
        session.expire_all()
        assert host_state.rate_limit_of(session, PACE.host) is None
        assert host_state.robots_of(session, ROBOTS.url) is None


def take(database: Database, owner: str, *, seen: datetime | None, now: datetime = MONDAY_MORNING) -> bool:
    with database.work() as session:
        taken = host_state.lease(
            session, PACE.host, owner=owner, ready_at=seen, now=now, until=now + timedelta(seconds=30)
        )
        session.commit()
    return taken


def test_a_host_is_taken_by_one_program_until_it_is_released(database: Database) -> None:
    assert take(database, "one", seen=None)
    assert not take(database, "other", seen=None)
    with database.work() as session:
        host_state.release(session, PACE.host, "other")  # not its own
        session.commit()
    assert not take(database, "other", seen=None)
    with database.work() as session:
        host_state.release(session, PACE.host, "one")
        session.commit()
    assert take(database, "other", seen=None)


def test_a_host_that_was_asked_meanwhile_is_looked_at_again_before_it_is_taken(database: Database) -> None:
    with database.work() as session:
        host_state.save_rate_limits(session, [PACE])
        session.commit()
    assert not take(database, "one", seen=None)
    assert not take(database, "one", seen=MONDAY_MORNING)
    assert take(database, "one", seen=PACE.ready_at)


@pytest.mark.parametrize("now", [MONDAY_MORNING + timedelta(seconds=30), MONDAY_MORNING - timedelta(days=1)])
def test_a_program_that_died_or_had_a_wrong_clock_holds_a_host_for_no_longer(database: Database, now: datetime) -> None:
    assert take(database, "one", seen=None)
    assert take(database, "other", seen=None, now=now)


def test_of_many_programs_at_once_one_takes_a_host(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda number: take(database, f"program {number}", seen=None), range(8)))
    assert taken.count(True) == 1
