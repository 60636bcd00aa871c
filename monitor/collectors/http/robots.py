"""robots.txt: read once a day for each scheme, host and port, and obeyed."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from monitor.clock import Clock
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.host_state import HostStateStore, StoredRobots
from monitor.errors import FetchFailed, PayloadInvalid, SourceRefused

_FRESH_FOR = timedelta(hours=24)
_LONGEST_DELAY = 60.0
# Rules of many agents take time with the product of both numbers: what is larger is parsed apart, within limits.
_PARSED_HERE_BYTES = 8_000
_REFUSING_STATUSES = frozenset({401, 403})
_UNREACHABLE_STATUSES = frozenset({408, 425, 429})
_OK = range(200, 300)
_CLIENT_ERROR = range(400, 500)
_AGENT_LINE = re.compile(r"user[ -]?agent\s*(?::|\s)\s*(?P<agent>.*)", re.IGNORECASE)
_KNOWN_LINE = re.compile(
    r"(?:dis+al+ow|diasllow|disallaw|allow|crawl[ -]delay|request[ -]rate|visit[ -]time|site-?maps?|host)\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[A-Za-z_-]+|\w+")
_END_OF_NAME = "!"  # the library takes the beginning of a name for the name


@dataclass(frozen=True, slots=True)
class _Copy:
    rules: Protego
    read_at: datetime
    refused_status: int | None


def read_rules(fetched: Fetched) -> Protego:
    """Read the rules of a robots.txt as RFC 9309 has them; `as_agent` gives the name to ask them with.

    Groups are of product tokens: `KiemTin/1.0` and `KiemTin Bot` mean `kiemtin`. Lines that no rule knows end no group.
    """
    lines = fetched.body.decode("utf-8-sig", errors="replace").splitlines()
    return Protego.parse("\n".join(filter(None, map(_standard_line, lines))))


def as_agent(token: str) -> str:
    """Return the name by which rules are to be asked for a product token."""
    return f"{token}{_END_OF_NAME}"


def _standard_line(line: str) -> str:
    """Write a line as the library reads it; empty for one to be passed over."""
    line = line.partition("#")[0].strip()
    named = _AGENT_LINE.match(line)
    if named is None:
        return line if _KNOWN_LINE.match(line) else ""
    token = _TOKEN.search(named["agent"])
    return f"User-agent: {as_agent(token[0]) if token else named['agent'].strip()}"


class RobotsCache:
    """Says whether an address may be read, and with which delay.

    Args:
        agent: The product token that rules are looked up for.
        fetch: Reads a robots.txt, following redirects; returns status and body, or raises FetchFailed.
        parse: Parses a large one, within limits of time and memory; raises PayloadInvalid beyond them.
        clock: Tells when a copy is too old.
        host_states: Stores copies for the next program; None: nowhere.

    """

    def __init__(
        self,
        agent: str,
        fetch: Callable[[str], Awaitable[tuple[int, bytes]]],
        parse: Callable[[Fetched], Awaitable[Protego]],
        clock: Clock,
        host_states: HostStateStore | None = None,
    ) -> None:
        self._host_states = host_states
        self._agent = as_agent(agent)
        self._fetch = fetch
        self._parse = parse
        self._clock = clock
        self._copies: dict[str, _Copy] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def require(self, url: str) -> float:
        """Require that an address may be read.

        Returns:
            The crawl delay in seconds that the site asks for: 0 when it asks for none, at most 60.

        Raises:
            SourceRefused: The rules forbid it, or the site refuses to show them.
            FetchFailed: The rules cannot be read now, so nothing else may be either.

        """
        parts = urlsplit(url)
        robots_url = f"{parts.scheme}://{parts.netloc}/robots.txt"
        async with self._locks.setdefault(robots_url, asyncio.Lock()):
            copy = await self._current(robots_url)
        if copy.refused_status is not None:
            raise SourceRefused(
                f"{robots_url} answers {copy.refused_status}: the site does not want to be read by programs"
            )
        if not copy.rules.can_fetch(url, self._agent):
            raise SourceRefused(
                f"{robots_url} does not allow {url}: ask the site's owner for permission, or remove the source"
            )
        return self._delay(copy.rules)

    async def _current(self, robots_url: str) -> _Copy:
        known = self._copies.get(robots_url)
        if known is None or not self._is_fresh(known):
            known = await self._load(robots_url) or known
        if known is not None and self._is_fresh(known):
            return known
        try:
            status, body = await self._fetch(robots_url)
            copy = await self._interpret(robots_url, status, body, self._clock.now())
        except FetchFailed:
            # RFC 9309 allows an outdated copy while the file is unreachable.
            if known is not None:
                return known
            raise
        self._copies[robots_url] = copy
        if self._host_states is not None:
            stored = StoredRobots(url=robots_url, status=status, body=body, read_at=copy.read_at)
            self._host_states.save_robots(stored)
        return copy

    async def _load(self, robots_url: str) -> _Copy | None:
        """Load the copy that another or an earlier program stored."""
        stored = self._host_states.load_robots(robots_url) if self._host_states is not None else None
        if stored is None:
            return None
        copy = await self._interpret(robots_url, stored.status, stored.body, stored.read_at)
        self._copies[robots_url] = copy
        return copy

    def _is_fresh(self, copy: _Copy) -> bool:
        return abs(self._clock.now() - copy.read_at) < _FRESH_FOR

    async def _interpret(self, robots_url: str, status: int, body: bytes, read_at: datetime) -> _Copy:
        """Interpret an answer by RFC 9309: rules, no rules (4xx), or unreachable, which forbids everything."""
        if status in _OK:
            return _Copy(await self._rules(robots_url, body, read_at), read_at, None)
        if status in _CLIENT_ERROR and status not in _UNREACHABLE_STATUSES:
            # Stricter than the RFC: a site that refuses to show its rules is taken to refuse programs altogether.
            return _Copy(Protego.parse(""), read_at, status if status in _REFUSING_STATUSES else None)
        raise FetchFailed(f"{robots_url} answers {status}: nothing of this site is read while its rules are unknown")

    async def _rules(self, robots_url: str, body: bytes, read_at: datetime) -> Protego:
        fetched = Fetched(url=robots_url, final_url=robots_url, status=200, headers={}, body=body, fetched_at=read_at)
        if len(body) <= _PARSED_HERE_BYTES:
            return read_rules(fetched)
        try:
            return await self._parse(fetched)
        except PayloadInvalid as error:
            raise FetchFailed(f"{error}: nothing of this site is read while its rules are unknown") from error

    def _delay(self, rules: Protego) -> float:
        delay = float(rules.crawl_delay(self._agent) or 0.0)
        rate = rules.request_rate(self._agent)
        if rate is not None and rate.requests > 0:
            delay = max(delay, rate.seconds / rate.requests)
        return min(delay, _LONGEST_DELAY)
