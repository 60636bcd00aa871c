"""The rate limit of the API: a token bucket for each key, in memory."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

from monitor.clock import Clock

MAX_BUCKETS: Final = 10_000  # beyond it the longest unused are dropped, so that memory stays bounded


@dataclass
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """Allows so many requests a minute for each owner, a minute's worth of them at once.

    Args:
        clock: Its monotonic time is used.
        per_minute: How many requests a minute.

    """

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._lock = Lock()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, owner: str) -> int:
        """Take one request from an owner's bucket.

        Returns:
            0 when it may go on; else how many seconds to wait, at least 1.

        """
        with self._lock:
            now = self._clock.monotonic()
            bucket = self._buckets.setdefault(owner, _Bucket(float(self._per_minute), now))
            self._buckets.move_to_end(owner)
            refilled = bucket.tokens + (now - bucket.at) * self._per_minute / 60
            bucket.tokens, bucket.at = min(float(self._per_minute), refilled), now
            while len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
            if bucket.tokens < 1:
                return max(1, math.ceil((1 - bucket.tokens) * 60 / self._per_minute))
            bucket.tokens -= 1
            return 0
