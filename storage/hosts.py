"""Hosts: when each may be asked again, how often it was asked today, and what its robots.txt said."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.models import HostState, RobotsCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRow:
    """What is remembered of a host's pace. Times are aware UTC."""

    host: str
    ready_at: datetime | None
    closed_until: datetime | None
    refusals: int
    day_began: datetime | None
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRow:
    """What a robots.txt said, and when (UTC)."""

    place: str
    status: int
    body: bytes
    read_at: datetime


def pace_of(session: Session, host: str) -> HostRow | None:
    """Find what is remembered of a host's pace."""
    row = session.get(HostState, host)
    if row is None:
        return None
    return HostRow(
        host=row.host,
        ready_at=row.ready_at,
        closed_until=row.closed_until,
        refusals=row.refusals,
        day_began=row.day_began,
        sent=row.sent,
    )


def remember_pace(session: Session, rows: Sequence[HostRow]) -> None:
    """Remember the pace of hosts, in place of what was known."""
    values = [asdict(row) for row in rows]
    insert_ignoring(session, HostState, values, ("host",))
    session.execute(update(HostState), values)


def robots_of(session: Session, place: str) -> RobotsRow | None:
    """Find the stored copy of a robots.txt."""
    row = session.get(RobotsCopy, place)
    return None if row is None else RobotsRow(place=place, status=row.status, body=row.body, read_at=row.read_at)


def remember_robots(session: Session, row: RobotsRow) -> None:
    """Keep a copy of a robots.txt, in place of an older one."""
    values = [asdict(row)]
    insert_ignoring(session, RobotsCopy, values, ("place",))
    session.execute(update(RobotsCopy), values)


def forget_hosts(session: Session, since: datetime) -> None:
    """Drop what was not used since a time: the hosts of sources that are gone."""
    session.execute(delete(RobotsCopy).where(RobotsCopy.read_at < since))
    session.execute(delete(HostState).where(HostState.day_began < since))
