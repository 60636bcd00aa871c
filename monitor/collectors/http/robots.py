"""What robots.txt of a host allows: read once a day for each scheme, host and port, and obeyed without exception."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from monitor.clock import Clock
from monitor.collectors.http.host_state import HostMemory, NoMemory, RememberedRobots
from monitor.errors import FetchFailed, SourceRefused

_FRESH_FOR = timedelta(hours=24)
_LONGEST_DELAY = 60.0
_REFUSING_STATUSES = frozenset({401, 403})
_UNREACHABLE_STATUSES = frozenset({408, 425, 429})
_OK = range(200, 300)
_CLIENT_ERROR = range(400, 500)


@dataclass(frozen=True, slots=True)
class _Copy:
    rules: Protego
    read_at: datetime
    refused_status: int | None


class RobotsCache:
    """Answers whether an address may be read, and how slowly.

    Args:
        agent: The product token that rules are looked up for.
        fetch: Reads a robots.txt, following redirects; gives status and body, or raises FetchFailed.
        clock: Tells when a copy is too old.
        memory: Keeps copies for the next program.

    """

    def __init__(
        self,
        agent: str,
        fetch: Callable[[str], Awaitable[tuple[int, bytes]]],
        clock: Clock,
        memory: HostMemory | None = None,
    ) -> None:
        self._memory = memory or NoMemory()
        self._agent = agent
        self._fetch = fetch
        self._clock = clock
        self._copies: dict[str, _Copy] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def require(self, url: str) -> float:
        """Insist that an address may be read.

        Returns:
            The least seconds between two requests that the site asks for; 0 when it asks for none, never above 60.

        Raises:
            SourceRefused: When the rules, or the refusal to show them, forbid it.
            FetchFailed: When the rules cannot be read now, so that nothing else may be either.

        """
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}/robots.txt"
        async with self._locks.setdefault(place, asyncio.Lock()):
            copy = await self._current(place)
        if copy.refused_status is not None:
            raise SourceRefused(f"{place} answers {copy.refused_status}: the site does not want to be read by programs")
        if not copy.rules.can_fetch(url, self._agent):
            raise SourceRefused(f"{place} does not allow {url}: ask the site for leave, or remove the source")
        return self._delay(copy.rules)

    async def _current(self, place: str) -> _Copy:
        known = self._copies.get(place)
        if known is None or not self._is_fresh(known):
            known = self._recall(place) or known
        if known is not None and self._is_fresh(known):
            return known
        try:
            status, body = await self._fetch(place)
            copy = self._interpret(place, status, body, self._clock.now())
        except FetchFailed:
            if known is not None:
                return known
            raise
        self._copies[place] = copy
        self._memory.keep_robots(RememberedRobots(place=place, status=status, body=body, read_at=copy.read_at))
        return copy

    def _recall(self, place: str) -> _Copy | None:
        """Take over the copy of another program, or of an earlier one."""
        kept = self._memory.robots(place)
        if kept is None:
            return None
        copy = self._copies[place] = self._interpret(place, kept.status, kept.body, kept.read_at)
        return copy

    def _is_fresh(self, copy: _Copy) -> bool:
        return abs(self._clock.now() - copy.read_at) < _FRESH_FOR

    def _interpret(self, place: str, status: int, body: bytes, read_at: datetime) -> _Copy:
        """Read an answer as RFC 9309 says: rules, no rules (4xx), or unreachable, which forbids everything."""
        if status in _OK:
            return _Copy(Protego.parse(body.decode("utf-8-sig", errors="replace")), read_at, None)
        if status in _CLIENT_ERROR and status not in _UNREACHABLE_STATUSES:
            # Stricter than the RFC: who refuses to show the rules to programs is taken to refuse programs.
            return _Copy(Protego.parse(""), read_at, status if status in _REFUSING_STATUSES else None)
        raise FetchFailed(f"{place} answers {status}: nothing of this site is read while its rules are unknown")

    def _delay(self, rules: Protego) -> float:
        wanted = float(rules.crawl_delay(self._agent) or 0.0)
        rate = rules.request_rate(self._agent)
        if rate is not None and rate.requests > 0:
            wanted = max(wanted, rate.seconds / rate.requests)
        return min(wanted, _LONGEST_DELAY)
