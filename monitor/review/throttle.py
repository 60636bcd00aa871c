"""Slowing down people who guess passwords: failures are counted for each name, in memory."""

from collections import deque
from threading import Lock
from typing import Final

from monitor.clock import Clock

MAX_FAILURES: Final = 5
WINDOW_SECONDS: Final = 15 * 60.0
MAX_NAMES: Final = (
    10_000  # more names than this within a window: the oldest are forgotten, so that memory stays bounded
)


class Throttle:
    """Failed sign-ins by name within the last 15 minutes.

    Args:
        clock: Its monotonic seconds are used, so that setting the machine's time does not open the door.

    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures: dict[str, deque[float]] = {}

    def seconds_to_wait(self, name: str) -> float:
        """Say for how long no sign-in under a name is tried; 0 when one may be tried now."""
        with self._lock:
            failures = self._recent(name)
            if len(failures) < MAX_FAILURES:
                return 0.0
            return failures[-MAX_FAILURES] + WINDOW_SECONDS - self._clock.monotonic()

    def note_failure(self, name: str) -> None:
        """Count one wrong password."""
        with self._lock:
            failures = self._recent(name)
            failures.append(self._clock.monotonic())
            self._failures.pop(name, None)  # put back at the end: the dictionary stays ordered by last failure
            self._failures[name] = failures
            while len(self._failures) > MAX_NAMES:
                del self._failures[next(iter(self._failures))]

    def forget(self, name: str) -> None:
        """Start anew after a right password."""
        with self._lock:
            self._failures.pop(name, None)

    def _recent(self, name: str) -> deque[float]:
        oldest = self._clock.monotonic() - WINDOW_SECONDS
        failures = self._failures.get(name, deque(maxlen=MAX_FAILURES))
        while failures and failures[0] <= oldest:
            failures.popleft()
        return failures
