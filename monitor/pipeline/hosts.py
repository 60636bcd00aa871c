"""Keeps in the database what the polite client must remember of hosts, so that its programs are polite together."""

from collections.abc import Sequence
from dataclasses import asdict

from monitor.collectors.memory import RememberedPace, RememberedRobots
from storage import hosts
from storage.database import Database
from storage.hosts import HostRow, RobotsRow


class StoredHosts:
    """The memory of the polite client.

    Args:
        database: Where it is kept.

    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def pace(self, host: str) -> RememberedPace | None:
        """Give what is known of a host."""
        with self._database.work() as session:
            row = hosts.pace_of(session, host)
        return RememberedPace(**asdict(row)) if row else None

    def keep_pace(self, paces: Sequence[RememberedPace]) -> None:
        """Keep what is now known of hosts."""
        if not paces:
            return
        with self._database.work() as session:
            hosts.remember_pace(session, [HostRow(**asdict(pace)) for pace in paces])
            session.commit()

    def robots(self, place: str) -> RememberedRobots | None:
        """Give the copy of a robots.txt, however old."""
        with self._database.work() as session:
            row = hosts.robots_of(session, place)
        return RememberedRobots(**asdict(row)) if row else None

    def keep_robots(self, copy: RememberedRobots) -> None:
        """Keep a copy of a robots.txt."""
        with self._database.work() as session:
            hosts.remember_robots(session, RobotsRow(**asdict(copy)))
            session.commit()
