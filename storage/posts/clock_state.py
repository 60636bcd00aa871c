"""The newest trusted time, and what stands in the future when the clock went back."""

from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from storage.database import insert_ignoring
from storage.models import AuditEvent, ClockState, CrawlRun, Flag, HostState, Post, Source


def load(session: Session, now: datetime) -> ClockState:
    """Return the state of the clock; the first one takes the newest stored time, or `now` where nothing is stored."""
    state = session.scalar(select(ClockState).with_for_update())
    if state is None:
        columns = (Source.created_at, CrawlRun.started_at, Post.collected_at, AuditEvent.at)
        newest = [session.scalar(select(func.max(column))) for column in columns]
        trusted = max((time for time in newest if time), default=now)
        insert_ignoring(session, ClockState, [{"id": 1, "trusted_at": trusted}], ("id",))
        state = session.scalars(select(ClockState).with_for_update()).one()
    return state


def trusted_at(session: Session) -> datetime | None:
    """Return the newest trusted time; None where none is stored."""
    return session.scalar(select(ClockState.trusted_at))


def forget_future(session: Session, now: datetime) -> int:
    """Correct what a clock that ran ahead left in the future, so that work goes on; returns how many posts it dated.

    Sources that were read become due, leases end, hosts may be asked, and posts count as collected now.
    """
    read_ahead = or_(Source.last_success_at > now, Source.next_due_at > now)
    session.execute(update(Source).where(read_ahead).values(next_due_at=None))
    session.execute(update(Source).where(Source.last_success_at > now).values(last_success_at=now))
    for table in (Source, Flag, HostState):
        session.execute(update(table).where(table.lease_until > now).values(lease_owner=None, lease_until=None))
    session.execute(update(HostState).where(HostState.ready_at > now).values(ready_at=None))
    session.execute(update(HostState).where(HostState.closed_until > now).values(closed_until=None))
    session.execute(update(HostState).where(HostState.day_began > now).values(day_began=now))
    ahead = session.scalar(select(func.count()).select_from(Post).where(Post.collected_at > now)) or 0
    session.execute(update(Post).where(Post.collected_at > now).values(collected_at=now))
    return ahead
