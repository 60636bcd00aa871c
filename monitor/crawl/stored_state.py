"""What a crawl leaves for the next one: rate limits and robots.txt of each host, and a cursor without erased posts."""

import uuid
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, TypeVar

from monitor.collectors.http.host_state import HostState, StoredRobots
from storage import models
from storage.database import Database
from storage.posts import host_state

State = TypeVar("State", HostState, StoredRobots)


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
            return _value(HostState, session.get(models.HostState, host))

    def acquire(self, host: str, ready_at: datetime | None, now: datetime, until: datetime) -> bool:
        """Lease a host for one request, unless another program holds it or sent a request since `ready_at`."""
        with self._database.changes() as session:
            return host_state.lease(session, host, owner=self._owner, ready_at=ready_at, now=now, until=until)

    def release(self, state: HostState) -> None:
        """Store the state of a host and end the lease."""
        with self._database.changes() as session:
            host_state.save(session, models.HostState, asdict(state))
            host_state.release(session, state.host, self._owner)

    def load_robots(self, url: str) -> StoredRobots | None:
        """Return the stored copy of a robots.txt, however old."""
        with self._database.work() as session:
            return _value(StoredRobots, session.get(models.RobotsCopy, url))

    def save_robots(self, robots: StoredRobots) -> None:
        """Store a copy of a robots.txt."""
        with self._database.changes() as session:
            host_state.save(session, models.RobotsCopy, asdict(robots))


def _value(kind: type[State], row: object) -> State | None:
    """Take the columns that a value has from a row."""
    return kind(**{each.name: getattr(row, each.name) for each in fields(kind)}) if row else None


def without_posts(cursor: Mapping[str, Any] | None, external_ids: AbstractSet[str]) -> Mapping[str, Any] | None:
    """Return a cursor without the entries of its lists that name one of the posts: addresses often hold the author.

    Args:
        cursor: Of a batch; plain data.
        external_ids: The posts' identifiers.

    """
    return {key: _without(value, external_ids) for key, value in cursor.items()} if cursor and external_ids else cursor


def _without(value: Any, external_ids: AbstractSet[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _without(each, external_ids) for key, each in value.items() if key not in external_ids}
    if isinstance(value, list | tuple):
        return [_without(each, external_ids) for each in value if not _names(each, external_ids)]
    return value


def _names(entry: Any, external_ids: AbstractSet[str]) -> bool:
    """Tell whether an entry is the identifier of a post, or a row that holds it, such as `[number, identifier]`."""
    return any(isinstance(each, str) and each in external_ids for each in _parts(entry))


def _parts(entry: Any) -> list[Any]:
    return list(entry) if isinstance(entry, list | tuple) else [entry]
