"""The one polite client. All that is read from a platform passes here: robots.txt, pace, limits, retries, guard.

No other module knows httpx, so that a move to its continuation is a change of one file.
"""

import asyncio
import hashlib
import random
import re
import zlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Self

import httpx
import stamina
from charset_normalizer import from_bytes

from monitor.clock import Clock
from monitor.collectors.guard import AddressPolicy, GuardedBackend
from monitor.collectors.memory import HostMemory
from monitor.collectors.pace import HostPace, retry_at
from monitor.collectors.robots import RobotsCache
from monitor.collectors.wire import Exchange, Unpacker, exchange
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
_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_CONDITIONAL = frozenset({"if-none-match", "if-modified-since"})
_CHALLENGE_MARKS = (b"<title>just a moment", b"_cf_chl_opt", b"cf-chl-", b"/cdn-cgi/challenge-platform", b"g-recaptcha")
_HEAD_BYTES = 4096
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

    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    permanent_url: str | None = None
    exchange: Exchange | None = field(default=None, repr=False)

    @property
    def content_type(self) -> str:
        """The media type, lower case, without parameters; empty when the server named none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def sha256(self) -> str:
        """The hash of the body, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

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


@dataclass(frozen=True)
class Politeness:
    """How the client behaves.

    Args:
        user_agent: Who we say we are; its first word is what robots.txt rules are looked up for.
        html_delay: Least seconds between two requests to one host for pages and feeds.
        api_delay: The same for documented APIs.
        timeout: Seconds that one request may take in all, without the wait for its turn.
        max_body_bytes: Largest body after decompression.
        requests_per_host_per_day: Most requests to one host in 24 hours.
        allow_addresses: Private hosts (`host` or `host:port`) that may be read all the same.

    """

    user_agent: str
    html_delay: float
    api_delay: float
    timeout: float
    max_body_bytes: int
    requests_per_host_per_day: int
    allow_addresses: tuple[str, ...] = ()


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

    """

    def __init__(self, policy: Politeness, clock: Clock, memory: HostMemory | None = None) -> None:
        self._policy = policy
        self._clock = clock
        self._addresses = AddressPolicy(policy.allow_addresses)
        self._pace = HostPace(clock, policy.requests_per_host_per_day, random.random, memory)
        agent = re.match(r"[A-Za-z_-]+", policy.user_agent)
        self._robots = RobotsCache(agent[0] if agent else policy.user_agent, self._read_robots, clock, memory)
        self._http = httpx.AsyncClient(
            transport=guarded_transport(self._addresses),
            trust_env=False,
            timeout=None,  # noqa: S113 - one deadline for the whole request stands in _send
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            headers={b"user-agent": policy.user_agent.encode(), b"accept-encoding": b"gzip, deflate"},
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(
        self,
        url: str,
        *,
        api: bool = False,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept_status: Container[int] = _NO_STATUS,
    ) -> Fetched:
        """Read one address, following up to five redirects; each is vetted, asked of robots.txt, and paced.

        Args:
            url: What to read.
            api: Whether it is a documented API, which may be read faster than pages.
            params: Added to the address's query.
            headers: Sent with the first request; a redirect to another host, port or scheme gets none of them, and
                no redirect gets conditional ones.
            accept_status: Statuses of 4xx (not 429) to be given back instead of raised.

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
        delay = self._policy.api_delay if api else self._policy.html_delay
        try:
            return await self._follow(start, dict(headers or {}), delay, accept_status)
        finally:
            self._pace.remember()

    async def pause_for(self, url: str, *, api: bool = False) -> float:
        """Tell the seconds between two requests to an address's host: ours, or more where its robots.txt asks for more.

        Raises:
            CollectError: As `get` does, when the address may not be read or its robots.txt cannot be.

        """
        self._addresses.check_url(url)
        wanted = await self._robots.require(str(self._parse(url)))
        return max(wanted, self._policy.api_delay if api else self._policy.html_delay)

    async def _follow(
        self,
        start: httpx.URL,
        headers: dict[str, str],
        delay: float,
        accept: Container[int],
        *,
        is_robots: bool = False,
    ) -> Fetched:
        current, permanent = start, True
        for _ in range(_MOST_REDIRECTS + 1):
            self._addresses.check_url(str(current))
            wanted = 0.0 if is_robots else await self._robots.require(str(current))
            answer = await self._persist(current, headers, max(delay, wanted), accept, is_robots=is_robots)
            if answer.location is None:
                return Fetched(
                    url=str(start),
                    final_url=str(current),
                    status=answer.status,
                    headers=answer.headers,
                    body=answer.body,
                    fetched_at=self._clock.now(),
                    permanent_url=str(current) if permanent and current != start else None,
                    exchange=answer.exchange,
                )
            target = self._parse(answer.location, base=current)
            headers = _headers_for(target, current, headers)
            permanent = permanent and answer.status in _PERMANENT
            current = target
        raise FetchFailed(f"{start} redirects more than {_MOST_REDIRECTS} times: look at the address in a browser")

    async def _persist(
        self, url: httpx.URL, headers: Mapping[str, str], delay: float, accept: Container[int], *, is_robots: bool
    ) -> _Answer:
        async for attempt in stamina.retry_context(
            on=TransientFailure, attempts=_ATTEMPTS, timeout=None, wait_initial=_FIRST_RETRY_SECONDS
        ):
            with attempt:
                async with self._pace.turn(url.host, delay):
                    answer = await self._send(url, headers, is_robots=is_robots)
                self._judge(url, answer, accept)
        return answer

    async def _send(self, url: httpx.URL, headers: Mapping[str, str], *, is_robots: bool) -> _Answer:
        try:
            async with (
                asyncio.timeout(self._policy.timeout),
                self._http.stream("GET", url, headers=headers, follow_redirects=False) as response,
            ):
                location = response.headers.get("location") if response.status_code in _REDIRECTS else None
                raw, body = (b"", b"") if location else await self._read(url, response, is_robots=is_robots)
                kept = exchange(
                    response.request.headers.items(),
                    response.http_version,
                    response.reason_phrase,
                    response.headers.raw,
                    raw,
                )
                return _Answer(response.status_code, dict(response.headers.items()), body, location, kept)
        except TimeoutError as error:
            message = f"{url} took longer than {self._policy.timeout:g} s (`timeout_seconds`): try again later"
            raise TransientFailure(message) from error
        except (httpx.TransportError, zlib.error) as error:
            raise TransientFailure(f"{url} could not be read: {_reason(error)}") from error

    async def _read(self, url: httpx.URL, response: httpx.Response, *, is_robots: bool) -> tuple[bytes, bytes]:
        """Read a body within limits; gives it as it came over the wire, and unpacked."""
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in _ENCODINGS:  # nested encodings multiply: a few bytes could become gigabytes
            raise FetchFailed(f"{url} is compressed as {encoding!r}, which was not asked for: it cannot be read")
        limit = _ROBOTS_BYTES if is_robots else self._policy.max_body_bytes
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
            said = retry_at(answer.headers, answer.body, self._clock.now())
            self._pace.close(url.host, said)
            when = f"until {said:%Y-%m-%d %H:%M:%S} UTC" if said else "without saying for how long"
            raise RateLimited(f"{url.host} asks us to wait {when} (status {status}): try again later", said)
        if status in _OK or status == _NOT_MODIFIED or status in accept or answer.location is not None:
            self._pace.accepted(url.host, answer.headers)
            return
        if status in _REFUSED:
            raise SourceRefused(f"{url} answers {status}: the site does not want this to be read without signing in")
        if status in _TRANSIENT:
            raise TransientFailure(f"{url} answers {status}: try again later")
        if status in _CLIENT_ERRORS:
            raise PayloadInvalid(f"{url} answers {status}: check the address of the source")
        raise FetchFailed(f"{url} answers {status}, which means nothing here: look at the address in a browser")

    async def _read_robots(self, place: str) -> tuple[int, bytes]:
        delay = self._policy.api_delay
        fetched = await self._follow(self._parse(place), {}, delay, _CLIENT_ERRORS, is_robots=True)
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
    transport = httpx.AsyncHTTPTransport(trust_env=False)
    pool = transport._pool  # noqa: SLF001 - a test watches it
    pool._network_backend = GuardedBackend(addresses, pool._network_backend)  # noqa: SLF001  no public hook; a test watches it
    return transport


def _headers_for(target: httpx.URL, current: httpx.URL, headers: dict[str, str]) -> dict[str, str]:
    if (target.scheme, target.host, target.port) != (current.scheme, current.host, current.port):
        return {}
    return {name: value for name, value in headers.items() if name.lower() not in _CONDITIONAL}


def _is_challenge(answer: _Answer) -> bool:
    if answer.headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    # Sound pages carry some of these marks too; on a page that says no they tell why.
    page = answer.body[: _HEAD_BYTES * 4].lower()
    return answer.status in _REFUSED | _WAIT and any(mark in page for mark in _CHALLENGE_MARKS)


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
