"""A clock that the demo turns from day to day; between two turns it stands still."""

from datetime import datetime

from monitor.clock import SystemClock


class TurnedClock(SystemClock):
    """Tells the time it was last turned to; waits are real.

    Args:
        now: The time to begin with, UTC.

    """

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Tell the time, aware UTC."""
        return self._now

    def turn(self, now: datetime) -> None:
        """Set the time."""
        self._now = now
