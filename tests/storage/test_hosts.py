"""What is remembered of hosts is there for the next program, and what is long unused is not kept."""

from dataclasses import replace
from datetime import timedelta

from storage import hosts
from storage.database import Database
from storage.hosts import HostRow, RobotsRow
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
    place="https://forum.example.vn/robots.txt", status=200, body=b"User-agent: *\xff\0", read_at=MONDAY_MORNING
)


def test_what_was_remembered_is_found_and_replaced(database: Database) -> None:
    other = replace(PACE, host="báo.example.vn", sent=1)
    for rows in ([PACE, other], [replace(PACE, sent=8, closed_until=MONDAY_MORNING)]):
        with database.work() as session:
            hosts.remember_pace(session, rows)
            hosts.remember_robots(session, replace(ROBOTS, status=404) if len(rows) == 1 else ROBOTS)
            session.commit()
    with database.work() as session:
        assert hosts.pace_of(session, "forum.example.vn") == replace(PACE, sent=8, closed_until=MONDAY_MORNING)
        assert hosts.pace_of(session, "báo.example.vn") == other
        assert hosts.pace_of(session, "unknown.example.vn") is None
        assert hosts.robots_of(session, ROBOTS.place) == replace(ROBOTS, status=404)
        assert hosts.robots_of(session, "https://unknown.example.vn/robots.txt") is None


def test_what_is_long_unused_is_forgotten(database: Database) -> None:
    with database.work() as session:
        hosts.remember_pace(session, [PACE])
        hosts.remember_robots(session, ROBOTS)
        hosts.forget_hosts(session, MONDAY_MORNING)
        assert hosts.pace_of(session, PACE.host) is not None
        assert hosts.robots_of(session, ROBOTS.place) is not None
        hosts.forget_hosts(session, MONDAY_MORNING + timedelta(seconds=1))
        session.expire_all()
        assert hosts.pace_of(session, PACE.host) is None
        assert hosts.robots_of(session, ROBOTS.place) is None
