"""What is remembered of hosts is there for the next program, and what is long unused is not kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.models import HostState, RobotsCopy
from storage.posts import host_state
from tests.clock import MONDAY_MORNING

PACE: dict[str, Any] = {
    "host": "forum.example.vn",
    "ready_at": MONDAY_MORNING + timedelta(seconds=5),
    "closed_until": None,
    "refusals": 1,
    "day_began": MONDAY_MORNING,
    "sent": 7,
}
ROBOTS: dict[str, Any] = {
    "url": "https://forum.example.vn/robots.txt",
    "status": 200,
    "body": b"User-agent: *\xff\0",
    "read_at": MONDAY_MORNING,
}


def stored(database: Database, host: str = PACE["host"]) -> dict[str, Any] | None:
    with database.work() as session:
        row = session.get(HostState, host)
        return row and {name: getattr(row, name) for name in PACE}


def stored_robots(database: Database, url: str = ROBOTS["url"]) -> dict[str, Any] | None:
    with database.work() as session:
        row = session.get(RobotsCopy, url)
        return row and {name: getattr(row, name) for name in ROBOTS}


def test_what_was_remembered_is_found_and_replaced(database: Database) -> None:
    other = PACE | {"host": "báo.example.vn", "sent": 1}
    newer = PACE | {"sent": 8, "closed_until": MONDAY_MORNING}
    for pace, robots in ((other, ROBOTS), (PACE, ROBOTS), (newer, ROBOTS | {"status": 404})):
        with database.changes() as session:
            host_state.save(session, HostState, pace)
            host_state.save(session, RobotsCopy, robots)
    assert (stored(database), stored(database, "báo.example.vn")) == (newer, other)
    assert stored(database, "unknown.example.vn") is None
    assert stored_robots(database) == ROBOTS | {"status": 404}
    assert stored_robots(database, "https://unknown.example.vn/robots.txt") is None


def test_what_is_long_unused_is_forgotten(database: Database) -> None:
    for since, left in ((MONDAY_MORNING, (PACE, ROBOTS)), (MONDAY_MORNING + timedelta(seconds=1), (None, None))):
        with database.changes() as session:
            host_state.save(session, HostState, PACE)
            host_state.save(session, RobotsCopy, ROBOTS)
            host_state.delete_unused(session, since)
        assert (stored(database), stored_robots(database)) == left


def take(database: Database, owner: str, *, seen: datetime | None, now: datetime = MONDAY_MORNING) -> bool:
    with database.changes() as session:
        return host_state.lease(
            session, PACE["host"], owner=owner, ready_at=seen, now=now, until=now + timedelta(seconds=30)
        )


def test_a_host_is_taken_by_one_program_until_it_is_released(database: Database) -> None:
    assert take(database, "one", seen=None)
    assert not take(database, "other", seen=None)
    for owner, given_back in (("other", False), ("one", True)):  # the first gives back what is not its own
        with database.changes() as session:
            host_state.release(session, PACE["host"], owner)
        assert take(database, "other", seen=None) is given_back


def test_a_host_that_was_asked_meanwhile_is_looked_at_again_before_it_is_taken(database: Database) -> None:
    with database.changes() as session:
        host_state.save(session, HostState, PACE)
    assert not take(database, "one", seen=None)
    assert not take(database, "one", seen=MONDAY_MORNING)
    assert take(database, "one", seen=PACE["ready_at"])


@pytest.mark.parametrize("now", [MONDAY_MORNING + timedelta(seconds=30), MONDAY_MORNING - timedelta(days=1)])
def test_a_program_that_died_or_had_a_wrong_clock_holds_a_host_for_no_longer(database: Database, now: datetime) -> None:
    assert take(database, "one", seen=None)
    assert take(database, "other", seen=None, now=now)


def test_of_many_programs_at_once_one_takes_a_host(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda number: take(database, f"program {number}", seen=None), range(8)))
    assert taken.count(True) == 1
