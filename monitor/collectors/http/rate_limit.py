"""The rate limiter: one request to a host at a time, a delay between two, a daily limit, and back-off when asked."""

import asyncio
import math
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.clock import Clock
from monitor.collectors.http.host_state import HostState, HostStateStore
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.json_models import read_json
from monitor.errors import RateLimited

_DAY = timedelta(days=1)
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_GUESS = timedelta(hours=1)
_LONGEST_PAUSE = 72.0  # seconds; a stored pause that is longer comes from a clock that was wrong
_MOST_DOUBLINGS = 7
_EPOCH_BEGINS = 1_000_000_000  # a larger number is a date in seconds since 1970, a smaller one a count of seconds
_JITTER_SHARE = 0.2
_LEASE_RETRY = 0.5  # seconds between two tries for a host that another program holds
_LONGEST_REFUSAL = 65_536  # bytes
_RESET_HEADERS = ("x-ratelimit-reset", "ratelimit-reset")
_REMAINING_HEADERS = ("x-ratelimit-remaining", "ratelimit-remaining")


@dataclass(slots=True)
class _Limit:
    state: HostState
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class RateLimiter:
    """Limits the requests to each host: one at a time, with a delay, and so many a day.

    Programs that share a store share the limits: a host is leased for each request.

    Args:
        clock: Tells the time and sleeps.
        requests_per_day: Most requests to one host in 24 hours.
        jitter: Returns a number from 0 to 1, which lengthens the delay by up to a fifth.
        host_states: Where the state of hosts is shared with other programs; None: nowhere.
        lease_seconds: The longest a request may hold a host; after that, a program that holds it is taken for dead.

    """

    def __init__(
        self,
        clock: Clock,
        requests_per_day: int,
        jitter: Callable[[], float],
        host_states: HostStateStore | None = None,
        lease_seconds: float = 60.0,
    ) -> None:
        self._host_states = host_states
        self._clock = clock
        self._requests_per_day = requests_per_day
        self._jitter = jitter
        self._lease = timedelta(seconds=lease_seconds)
        self._limits: dict[str, _Limit] = {}

    @asynccontextmanager
    async def slot(self, host: str, delay: float) -> AsyncIterator[None]:
        """Wait until a request to a host may be sent; send it inside the block. The delay in seconds begins at its end.

        Raises:
            RateLimited: The host asked us to wait, or the day's limit is reached.

        """
        limit = self._limit(host)
        # The lock orders the tasks of this program, the lease orders programs.
        async with limit.lock:
            await self._acquire(limit)
            pause = 0.0
            try:
                self._count(limit.state)
                pause = delay * (1 + _JITTER_SHARE * self._jitter())
                yield
            finally:
                limit.state.ready_at = self._clock.now() + timedelta(seconds=pause)
                if self._host_states is not None:
                    self._host_states.release(limit.state)

    async def _acquire(self, limit: _Limit) -> None:
        """Wait until the delay is over and no other program holds the host."""
        while True:
            state = self._load(limit)
            now = self._clock.now()
            if state.closed_until is not None and now < state.closed_until:
                until = state.closed_until
                message = f"{state.host} asked us to wait until {until:%Y-%m-%d %H:%M:%S} UTC: try again then"
                raise RateLimited(message, until)
            if state.ready_at is not None and now < state.ready_at:
                await self._clock.sleep(min((state.ready_at - now).total_seconds(), _LONGEST_PAUSE))
                now = self._clock.now()
            # The lease is refused when another program sent a request since the state was loaded.
            if self._host_states is None or self._host_states.acquire(
                state.host, state.ready_at, now, now + self._lease
            ):
                return
            await self._clock.sleep(_LEASE_RETRY)

    def back_off(self, host: str, until: datetime | None) -> None:
        """Send nothing to a host until a time; without one, for 30 s, then 1 min, doubling up to 1 h."""
        state = self._limit(host).state
        guess = min(_FIRST_WAIT * 2 ** min(state.refusals, _MOST_DOUBLINGS), _LONGEST_GUESS)
        state.refusals += 1
        state.closed_until = until or self._clock.now() + guess

    def record_success(self, host: str, headers: Mapping[str, str]) -> None:
        """Reset the back-off. When the headers say that no requests are left, send none until the limit's reset."""
        state = self._limit(host).state
        state.refusals = 0
        if any(headers.get(name, "").strip() == "0" for name in _REMAINING_HEADERS):
            state.closed_until = _reset_at(headers, self._clock.now())

    def _limit(self, host: str) -> _Limit:
        return self._limits.setdefault(host, _Limit(HostState(host=host)))

    def _count(self, state: HostState) -> None:
        now = self._clock.now()
        if state.day_began is None or now - state.day_began >= _DAY:
            state.day_began, state.sent = now, 0
        if state.sent >= self._requests_per_day:
            raise RateLimited(
                f"{state.host} has had its {self._requests_per_day} requests of the day: wait, or read it less often",
                state.day_began + _DAY,
            )
        state.sent += 1

    def _load(self, limit: _Limit) -> HostState:
        """Take over the stored state: another program may have sent requests since. Its clock may have been wrong."""
        stored = self._host_states.load(limit.state.host) if self._host_states is not None else None
        state = limit.state = stored or limit.state
        now = self._clock.now()
        if state.closed_until is not None:
            state.closed_until = min(state.closed_until, now + _DAY)
        if state.day_began is not None and state.day_began > now:
            state.day_began = None
        return state


def retry_at(headers: Mapping[str, str], body: bytes, now: datetime) -> datetime | None:
    """Read from a refusal when the next request may be sent.

    Sources are Retry-After (seconds or a date, RFC 9110), the reset headers of Mastodon (a date), Reddit (seconds) and
    Bluesky (seconds since 1970), and Discourse's `wait_seconds` in the body.

    Returns:
        The time, aware UTC, at most a day ahead, so that a broken header cannot stop a source for good; None when
        there is none.

    """
    moment = _moment(headers.get("retry-after", ""), now) or _reset_at(headers, now) or _wait_in_body(body, now)
    return None if moment is None else min(max(moment, now), now + _DAY)


def _reset_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    moments = (_moment(headers.get(name, ""), now) for name in _RESET_HEADERS)
    moment = next((each for each in moments if each is not None), None)
    return None if moment is None else min(moment, now + _DAY)


def _moment(value: str, now: datetime) -> datetime | None:
    text = value.strip()
    if re.fullmatch(r"\d{1,12}(\.\d+)?", text):
        return _from_number(float(text), now)
    return parse_date(text, default_zone=UTC)


def _from_number(number: float, now: datetime) -> datetime:
    ahead = number - now.timestamp() if number > _EPOCH_BEGINS else number
    return now + timedelta(seconds=min(max(ahead, 0.0), _DAY.total_seconds()))


def _wait_in_body(body: bytes, now: datetime) -> datetime | None:
    payload = read_json(body) if len(body) <= _LONGEST_REFUSAL else None
    extras = payload.get("extras") if isinstance(payload, dict) else None
    seconds = extras.get("wait_seconds") if isinstance(extras, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or math.isnan(seconds):
        return None
    return _from_number(float(seconds), now)
