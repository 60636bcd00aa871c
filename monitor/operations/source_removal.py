"""Removal of a source with all that was read from it. One that is killed is run again."""

from monitor.clock import Clock
from monitor.crawl.captures import CaptureStore
from monitor.errors import NotReady
from monitor.operations.retain import BATCH, delete_in_batches
from storage import audit
from storage.database import Database
from storage.posts import posts, sources


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
    with database.work() as session:
        sources.remove(session, source.id)
        audit.record(session, at=now, action="source.removed", subject=name, detail={"posts": deleted})
        session.commit()
    return deleted
