"""The one polite client. All that is read from a platform passes here: robots.txt, pace, limits, retries, guard.

No other module knows httpx, so that a move to its continuation is a change of one file.
"""

import asyncio
import hashlib
import re
import zlib
from collections.abc import AsyncIterator, Container, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

import httpx
import stamina
from charset_normalizer import from_bytes

from monitor.clock import Clock
from monitor.collectors.http.address_guard import AddressPolicy, GuardedBackend
from monitor.collectors.http.exchange import Exchange, Unpacker, exchange
from monitor.collectors.http.host_state import HostMemory
from monitor.collectors.http.policy import Manners, Politeness
from monitor.collectors.http.rate_limit import retry_at
from monitor.collectors.http.urls import is_front_page
from monitor.errors import AddressBlocked, FetchFailed, PayloadInvalid, RateLimited, SourceRefused

_MOST_REDIRECTS = 5
_ATTEMPTS = 3
_FIRST_RETRY_SECONDS = 1.0
_ROBOTS_BYTES = 512_000
_NO_STATUS: frozenset[int] = frozenset()
_OK = range(200, 300)
_NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_REFUSED = frozenset({401, 403, 451})
_WAIT = frozenset({429, 503})
_TRANSIENT = frozenset({408, 425, *range(500, 600)})
_CLIENT_ERRORS = range(400, 500)
NO_LONGER_THERE = frozenset({404, 410})  # what was there was taken away
_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_CONDITIONAL = frozenset({"if-none-match", "if-modified-since"})
_CHALLENGE_MARKS = (b"<title>just a moment", b"_cf_chl_opt", b"cf-chl-", b"/cdn-cgi/challenge-platform", b"g-recaptcha")
_HEAD_BYTES = 4096
# Open for longer than the pause between two pages, or each page of a slow crawl would begin with a new handshake.
_CONNECTIONS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30.0)
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)|<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]+)""",
    re.IGNORECASE,
)
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SERVER_DEFAULTS = frozenset({"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252"})


class TransientFailure(FetchFailed):
    """A request failed in a way that often passes by itself; it is tried again before anybody hears of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One answer.

    Args:
        url: The address that was asked for, with its parameters.
        final_url: The address that answered, after redirects.
        status: 2xx, 304, or one that the caller said it accepts.
        headers: By lower-case name.
        body: Decompressed bytes.
        fetched_at: When it arrived, UTC.
        permanent_url: The address to ask from now on, when every redirect on the way was a permanent one.
        exchange: What went over the wire, for proof; None for an answer that did not come through the client.
        pause: Seconds that lie at least between this request and the next to its host: ours, or what robots.txt asks.

    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    permanent_url: str | None = None
    exchange: Exchange | None = field(default=None, repr=False)
    pause: float = 0.0

    @property
    def content_type(self) -> str:
        """The media type, lower case, without parameters; empty when the server named none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def sha256(self) -> str:
        """The hash of the body, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def leads_home(self) -> bool:
        """Whether an address of something on a site leads to a front page: it is not that thing that answered."""
        return is_front_page(self.final_url) and not is_front_page(self.url)

    @property
    def is_taken_away(self) -> bool:
        """Whether the site says that there is no such thing any more; newspapers also do so by sending readers home."""
        return self.status in NO_LONGER_THERE or (self.leads_home and self.permanent_url is not None)

    def text(self) -> str:
        """Decode the body by byte order mark, header, declaration in the document, or, last, by its looks."""
        for charset in self._charsets():
            try:
                return self.body.decode(charset)
            except (UnicodeError, LookupError):
                continue
        guess = from_bytes(self.body).best()
        return self.body.decode("utf-8", errors="replace") if guess is None else str(guess)

    def _charsets(self) -> list[str]:
        marked = [charset for mark, charset in _BYTE_ORDER_MARKS if self.body.startswith(mark)]
        named = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", self.headers.get("content-type", ""), re.IGNORECASE)
        header = [named[1]] if named else []
        found = _DECLARED.search(self.body[:_HEAD_BYTES])
        declared = [(found[1] or found[2]).decode("ascii")] if found else []
        # Many servers add a Western charset that nobody chose; text that is valid UTF-8 is not Western.
        chosen = ["utf-8"] if any(name.lower() in _SERVER_DEFAULTS for name in header + declared) else []
        return [*marked, *chosen, *header, *declared, "utf-8"]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    location: str | None
    exchange: Exchange | None


class PoliteClient:
    """Reads public addresses the way their owners ask for. Use it as an async context manager.

    Args:
        policy: How to behave.
        clock: Tells the time and waits between requests.
        memory: What is remembered of hosts from one program to the next; None: nothing.

    `manners` are the rules it keeps, for connections of another kind that are to keep them too.

    """

    def __init__(self, policy: Politeness, clock: Clock, memory: HostMemory | None = None) -> None:
        self.manners = Manners.of(policy, clock, memory, self._read_robots)
        self._transport = guarded_transport(self.manners.addresses)
        self._headers = {
            b"accept": b"*/*",
            b"accept-encoding": b"gzip, deflate",
            b"connection": b"keep-alive",
            b"user-agent": policy.user_agent.encode(),
        }

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.aclose()

    async def get(
        self,
        url: str,
        *,
        api: bool = False,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept_status: Container[int] = _NO_STATUS,
        has_leave: bool = False,
    ) -> Fetched:
        """Read one address, following up to five redirects; each is vetted, asked of robots.txt, and paced.

        Args:
            url: What to read.
            api: Whether it is a documented API, which may be read faster than pages.
            params: Added to the address's query.
            headers: Sent with the first request; a redirect to another host, port or scheme gets none of them, and
                no redirect gets conditional ones.
            accept_status: Statuses of 4xx (not 429) to be given back instead of raised.
            has_leave: Whether the host allowed this very interface to whoever runs this, so that its robots.txt is not
                asked; a redirect to another host, port or scheme takes no such leave with it.

        Raises:
            AddressBlocked: The address, or one it redirects to, is malformed, not public, or on another port.
            SourceRefused: robots.txt, 401, 403, 451 or a challenge page.
            RateLimited: 429, 503, or the day's requests are used up.
            PayloadInvalid: Another 4xx.
            FetchFailed: No answer, a broken one, or one that is too large.

        """
        start = self._parse(url)
        if params:
            start = start.copy_merge_params(dict(params))
        delay = self.manners.policy.api_delay if api else self.manners.policy.html_delay
        return await self._follow(start, dict(headers or {}), delay, accept_status, needs_leave=not has_leave)

    async def _follow(
        self,
        start: httpx.URL,
        headers: dict[str, str],
        delay: float,
        accept: Container[int],
        *,
        needs_leave: bool = True,
        is_robots: bool = False,
    ) -> Fetched:
        current, permanent, asked = start, True, str(start)
        for _ in range(_MOST_REDIRECTS + 1):
            address = str(current)
            self.manners.addresses.check_url(address)
            wanted = await self.manners.robots.require(address) if needs_leave else 0.0
            pause = max(delay, wanted)
            answer = await self._persist(current, headers, pause, accept, is_robots=is_robots)
            if answer.location is None:
                return Fetched(
                    url=asked,
                    final_url=address,
                    status=answer.status,
                    headers=answer.headers,
                    body=answer.body,
                    fetched_at=self.manners.clock.now(),
                    permanent_url=address if permanent and address != asked else None,
                    exchange=answer.exchange,
                    pause=pause,
                )
            target = self._parse(answer.location, base=current)
            if not _same_place(target, current):
                headers, needs_leave = {}, not is_robots
            headers = {name: value for name, value in headers.items() if name.lower() not in _CONDITIONAL}
            permanent = permanent and answer.status in _PERMANENT
            current = target
        raise FetchFailed(f"{asked} redirects more than {_MOST_REDIRECTS} times: look at the address in a browser")

    async def _persist(
        self, url: httpx.URL, headers: Mapping[str, str], delay: float, accept: Container[int], *, is_robots: bool
    ) -> _Answer:
        async for attempt in stamina.retry_context(
            on=TransientFailure, attempts=_ATTEMPTS, timeout=None, wait_initial=_FIRST_RETRY_SECONDS
        ):
            with attempt:
                async with self.manners.pace.turn(url.host, delay):
                    answer = await self._send(url, headers, is_robots=is_robots)
                    self._judge(url, answer, accept)  # before another program has its turn
        return answer

    async def _send(self, url: httpx.URL, headers: Mapping[str, str], *, is_robots: bool) -> _Answer:
        request = httpx.Request("GET", url, headers=self._headers)
        request.headers.update(headers)
        try:
            async with asyncio.timeout(self.manners.policy.timeout), self._ask(request) as response:
                location = response.headers.get("location") if response.status_code in _REDIRECTS else None
                raw, body = (b"", b"") if location else await self._read(url, response, is_robots=is_robots)
                kept = exchange(
                    request.headers.items(),
                    response.http_version,
                    response.reason_phrase,
                    response.headers.raw,
                    raw,
                )
                return _Answer(response.status_code, dict(response.headers.items()), body, location, kept)
        except TimeoutError as error:
            message = f"{url} took longer than {self.manners.policy.timeout:g} s (`timeout_seconds`): try again later"
            raise TransientFailure(message) from error
        except (httpx.TransportError, zlib.error) as error:
            raise TransientFailure(f"{url} could not be read: {_reason(error)}") from error

    @asynccontextmanager
    async def _ask(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        # Not by way of httpx.AsyncClient: redirects are followed here, and cookies and sign-ins are not wanted.
        response = await self._transport.handle_async_request(request)
        try:
            yield response
        finally:
            await response.aclose()

    async def _read(self, url: httpx.URL, response: httpx.Response, *, is_robots: bool) -> tuple[bytes, bytes]:
        """Read a body within limits; gives it as it came over the wire, and unpacked."""
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in _ENCODINGS:  # nested encodings multiply: a few bytes could become gigabytes
            raise FetchFailed(f"{url} is compressed as {encoding!r}, which was not asked for: it cannot be read")
        limit = _ROBOTS_BYTES if is_robots else self.manners.policy.max_body_bytes
        raw, body, unpacker = bytearray(), bytearray(), Unpacker(encoding)
        async for chunk in response.aiter_raw():
            raw += chunk
            body += unpacker.feed(chunk, limit + 1 - len(body))
            if len(body) > limit or len(raw) > limit:
                if is_robots:
                    return b"", bytes(body[:limit])
                raise FetchFailed(f"{url} is larger than {limit} bytes: raise `max_body_bytes` if that is right")
        unpacked = bytes(body)
        return (unpacked if raw == body else bytes(raw)), unpacked

    def _judge(self, url: httpx.URL, answer: _Answer, accept: Container[int]) -> None:
        status = answer.status
        if _is_challenge(answer):
            raise SourceRefused(f"{url} shows a challenge for browsers: the site does not want to be read by programs")
        if status in _WAIT:
            said = retry_at(answer.headers, answer.body, self.manners.clock.now())
            self.manners.pace.close(url.host, said)
            when = f"until {said:%Y-%m-%d %H:%M:%S} UTC" if said else "without saying for how long"
            raise RateLimited(f"{url.host} asks us to wait {when} (status {status}): try again later", said)
        if status in _OK or status == _NOT_MODIFIED or status in accept or answer.location is not None:
            self.manners.pace.accepted(url.host, answer.headers)
            return
        if status in _REFUSED:
            raise SourceRefused(f"{url} answers {status}: the site does not want this to be read without signing in")
        if status in _TRANSIENT:
            raise TransientFailure(f"{url} answers {status}: try again later")
        if status in _CLIENT_ERRORS:
            raise PayloadInvalid(f"{url} answers {status}: check the address of the source")
        raise FetchFailed(f"{url} answers {status}, which means nothing here: look at the address in a browser")

    async def _read_robots(self, place: str) -> tuple[int, bytes]:
        delay = self.manners.policy.api_delay
        fetched = await self._follow(self._parse(place), {}, delay, _CLIENT_ERRORS, needs_leave=False, is_robots=True)
        return fetched.status, fetched.body

    def _parse(self, url: str, base: httpx.URL | None = None) -> httpx.URL:
        try:
            return httpx.URL(url) if base is None else base.join(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise AddressBlocked(f"{url!r} is not a web address: {_reason(error)}") from error


def guarded_transport(addresses: AddressPolicy) -> httpx.AsyncHTTPTransport:
    """Build a transport whose connections the address guard opens.

    httpx has no public place for this. When the private one moves, this raises AttributeError: no guard, no client.
    """
    transport = httpx.AsyncHTTPTransport(trust_env=False, limits=_CONNECTIONS)
    pool = transport._pool  # noqa: SLF001 - a test watches it
    pool._network_backend = GuardedBackend(addresses, pool._network_backend)  # noqa: SLF001  no public hook; a test watches it
    return transport


def _same_place(target: httpx.URL, current: httpx.URL) -> bool:
    return (target.scheme, target.host, target.port) == (current.scheme, current.host, current.port)


def _is_challenge(answer: _Answer) -> bool:
    if answer.headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    if answer.status not in _REFUSED | _WAIT:  # sound pages carry some of these marks too
        return False
    page = answer.body[: _HEAD_BYTES * 4].lower()
    return any(mark in page for mark in _CHALLENGE_MARKS)


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
