"""Hosts: when the next request is allowed, how many were sent today, and the stored copy of each robots.txt."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from storage.database import count_changed, insert_ignoring
from storage.models import HostState, RobotsCopy

_LONGEST = timedelta(hours=1)


def save(session: Session, table: type[HostState | RobotsCopy], values: Mapping[str, Any]) -> None:
    """Store the rate-limit state of a host, or a copy of its robots.txt, by column in place of what was stored."""
    insert_ignoring(session, table, [values], [column.name for column in table.__table__.primary_key])
    session.execute(update(table), [values])


def lease(
    session: Session, host: str, *, owner: str, ready_at: datetime | None, now: datetime, until: datetime
) -> bool:
    """Lease a host for one request, if nobody holds it and its `ready_at` is still the one that was read.

    Args:
        session: The unit of work; committed at once, so that others see it.
        host: Its name.
        owner: Who takes the lease.
        ready_at: The value that was read; another one means that another program sent a request since.
        now: The time, UTC.
        until: When the lease ends, even if it is never released.

    Returns:
        Whether the lease was taken.

    """
    values = [{"host": host, "ready_at": None, "closed_until": None, "refusals": 0, "day_began": None, "sent": 0}]
    insert_ignoring(session, HostState, values, ("host",))
    # A lease that ends far in the future was written with a wrong clock and must not block the host.
    is_free = or_(HostState.lease_until.is_(None), HostState.lease_until <= now, HostState.lease_until > now + _LONGEST)
    unchanged = HostState.ready_at.is_(None) if ready_at is None else HostState.ready_at == ready_at
    taking = update(HostState).where(HostState.host == host, is_free, unchanged)
    return count_changed(session, taking.values(lease_owner=owner, lease_until=until)) == 1


def release(session: Session, host: str, owner: str) -> None:
    """End a lease; nothing happens when it had run out and another program holds the host."""
    mine = update(HostState).where(HostState.host == host, HostState.lease_owner == owner)
    session.execute(mine.values(lease_owner=None, lease_until=None))


def delete_unused(session: Session, since: datetime) -> None:
    """Delete the state of hosts that were not used since a time: their sources were removed."""
    session.execute(delete(RobotsCopy).where(RobotsCopy.read_at < since))
    session.execute(delete(HostState).where(HostState.day_began < since))
