"""Deleting what is past its retention: every program that reads or scores does it, so that no schedule forgets it."""

from monitor.bootstrap import Application
from monitor.pipeline.retain import retain


def delete_expired(app: Application) -> str:
    """Delete posts past their source's retention; says how many, or nothing when there were none."""
    deleted = retain(app.ready_database, app.clock, app.captures)
    return ", ".join(f"{name}: {count} posts deleted" for name, count in deleted.items())


def as_line(deleted: str) -> str:
    """Say it on a line of its own, if there is anything to say."""
    return f"Past their retention: {deleted}" if deleted else ""
