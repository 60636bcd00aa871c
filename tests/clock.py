"""A clock that tests turn themselves."""

import asyncio
from datetime import UTC, datetime, timedelta

MONDAY_MORNING = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # nine o'clock in Hà Nội


class FakeClock:
    """Stands still until it is told to go on; who sleeps moves it forward and waits for nothing.

    Args:
        start: The time it shows at first, aware UTC.

    Attributes:
        slept: How many seconds were asked for, sleep by sleep.

    """

    def __init__(self, start: datetime = MONDAY_MORNING) -> None:
        self._start = start
        self._elapsed = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Tell the time, aware UTC."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Tell the seconds since the clock was made."""
        return self._elapsed

    def advance(self, duration: timedelta | float) -> datetime:
        """Move the clock forward by a duration (or seconds) and tell the new time."""
        self._elapsed += duration.total_seconds() if isinstance(duration, timedelta) else duration
        return self.now()

    async def sleep(self, seconds: float) -> None:
        """Move the clock forward at once, and let other tasks run."""
        self.slept.append(seconds)
        self._elapsed += max(seconds, 0.0)
        await asyncio.sleep(0)
