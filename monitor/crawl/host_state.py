"""Host state in the database: rate limits and robots.txt copies that hold across programs and restarts."""

import uuid
from dataclasses import asdict
from datetime import datetime

from monitor.collectors.http.host_state import HostState, StoredRobots
from storage.database import Database
from storage.posts import host_state
from storage.posts.host_state import HostRow, RobotsRow


class DatabaseHostState:
    """Implements the HTTP client's `HostStateStore` on the database.

    Args:
        database: Where the state is stored.

    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._owner = uuid.uuid4().hex

    def load(self, host: str) -> HostState | None:
        """Return the stored state of a host."""
        with self._database.work() as session:
            row = host_state.rate_limit_of(session, host)
        return HostState(**asdict(row)) if row else None

    def acquire(self, host: str, ready_at: datetime | None, now: datetime, until: datetime) -> bool:
        """Lease a host for one request, unless another program holds it or sent a request since `ready_at`."""
        with self._database.work() as session:
            granted = host_state.lease(session, host, owner=self._owner, ready_at=ready_at, now=now, until=until)
            session.commit()
        return granted

    def release(self, state: HostState) -> None:
        """Store the state of a host and end the lease."""
        with self._database.work() as session:
            host_state.save_rate_limits(session, [HostRow(**asdict(state))])
            host_state.release(session, state.host, self._owner)
            session.commit()

    def load_robots(self, url: str) -> StoredRobots | None:
        """Return the stored copy of a robots.txt, however old."""
        with self._database.work() as session:
            row = host_state.robots_of(session, url)
        if row is None:
            return None
        return StoredRobots(url=row.url, status=row.status, body=row.body, read_at=row.read_at)

    def save_robots(self, robots: StoredRobots) -> None:
        """Store a copy of a robots.txt."""
        with self._database.work() as session:
            row = RobotsRow(url=robots.url, status=robots.status, body=robots.body, read_at=robots.read_at)
            host_state.save_robots(session, row)
            session.commit()
