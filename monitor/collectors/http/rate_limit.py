"""How fast a host is read: one request at a time, with a pause between two, and never when it asked us to wait."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from monitor.clock import Clock
from monitor.collectors.http.host_state import HostMemory, NoMemory, RememberedPace
from monitor.errors import RateLimited

_DAY = timedelta(days=1)
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_GUESS = timedelta(hours=1)
_LONGEST_PAUSE = 72.0  # seconds; a remembered pause that is longer comes from a clock that was wrong
_MOST_DOUBLINGS = 7
_EPOCH_BEGINS = 1_000_000_000  # a larger number is a date in seconds since 1970, a smaller one a count of seconds
_JITTER_SHARE = 0.2
_LOOK_AGAIN = 0.5  # seconds until a host that another program is asking is looked at again
_RESET_HEADERS = ("x-ratelimit-reset", "ratelimit-reset")
_REMAINING_HEADERS = ("x-ratelimit-remaining", "ratelimit-remaining")


@dataclass(slots=True)
class _Gate:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    ready_at: float = 0.0
    seen: datetime | None = None  # `ready_at` as it was last remembered
    closed_until: datetime | None = None
    refusals: int = 0
    day_began: datetime | None = None
    sent: int = 0


class HostPace:
    """Lets one request a host through at a time, no faster than told, and counts them.

    With a memory all programs that share it are one: a host is taken for each request and given back with what it said.

    Args:
        clock: Tells the time and waits.
        requests_per_day: Most requests to one host in 24 hours.
        jitter: Gives a number from 0 to 1; with it the pause grows by up to a fifth, so that nobody marches in step.
        memory: What other programs, and earlier ones, did.
        longest: Seconds that one turn may take; a program that died holds a host for no longer.

    """

    def __init__(
        self,
        clock: Clock,
        requests_per_day: int,
        jitter: Callable[[], float],
        memory: HostMemory | None = None,
        longest: float = 60.0,
    ) -> None:
        self._memory = memory or NoMemory()
        self._clock = clock
        self._requests_per_day = requests_per_day
        self._jitter = jitter
        self._longest = timedelta(seconds=longest)
        self._gates: dict[str, _Gate] = {}

    @asynccontextmanager
    async def turn(self, host: str, delay: float) -> AsyncIterator[None]:
        """Wait for this host's turn; inside, one request may be sent. The pause of `delay` seconds begins at the end.

        Raises:
            RateLimited: When the host asked us to wait, or has had its requests of the day.

        """
        gate = self._gates.setdefault(host, _Gate())
        async with gate.lock:
            await self._take(host, gate)
            pause = 0.0
            try:
                self._recall(host, gate)
                self._refuse_if_closed(host, gate)
                self._count(host, gate)
                pause = delay * (1 + _JITTER_SHARE * self._jitter())
                yield
            finally:
                gate.ready_at = max(gate.ready_at, self._clock.monotonic() + pause)
                self._give_back(host, gate)

    async def _take(self, host: str, gate: _Gate) -> None:
        """Wait until the pause is over and no other program asks this host."""
        while True:
            self._recall(host, gate)
            self._refuse_if_closed(host, gate)
            wait = gate.ready_at - self._clock.monotonic()
            if wait > 0:
                await self._clock.sleep(wait)
            now = self._clock.now()
            if self._memory.take(host, gate.seen, now, now + self._longest):
                return
            await self._clock.sleep(_LOOK_AGAIN)

    def _give_back(self, host: str, gate: _Gate) -> None:
        wait = max(gate.ready_at - self._clock.monotonic(), 0.0)
        gate.seen = self._clock.now() + timedelta(seconds=wait)
        self._memory.give_back(
            RememberedPace(
                host=host,
                ready_at=gate.seen,
                closed_until=gate.closed_until,
                refusals=gate.refusals,
                day_began=gate.day_began,
                sent=gate.sent,
            )
        )

    def close(self, host: str, said: datetime | None) -> None:
        """Send nothing to a host until the time it said or, when it said none, for 30 s, then 1 min, up to 1 h."""
        gate = self._gates.setdefault(host, _Gate())
        guess = min(_FIRST_WAIT * 2 ** min(gate.refusals, _MOST_DOUBLINGS), _LONGEST_GUESS)
        gate.refusals += 1
        gate.closed_until = said or self._clock.now() + guess

    def accepted(self, host: str, headers: Mapping[str, str]) -> None:
        """Note a good answer; one that says it was the last for now closes the host until its reset."""
        gate = self._gates.setdefault(host, _Gate())
        gate.refusals = 0
        if any(headers.get(name, "").strip() == "0" for name in _REMAINING_HEADERS):
            gate.closed_until = _reset_at(headers, self._clock.now())

    def _refuse_if_closed(self, host: str, gate: _Gate) -> None:
        if gate.closed_until is not None and self._clock.now() < gate.closed_until:
            until = gate.closed_until
            raise RateLimited(f"{host} asked us to wait until {until:%Y-%m-%d %H:%M:%S} UTC: try again then", until)

    def _count(self, host: str, gate: _Gate) -> None:
        now = self._clock.now()
        if gate.day_began is None or now - gate.day_began >= _DAY:
            gate.day_began, gate.sent = now, 0
        if gate.sent >= self._requests_per_day:
            raise RateLimited(
                f"{host} has had its {self._requests_per_day} requests of the day: "
                "wait, or raise `requests_per_host_per_day`",
                gate.day_began + _DAY,
            )
        gate.sent += 1

    def _recall(self, host: str, gate: _Gate) -> None:
        """Take over what was remembered last."""
        known = self._memory.pace(host)
        if known is None:
            return
        gate.seen = known.ready_at
        now = self._clock.now()
        if known.ready_at is not None:
            wait = min((known.ready_at - now).total_seconds(), _LONGEST_PAUSE)
            gate.ready_at = max(gate.ready_at, self._clock.monotonic() + wait)
        if known.closed_until is not None:
            gate.closed_until = min(known.closed_until, now + _DAY)
        gate.refusals, gate.sent = known.refusals, known.sent
        gate.day_began = known.day_began if known.day_began is not None and known.day_began <= now else None


def retry_at(headers: Mapping[str, str], body: bytes, now: datetime) -> datetime | None:
    """Read from a refusal when the next request is welcome.

    Known are Retry-After (seconds or a date), the reset headers of Mastodon (a date), Reddit (seconds) and Bluesky
    (seconds since 1970), and the `wait_seconds` that Discourse puts in the body.

    Returns:
        The time, aware UTC, at most a day ahead, so that a broken header cannot silence a source; None when nothing
        is said.

    """
    said = _moment(headers.get("retry-after", ""), now) or _reset_at(headers, now) or _wait_in_body(body, now)
    return None if said is None else min(max(said, now), now + _DAY)


def _reset_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    found = (_moment(headers.get(name, ""), now) for name in _RESET_HEADERS)
    moment = next((each for each in found if each is not None), None)
    return None if moment is None else min(moment, now + _DAY)


def _moment(value: str, now: datetime) -> datetime | None:
    text = value.strip()
    if re.fullmatch(r"\d{1,12}(\.\d+)?", text):
        return _from_number(float(text), now)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _from_number(number: float, now: datetime) -> datetime:
    ahead = number - now.timestamp() if number > _EPOCH_BEGINS else number
    return now + timedelta(seconds=min(max(ahead, 0.0), _DAY.total_seconds()))


def _wait_in_body(body: bytes, now: datetime) -> datetime | None:
    try:
        payload: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    extras = payload.get("extras") if isinstance(payload, dict) else None
    seconds = extras.get("wait_seconds") if isinstance(extras, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return _from_number(float(seconds), now)
