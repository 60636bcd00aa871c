"""What the polite client remembers of hosts from one program to the next; where it is kept is not its business."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedPace:
    """How a host was read so far. Times are aware UTC.

    Args:
        host: Its name or address, without a port.
        ready_at: When the pause after the last request ends.
        closed_until: Until when it asked us to wait.
        refusals: How often in a row it asked so.
        day_began: Since when `sent` counts.
        sent: How many requests it had in these 24 hours.

    """

    host: str
    ready_at: datetime | None
    closed_until: datetime | None
    refusals: int
    day_began: datetime | None
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedRobots:
    """What the robots.txt at `place` answered at `read_at` (UTC)."""

    place: str
    status: int
    body: bytes
    read_at: datetime


class HostMemory(Protocol):
    """Keeps what must outlive a program."""

    def pace(self, host: str) -> RememberedPace | None:
        """Give what is known of a host."""
        ...

    def take(self, host: str, ready_at: datetime | None, now: datetime, until: datetime) -> bool:
        """Take a host for one request, so that no other program asks it meanwhile.

        Args:
            host: Its name or address.
            ready_at: As it was last seen; the host is not taken when another program has asked it since.
            now: The time.
            until: When the host is free again even if it is never given back.

        Returns:
            Whether it is taken.

        """
        ...

    def give_back(self, pace: RememberedPace) -> None:
        """Keep what is now known of a host, and let other programs ask it."""
        ...

    def robots(self, place: str) -> RememberedRobots | None:
        """Give the copy of a robots.txt, however old."""
        ...

    def keep_robots(self, copy: RememberedRobots) -> None:
        """Keep a copy of a robots.txt."""
        ...


class NoMemory:
    """Remembers nothing: every program begins anew."""

    def pace(self, host: str) -> RememberedPace | None:  # noqa: ARG002 - the signature is the protocol's
        """Know nothing."""
        return None

    def take(self, host: str, ready_at: datetime | None, now: datetime, until: datetime) -> bool:  # noqa: ARG002 - the signature is the protocol's
        """Share with nobody."""
        return True

    def give_back(self, pace: RememberedPace) -> None:
        """Keep nothing."""

    def robots(self, place: str) -> RememberedRobots | None:  # noqa: ARG002 - the signature is the protocol's
        """Know nothing."""
        return None

    def keep_robots(self, copy: RememberedRobots) -> None:
        """Keep nothing."""
