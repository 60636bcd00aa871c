"""Deletion of posts that are past their retention, and of a source with all that was read from it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.collectors.registry import retention_days_for
from monitor.crawl.captures import CaptureStore
from monitor.errors import NotReady
from monitor.operations.clock_check import check_clock, require_trusted_clock
from monitor.settings.settings import LONGEST_RETENTION_DAYS
from storage import audit
from storage.audit import DECISIONS
from storage.database import Database
from storage.models import Source
from storage.posts import host_state, posts, sources

# Longer than usual crawl intervals, so that a source in use keeps its rate limit.
HOSTS_REMEMBERED = timedelta(days=30)
BATCH = 2000  # posts deleted in one unit of work: a writer beside it waits no longer than for these


def retain(database: Database, clock: Clock, captures: CaptureStore | None = None) -> dict[str, int]:
    """Delete posts past their retention (the source's own, or less where its platform demands it), and their captures.

    Returns:
        The number of deleted posts by source name, without sources that lost none.

    Raises:
        ClockJumped: When the clock jumped ahead; nothing is deleted until a person confirms it.

    """
    now = clock.now()
    check_clock(database, clock)
    with database.work() as session:
        require_trusted_clock(session, now)
        known = sources.all_sources(session)
    gone = {source.name: _delete_expired(database, source, now) for source in known}
    if captures:
        captures.delete_unused(database)
    with database.changes() as session:
        host_state.delete_unused(session, now - HOSTS_REMEMBERED)
    return {name: count for name, count in gone.items() if count}


def _delete_expired(database: Database, source: Source, now: datetime) -> int:
    """Delete a source's posts past their retention, oldest first."""
    # A larger number may be stored, with which no date can be counted: it must not stop the deletion for all sources.
    days = min(retention_days_for(source.kind, source.retention_days), LONGEST_RETENTION_DAYS)
    return delete_in_batches(
        database, source.name, now, lambda session: posts.delete_expired(session, source.id, now, days, BATCH)
    )


def delete_in_batches(database: Database, name: str, now: datetime, delete: Callable[[Session], posts.Deleted]) -> int:
    """Delete posts of a source until none is left; each batch is a unit of work with its audit event.

    Args:
        database: The posts.
        name: The source.
        now: The present time, UTC.
        delete: Deletes one batch.

    """
    deleted = 0
    while True:
        with database.changes() as session:
            batch = delete(session)
            if not batch.posts:
                return deleted
            # Last, for it locks the end of the trail until the commit.
            audit.record(session, at=now, action="retention", subject=name, detail=_detail(batch))
        deleted += batch.posts


def _detail(deleted: posts.Deleted) -> dict[str, int]:
    return {"posts": deleted.posts} | ({DECISIONS: deleted.decisions} if deleted.decisions else {})


def remove_source(database: Database, clock: Clock, captures: CaptureStore, name: str) -> int:
    """Delete a source, its posts with flags and decisions, and its captures; returns how many posts.

    Args:
        database: Where it stands.
        clock: Tells the time.
        captures: The captured pages.
        name: The source.

    Raises:
        NotFound: When there is none of that name.
        NotReady: When a program reads it at this moment.

    """
    now = clock.now()
    with database.work() as session:
        source = sources.by_name(session, name)
        # First, so that no reading begins while its posts go.
        sources.set_enabled(session, source, enabled=False, why="it is being removed")
        session.commit()
        if sources.is_leased(session, source.id, now):
            raise NotReady(f"{name} is being read at this moment; it is switched off now: try again in a few minutes")
    deleted = delete_in_batches(database, name, now, lambda session: posts.delete_of_source(session, source.id, BATCH))
    captures.delete_unused(database)  # before the rows go that name their files
    with database.changes() as session:
        sources.remove(session, source.id)
        audit.record(session, at=now, action="source.removed", subject=name, detail={"posts": deleted})
    return deleted
