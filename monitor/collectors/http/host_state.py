"""The state of each host that outlives a program: rate limit and robots.txt. The caller chooses where it is stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(slots=True, kw_only=True)
class HostState:
    """The rate limit of one host. Times are aware UTC.

    Args:
        host: Its name or address, without a port.
        ready_at: When the pause after the last request ends.
        closed_until: Until when the host asked us to wait.
        refusals: How many times in a row it asked so.
        day_began: The start of the 24 hours that `sent` counts.
        sent: Requests sent in these 24 hours.

    """

    host: str
    ready_at: datetime | None = None
    closed_until: datetime | None = None
    refusals: int = 0
    day_began: datetime | None = None
    sent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRobots:
    """What the robots.txt at `url` answered at `read_at` (UTC)."""

    url: str
    status: int
    body: bytes
    read_at: datetime


class HostStateStore(Protocol):
    """Stores host state, and leases hosts so that programs do not send requests to one host at the same time."""

    def load(self, host: str) -> HostState | None:
        """Return the stored state of a host."""
        ...

    def acquire(self, host: str, ready_at: datetime | None, now: datetime, until: datetime) -> bool:
        """Lease a host for one request.

        Args:
            host: Its name or address.
            ready_at: As it was last loaded; the lease is refused when another program sent a request since.
            now: The time.
            until: When the lease ends if it is never released.

        Returns:
            Whether the lease was granted.

        """
        ...

    def release(self, state: HostState) -> None:
        """Store the state of a host and end the lease."""
        ...

    def load_robots(self, url: str) -> StoredRobots | None:
        """Return the stored copy of a robots.txt, however old."""
        ...

    def save_robots(self, robots: StoredRobots) -> None:
        """Store a copy of a robots.txt."""
        ...
