"""Throttle of sign-ins against password guessing: failures in memory, by address, name and known browser.

An attempt is counted before it is checked, in one step, so that many at once are no way around. Failures count for the
pair of address and name, so that a stranger elsewhere does not keep the owner of a name out. A browser that has signed
in under the name before has a count of its own, which strangers cannot fill.
"""

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from threading import Lock
from typing import Final

from monitor.clock import Clock

WINDOW_SECONDS: Final = 15 * 60.0
MAX_KEYS: Final = 10_000  # beyond it the oldest counts are dropped, so that memory stays bounded


@dataclass(frozen=True, slots=True)
class Count:
    """What attempts are counted by, and how many may fail within 15 minutes."""

    kind: str
    value: str
    most: int


def sign_in_counts(address: str, name: str, device: str | None) -> tuple[Count, ...]:
    """Return by what a sign-in is counted.

    Args:
        address: Where it comes from.
        name: The name that was typed.
        device: The mark of a browser that has signed in under this name before; None for any other.

    """
    if device is not None:
        return (Count("device", device, 5),)
    network = _network(address)
    return (
        Count("pair", f"{network} {name}", 5),
        Count("address", network, 20),  # an office behind one address has several people
        Count("name", name, 30),  # guesses from many addresses
    )


def code_counts(user_id: int) -> tuple[Count, ...]:
    """Return by what codes of the second factor are counted: who sends them knows the password."""
    return (Count("code", str(user_id), 10),)


def password_counts(user_id: int) -> tuple[Count, ...]:
    """Return by what passwords are counted that somebody who is signed in must type again."""
    return (Count("password", str(user_id), 5),)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was counted, and when, or that is refused for so many seconds."""

    counts: tuple[Count, ...]
    at: float
    wait: float = 0.0


class Throttle:
    """Counts attempts within the last 15 minutes.

    Args:
        clock: Its monotonic time is used, so that changing the machine's time does not reset the throttle.

    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._times: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def begin(self, counts: Sequence[Count]) -> Attempt:
        """Count an attempt as failed until it is told otherwise; a refused one is not counted."""
        with self._lock:
            now = self._clock.monotonic()
            found = [(count, self._recent(count, now)) for count in counts]
            full = [times for count, times in found if len(times) >= count.most]
            wait = max((times[0] + WINDOW_SECONDS - now for times in full), default=0.0)
            if wait > 0:
                return Attempt((), now, wait)
            for count, times in found:
                times.append(now)
                self._times[count.kind, count.value] = times
                self._times.move_to_end((count.kind, count.value))  # ordered by the last attempt
            while len(self._times) > MAX_KEYS:
                self._times.popitem(last=False)
            return Attempt(tuple(counts), now)

    def succeeded(self, attempt: Attempt) -> None:
        """Take an attempt back that was right. Earlier failures of the same pair or browser are forgotten."""
        with self._lock:
            for count in attempt.counts:
                key = (count.kind, count.value)
                if count.kind in ("pair", "device", "code", "password"):
                    self._times.pop(key, None)
                else:
                    self._take_back(key, attempt.at)

    def unchecked(self, attempt: Attempt) -> None:
        """Take an attempt back that nobody looked at; earlier failures stay."""
        with self._lock:
            for count in attempt.counts:
                self._take_back((count.kind, count.value), attempt.at)

    def _take_back(self, key: tuple[str, str], at: float) -> None:
        if at in (times := self._times.get(key, deque())):
            times.remove(at)

    def _recent(self, count: Count, now: float) -> deque[float]:
        times = self._times.get((count.kind, count.value), deque())
        while times and times[0] <= now - WINDOW_SECONDS:
            times.popleft()
        return times


def _network(address: str) -> str:
    """Return an address, or of IPv6 its network: one machine has all of a /64 to send from."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    return str(ip.ipv4_mapped or IPv6Network((int(ip), 64), strict=False))
