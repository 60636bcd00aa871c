"""Host state in the database: rate limits and robots.txt copies that hold across programs and restarts."""

import uuid
from dataclasses import asdict
from datetime import datetime

from monitor.collectors.http.host_state import RememberedPace, RememberedRobots
from storage import host_state
from storage.database import Database
from storage.host_state import HostRow, RobotsRow


class DatabaseHostState:
    """Implements the HTTP client's `HostMemory` on the database.

    Args:
        database: Where the state is stored.

    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._owner = uuid.uuid4().hex

    def pace(self, host: str) -> RememberedPace | None:
        """Return the rate-limit state of a host."""
        with self._database.work() as session:
            row = host_state.rate_limit_of(session, host)
        return RememberedPace(**asdict(row)) if row else None

    def take(self, host: str, ready_at: datetime | None, now: datetime, until: datetime) -> bool:
        """Lease a host for one request, unless another program holds it or sent a request since `ready_at` was read."""
        with self._database.work() as session:
            taken = host_state.lease(session, host, owner=self._owner, ready_at=ready_at, now=now, until=until)
            session.commit()
        return taken

    def give_back(self, pace: RememberedPace) -> None:
        """Store the new state of a host and end the lease."""
        with self._database.work() as session:
            host_state.save_rate_limits(session, [HostRow(**asdict(pace))])
            host_state.release(session, pace.host, self._owner)
            session.commit()

    def robots(self, place: str) -> RememberedRobots | None:
        """Return the stored copy of a robots.txt, of any age."""
        with self._database.work() as session:
            row = host_state.robots_of(session, place)
        if row is None:
            return None
        return RememberedRobots(place=row.url, status=row.status, body=row.body, read_at=row.read_at)

    def keep_robots(self, copy: RememberedRobots) -> None:
        """Store a copy of a robots.txt."""
        with self._database.work() as session:
            row = RobotsRow(url=copy.place, status=copy.status, body=copy.body, read_at=copy.read_at)
            host_state.save_robots(session, row)
            session.commit()
