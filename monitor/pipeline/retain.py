"""What must not be kept is deleted: posts past their source's retention, and an author's posts on request."""

from monitor.clock import Clock
from monitor.pipeline.pseudonym import Pseudonymiser
from storage import people, posts, sources
from storage.database import Database


def retain(database: Database, clock: Clock) -> dict[str, int]:
    """Delete posts that are older than their source's retention; returns how many, by source, where any."""
    deleted: dict[str, int] = {}
    now = clock.now()
    with database.work() as session:
        for source in sources.every(session):
            if count := posts.delete_expired(session, source, now):
                deleted[source.name] = count
                people.note(session, at=now, action="retention", subject=source.name, detail={"posts": count})
        session.commit()
    return deleted


def erase(database: Database, clock: Clock, pseudonymiser: Pseudonymiser, *, kind: str, author: str) -> int:
    """Delete every post of one author on one kind of platform; returns how many there were.

    The audit trail notes that an erasure took place, without the author and without the pseudonym.
    """
    key = pseudonymiser.key(kind, author)
    now = clock.now()
    with database.work() as session:
        count = posts.delete_by_author(session, key) if key else 0
        people.note(session, at=now, action="erasure", subject=kind, detail={"posts": count})
        session.commit()
    return count
