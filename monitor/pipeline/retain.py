"""Deletion of posts that are past their retention."""

from datetime import timedelta

from monitor.clock import Clock
from monitor.collectors.registry import retention_days_for
from monitor.pipeline.captures import CaptureStore
from monitor.pipeline.clock_check import check_clock, require_trusted_clock
from storage import audit, host_state, posts, sources, teamwork
from storage.chain import DECISIONS
from storage.database import Database

# Longer than usual crawl intervals, so that a source in use keeps its rate limit.
HOSTS_REMEMBERED = timedelta(days=30)
HANDOVERS_KEPT = timedelta(days=90)  # they tell of a shift, and may name people


def retain(database: Database, clock: Clock, captures: CaptureStore | None = None) -> dict[str, int]:
    """Delete posts past their retention (the source's own, or less where its platform demands it), and their captures.

    Returns:
        The number of deleted posts by source name, without sources that lost none.

    Raises:
        ClockJumped: When the clock jumped ahead; nothing is deleted until a person confirms it.

    """
    deleted: dict[str, int] = {}
    now = clock.now()
    check_clock(database, clock)
    with database.work() as session:
        require_trusted_clock(session, now)
        gone: dict[str, posts.Deleted] = {}
        for source in sources.all_sources(session):
            days = retention_days_for(source.kind, source.retention_days)
            gone[source.name] = posts.delete_expired(session, source, now, days)
        if captures:
            captures.delete_unused(session)
        host_state.delete_unused(session, now - HOSTS_REMEMBERED)
        teamwork.delete_old_handovers(session, now - HANDOVERS_KEPT)
        # Last, for it locks the end of the trail until the commit.
        for name, count in gone.items():
            if count.posts:
                deleted[name] = count.posts
                audit.record(session, at=now, action="retention", subject=name, detail=_detail(count))
        session.commit()
    return deleted


def _detail(deleted: posts.Deleted) -> dict[str, int]:
    return {"posts": deleted.posts} | ({DECISIONS: deleted.decisions} if deleted.decisions else {})
