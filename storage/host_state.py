"""Hosts: when each may be asked again, how often it was asked today, and what its robots.txt said."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, update
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.models import HostState, RobotsCopy

_LONGEST = timedelta(hours=1)


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


def rate_limit_of(session: Session, host: str) -> HostRow | None:
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


def save_rate_limits(session: Session, rows: Sequence[HostRow]) -> None:
    """Remember the pace of hosts, in place of what was known."""
    values = [asdict(row) for row in rows]
    insert_ignoring(session, HostState, values, ("host",))
    session.execute(update(HostState), values)


def lease(
    session: Session, host: str, *, owner: str, ready_at: datetime | None, now: datetime, until: datetime
) -> bool:
    """Take a host for one request, if nobody has it and its `ready_at` is still the one that was seen.

    Args:
        session: The unit of work; committed at once, so that others see it.
        host: Its name.
        owner: Who takes it.
        ready_at: As it was seen; another value means that another program asked the host since.
        now: The time, UTC.
        until: When the lease ends, even if it is never released.

    Returns:
        Whether it is taken.

    """
    values = [{"host": host, "ready_at": None, "closed_until": None, "refusals": 0, "day_began": None, "sent": 0}]
    insert_ignoring(session, HostState, values, ("host",))
    # A lease that ends far ahead comes from a clock that was wrong.
    is_free = or_(HostState.lease_until.is_(None), HostState.lease_until <= now, HostState.lease_until > now + _LONGEST)
    unchanged = HostState.ready_at.is_(None) if ready_at is None else HostState.ready_at == ready_at
    taking = update(HostState).where(HostState.host == host, is_free, unchanged)
    result = session.execute(taking.values(lease_owner=owner, lease_until=until))
    return cast("CursorResult[Any]", result).rowcount == 1


def release(session: Session, host: str, owner: str) -> None:
    """Let others take a host; nothing happens when the lease ended and another has it."""
    mine = update(HostState).where(HostState.host == host, HostState.lease_owner == owner)
    session.execute(mine.values(lease_owner=None, lease_until=None))


def robots_of(session: Session, place: str) -> RobotsRow | None:
    """Find the stored copy of a robots.txt."""
    row = session.get(RobotsCopy, place)
    return None if row is None else RobotsRow(place=place, status=row.status, body=row.body, read_at=row.read_at)


def save_robots(session: Session, row: RobotsRow) -> None:
    """Keep a copy of a robots.txt, in place of an older one."""
    values = [asdict(row)]
    insert_ignoring(session, RobotsCopy, values, ("place",))
    session.execute(update(RobotsCopy), values)


def delete_unused(session: Session, since: datetime) -> None:
    """Drop what was not used since a time: the hosts of sources that are gone."""
    session.execute(delete(RobotsCopy).where(RobotsCopy.read_at < since))
    session.execute(delete(HostState).where(HostState.day_began < since))
