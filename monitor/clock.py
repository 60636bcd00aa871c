"""The clock, passed to everything that needs the time, so that tests can set it."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def local_time(moment: datetime) -> str:
    """Write a time in Việt Nam to the minute, as people read it: 30/11/2026 07:00."""
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never decrease, to measure waits."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking the event loop."""
        ...

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """End what runs inside after so many seconds, with a TimeoutError."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never decrease."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def timeout(self, seconds: float) -> AbstractAsyncContextManager[object]:
        """End what runs inside after so many seconds, with a TimeoutError."""
        return asyncio.timeout(seconds)
