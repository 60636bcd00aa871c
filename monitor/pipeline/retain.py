"""What must not be kept is deleted: posts past their source's retention, and an author's posts on request."""

from datetime import timedelta

from monitor.clock import Clock
from monitor.collectors.registry import retention_days_for
from monitor.pipeline.captures import CaptureStore
from monitor.pipeline.pseudonym import Pseudonymiser
from storage import audit, host_state, posts, sources
from storage.database import Database

HOSTS_REMEMBERED = timedelta(days=30)


def retain(database: Database, clock: Clock, captures: CaptureStore | None = None) -> dict[str, int]:
    """Delete posts that are older than their source's retention, or than its platform allows, and their captures.

    Returns:
        How many, by source, where any.

    """
    deleted: dict[str, int] = {}
    now = clock.now()
    with database.work() as session:
        for source in sources.all_sources(session):
            if count := posts.delete_expired(
                session, source, now, retention_days_for(source.kind, source.retention_days)
            ):
                deleted[source.name] = count
                audit.record(session, at=now, action="retention", subject=source.name, detail={"posts": count})
        if captures:
            captures.forget_unused(session)
        host_state.delete_unused(session, now - HOSTS_REMEMBERED)
        session.commit()
    return deleted


def erase(
    database: Database,
    clock: Clock,
    pseudonymiser: Pseudonymiser,
    *,
    kind: str,
    author: str,
    captures: CaptureStore | None = None,
) -> int:
    """Delete every post of one author on one kind of platform, and the pages they were read from.

    Returns how many posts there were.
    The audit trail notes that an erasure took place, without the author and without the pseudonym.
    """
    key = pseudonymiser.key(kind, author)
    now = clock.now()
    with database.work() as session:
        if key and captures:
            captures.forget_author(session, key)
        count = posts.erase_author(session, key, now) if key else 0
        audit.record(session, at=now, action="erasure", subject=kind, detail={"posts": count})
        session.commit()
    return count
