"""Throttle of sign-ins against password guessing: failures by user name, in memory."""

from collections import deque
from threading import Lock
from typing import Final

from monitor.clock import Clock

MAX_FAILURES: Final = 5
WINDOW_SECONDS: Final = 15 * 60.0
MAX_NAMES: Final = 10_000  # beyond it the oldest names are dropped, so that memory stays bounded


class Throttle:
    """Counts failed sign-ins by name within the last 15 minutes.

    Args:
        clock: Its monotonic time is used, so that changing the machine's time does not reset the throttle.

    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures: dict[str, deque[float]] = {}

    def seconds_to_wait(self, name: str) -> float:
        """Return for how many seconds sign-ins of a name are refused; 0: not at all."""
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
            self._failures.pop(name, None)  # inserted at the end: the dictionary stays ordered by the last failure
            self._failures[name] = failures
            while len(self._failures) > MAX_NAMES:
                del self._failures[next(iter(self._failures))]

    def forget(self, name: str) -> None:
        """Drop the failures of a name, after a successful sign-in."""
        with self._lock:
            self._failures.pop(name, None)

    def _recent(self, name: str) -> deque[float]:
        oldest = self._clock.monotonic() - WINDOW_SECONDS
        failures = self._failures.get(name, deque(maxlen=MAX_FAILURES))
        while failures and failures[0] <= oldest:
            failures.popleft()
        return failures
