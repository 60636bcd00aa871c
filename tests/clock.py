"""A clock that tests turn themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONDAY_MORNING = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # nine o'clock in Hà Nội


HANGS_AFTER = 1800  # seconds of the wall's clock


@dataclass(frozen=True)
class Limit:
    """A timeout: when it ends by the fake clock, and what ends then."""

    ends_at: float
    loop: asyncio.AbstractEventLoop
    timeout: asyncio.Timeout

    def run_out(self) -> None:
        """End it now, from any thread."""
        with suppress(RuntimeError):  # the loop has ended meanwhile
            self.loop.call_soon_threadsafe(self._expire)

    def _expire(self) -> None:
        with suppress(RuntimeError):  # it has ended meanwhile
            self.timeout.reschedule(self.loop.time())


class FakeClock:
    """Stands still until it is told to go on; who sleeps moves it forward and waits for nothing.

    Timeouts never run out by themselves, however slow the machine is. They do when somebody in another event loop
    sleeps past their end: that is a server who keeps its client waiting. Sleepers of the same loop wait beside it.

    Args:
        start: The time it shows at first, aware UTC.

    Attributes:
        slept: How many seconds were asked for, sleep by sleep.

    """

    def __init__(self, start: datetime = MONDAY_MORNING) -> None:
        self._start = start
        self._elapsed = 0.0
        self.slept: list[float] = []
        self._limits: list[Limit] = []

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
        here = asyncio.get_running_loop()
        for limit in list(self._limits):
            if limit.loop is not here and limit.ends_at <= self._elapsed:
                limit.run_out()
        await asyncio.sleep(0)

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[Limit]:
        """End what runs inside with a TimeoutError when another loop sleeps past its end, or when it hangs."""
        async with asyncio.timeout(HANGS_AFTER) as timeout:
            limit = Limit(self._elapsed + seconds, asyncio.get_running_loop(), timeout)
            self._limits.append(limit)
            try:
                yield limit
            finally:
                self._limits.remove(limit)
