"""A clock that stands still until it is set: the demo sets it to each of its days."""

from datetime import datetime

from monitor.clock import SystemClock


class ManualClock(SystemClock):
    """Tells the time that it was last set to; waits are real.

    Args:
        now: The first time, UTC.

    """

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Set the time."""
        self._now = now
