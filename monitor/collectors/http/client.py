"""The HTTP client for all collectors: robots.txt, rate limit, retries, size limits, address guard.

httpx is imported in this module alone, for addresses and headers; httpcore sends the requests.
"""

import random
import re
import zlib
from collections.abc import AsyncIterator, Callable, Container, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Self, TypeVar, TypeVarTuple

import httpcore
import httpx
import stamina
from protego import Protego

from monitor.clock import Clock
from monitor.collectors.http.address_guard import AddressPolicy, GuardedBackend
from monitor.collectors.http.exchange import Decompressor, Exchange
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.host_state import HostStateStore
from monitor.collectors.http.policy import CrawlPolicy, RequestChecks
from monitor.collectors.http.rate_limit import RateLimiter, retry_at
from monitor.collectors.http.robots import RobotsCache, read_rules
from monitor.collectors.isolation.parser import ProcessParser
from monitor.errors import AddressBlocked, FetchFailed, PayloadInvalid, RateLimited, SourceRefused

_MOST_REDIRECTS = 5
_ATTEMPTS = 3
_FIRST_RETRY_SECONDS = 1.0
_ROBOTS_BYTES = 512_000
# Seconds added to the timeout before another program may take over a host: ours may be slow without being dead.
_LEASE_MARGIN = 10.0
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
_CHALLENGE_SCRIPT = b"window._cf_chl_opt"  # ordinary pages have other scripts of the same firm
_CHALLENGE_BYTES = 16_384  # the marks stand near the beginning of a page
_Result = TypeVar("_Result")
_Arguments = TypeVarTuple("_Arguments")
TRANSPORT_ERRORS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    zlib.error,
)


class TransientFailure(FetchFailed):
    """A request failed in a way that often passes by itself. The client repeats it before it raises this."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    location: str | None
    exchange: Exchange | None


class PoliteClient:
    """Reads public addresses within the crawl policy. Use it as an async context manager.

    Args:
        policy: The crawl policy.
        clock: Tells the time, and sleeps between requests.
        parser: Where answers are parsed.
        host_states: Where the state of hosts is shared with other programs; None: nowhere.

    `checks` is what each request must pass; collectors that speak another protocol share it.

    """

    def __init__(
        self,
        policy: CrawlPolicy,
        clock: Clock,
        parser: ProcessParser,
        host_states: HostStateStore | None = None,
    ) -> None:
        agent = re.match(r"[A-Za-z_-]+", policy.user_agent)
        token = agent[0] if agent else policy.user_agent
        lease = policy.timeout + _LEASE_MARGIN
        self.checks = RequestChecks(
            policy=policy,
            clock=clock,
            addresses=AddressPolicy(policy.allow_addresses),
            robots=RobotsCache(token, self._read_robots, self._parse_robots, clock, host_states),
            rate_limiter=RateLimiter(clock, policy.requests_per_host_per_day, random.random, host_states, lease),
        )
        self._pool = guarded_pool(self.checks.addresses)
        self._parser = parser
        self._headers = {
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "keep-alive",
            "User-Agent": policy.user_agent,
        }

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.aclose()
        await self._parser.aclose()

    async def parse(
        self, read: Callable[[Fetched, *_Arguments], _Result], fetched: Fetched, *arguments: *_Arguments
    ) -> _Result:
        """Parse an answer where it can hold up nothing else, and within limits of time, memory and depth.

        Args:
            read: A function of a module. Arguments, result and errors go from process to process, so they are plain
                data: no parsed trees, no open files.
            fetched: The answer.
            arguments: What else the function takes.

        Raises:
            KiemtinError: What the function raises.
            PayloadInvalid: It takes too much, or ends in another error.

        """
        result: _Result = await self._parser.run(read, fetched, arguments)
        return result

    async def get(
        self,
        url: str,
        *,
        api: bool = False,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept_status: Container[int] = _NO_STATUS,
        robots_exempt: bool = False,
    ) -> Fetched:
        """Read one address and follow up to five redirects. Each request passes guard, robots.txt and rate limit.

        Args:
            url: What to read.
            api: Whether it is a documented API, which has a delay of its own.
            params: Added to the address's query.
            headers: Sent with the first request. A redirect to another host, port or scheme gets none of them, and
                no redirect gets conditional ones.
            accept_status: Statuses of 4xx (not 429) that are returned instead of raised.
            robots_exempt: Whether robots.txt is not applied, because the host allowed this interface to whoever runs
                this program. The exemption ends at a redirect to another host, port or scheme.

        Raises:
            AddressBlocked: The address, or one it redirects to, is malformed, not public, or on another port.
            SourceRefused: robots.txt, 401, 403, 451 or a challenge page.
            RateLimited: 429, 503, or the day's limit is reached.
            PayloadInvalid: Another 4xx.
            FetchFailed: No answer, a broken one, or one that is too large.

        """
        start = parse_url(url)
        if params:
            start = start.copy_merge_params(dict(params))
        delay = self.checks.policy.api_delay if api else self.checks.policy.html_delay
        return await self._follow(start, dict(headers or {}), delay, accept_status, check_robots=not robots_exempt)

    async def _follow(
        self,
        start: httpx.URL,
        headers: dict[str, str],
        delay: float,
        accept: Container[int],
        *,
        check_robots: bool = True,
        is_robots: bool = False,
    ) -> Fetched:
        current, permanent, requested = start, True, str(start)
        for _ in range(_MOST_REDIRECTS + 1):
            address = str(current)
            self.checks.addresses.check_url(address)
            crawl_delay = await self.checks.robots.require(address) if check_robots else 0.0
            pause = max(delay, crawl_delay)
            answer = await self._send_with_retries(current, headers, pause, accept, is_robots=is_robots)
            if answer.location is None:
                return Fetched(
                    url=requested,
                    final_url=address,
                    status=answer.status,
                    headers=answer.headers,
                    body=answer.body,
                    fetched_at=self.checks.clock.now(),
                    permanent_url=address if permanent and address != requested else None,
                    exchange=answer.exchange,
                    pause=pause,
                )
            target = parse_url(answer.location, base=current)
            # Headers may hold a key, and an exemption is for one host: neither may follow to another origin.
            if not _same_origin(target, current):
                headers, check_robots = {}, not is_robots
            headers = {name: value for name, value in headers.items() if name.lower() not in _CONDITIONAL}
            permanent = permanent and answer.status in _PERMANENT
            current = target
        raise FetchFailed(f"{requested} redirects more than {_MOST_REDIRECTS} times: look at the address in a browser")

    async def _send_with_retries(
        self, url: httpx.URL, headers: Mapping[str, str], delay: float, accept: Container[int], *, is_robots: bool
    ) -> _Answer:
        async for attempt in stamina.retry_context(
            on=TransientFailure, attempts=_ATTEMPTS, timeout=None, wait_initial=_FIRST_RETRY_SECONDS
        ):
            with attempt:
                async with self.checks.rate_limiter.slot(url.host, delay):
                    answer = await self._send(url, headers, is_robots=is_robots)
                    # Inside the slot: a back-off must be stored before another program sends its request.
                    self._check_answer(url, answer, accept)
        return answer

    def _timeout(self) -> AbstractAsyncContextManager[object]:
        return self.checks.clock.timeout(self.checks.policy.timeout)

    async def _send(self, url: httpx.URL, headers: Mapping[str, str], *, is_robots: bool) -> _Answer:
        # A contact in the user agent may have any letters.
        request_headers = httpx.Headers({"Host": url.netloc.decode("ascii"), **self._headers}, encoding="utf-8")
        request_headers.update(headers)
        try:
            async with self._timeout(), self._open(url, request_headers) as response:
                response_headers = httpx.Headers(response.headers)
                location = response_headers.get("location") if response.status in _REDIRECTS else None
                encoding = response_headers.get("content-encoding", "").strip().lower()
                chunks = response.aiter_stream()
                raw, body = (b"", b"") if location else await self._read(url, encoding, chunks, is_robots=is_robots)
                exchange = Exchange.from_parts(
                    request_headers.items(),
                    response.extensions["http_version"].decode("ascii"),
                    response.extensions["reason_phrase"].decode("ascii", errors="ignore"),
                    response.headers,
                    raw,
                )
                return _Answer(response.status, dict(response_headers.items()), body, location, exchange)
        except TimeoutError as error:
            message = f"{url} took longer than {self.checks.policy.timeout:g} s (`timeout_seconds`): try again later"
            raise TransientFailure(message) from error
        except TRANSPORT_ERRORS as error:
            raise TransientFailure(f"{url} could not be read: {_reason(error)}") from error

    def _open(self, url: httpx.URL, headers: httpx.Headers) -> AbstractAsyncContextManager[httpcore.Response]:
        # Not httpx.AsyncClient: it would follow redirects past the checks, and keep cookies.
        return self._pool.stream("GET", as_sent(url), headers=headers.raw)

    async def _read(
        self, url: httpx.URL, encoding: str, chunks: AsyncIterator[bytes], *, is_robots: bool
    ) -> tuple[bytes, bytes]:
        """Read a body within the size limit; returns it as received, and decompressed."""
        if encoding not in _ENCODINGS:  # nested encodings multiply: a few bytes could become gigabytes
            raise FetchFailed(f"{url} is compressed as {encoding!r}, which was not requested: it cannot be read")
        limit = _ROBOTS_BYTES if is_robots else self.checks.policy.max_body_bytes
        raw, body, decompressor = bytearray(), bytearray(), Decompressor(encoding)
        async for chunk in chunks:
            raw += chunk
            body += decompressor.feed(chunk, limit + 1 - len(body))
            if len(body) > limit or len(raw) > limit:
                if is_robots:  # RFC 9309: what is beyond the limit is ignored, not an error
                    return b"", bytes(body[:limit])
                raise FetchFailed(f"{url} is larger than {limit} bytes: read a smaller page of this site")
        decompressed = bytes(body)
        return (decompressed if raw == body else bytes(raw)), decompressed

    def _check_answer(self, url: httpx.URL, answer: _Answer, accept: Container[int]) -> None:
        status = answer.status
        if _is_challenge(answer):
            raise SourceRefused(f"{url} shows a challenge for browsers: the site does not want to be read by programs")
        if status in _WAIT:
            until = retry_at(answer.headers, answer.body, self.checks.clock.now())
            self.checks.rate_limiter.back_off(url.host, until)
            when = f"until {until:%Y-%m-%d %H:%M:%S} UTC" if until else "without saying for how long"
            raise RateLimited(f"{url.host} asks us to wait {when} (status {status}): try again later", until)
        if status in _OK or status == _NOT_MODIFIED or status in accept or answer.location is not None:
            self.checks.rate_limiter.record_success(url.host, answer.headers)
            return
        if status in _REFUSED:
            raise SourceRefused(f"{url} answers {status}: the site does not want this to be read without signing in")
        if status in _TRANSIENT:
            raise TransientFailure(f"{url} answers {status}: try again later")
        if status in _CLIENT_ERRORS:
            raise PayloadInvalid(f"{url} answers {status}: check the address of the source")
        raise FetchFailed(f"{url} answers {status}, an unexpected status: look at the address in a browser")

    async def _read_robots(self, url: str) -> tuple[int, bytes]:
        delay = self.checks.policy.api_delay
        fetched = await self._follow(parse_url(url), {}, delay, _CLIENT_ERRORS, check_robots=False, is_robots=True)
        return fetched.status, fetched.body

    async def _parse_robots(self, fetched: Fetched) -> Protego:
        return await self.parse(read_rules, fetched)


def parse_url(url: str, base: httpx.URL | None = None) -> httpx.URL:
    """Read an address, which may be relative to another one.

    Raises:
        AddressBlocked: It is none.

    """
    try:
        return httpx.URL(url) if base is None else base.join(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressBlocked(f"{url!r} is not a web address: {_reason(error)}") from error


def as_sent(url: httpx.URL) -> httpcore.URL:
    """Return an address as it is sent: the host by IDNA, other letters percent-encoded."""
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def guarded_pool(addresses: AddressPolicy) -> httpcore.AsyncConnectionPool:
    """Build a connection pool that opens every connection through the address guard."""
    return httpcore.AsyncConnectionPool(
        # Without the environment: a proxy or certificate of the shell must not decide what is read.
        ssl_context=httpx.create_ssl_context(trust_env=False),
        max_connections=100,
        max_keepalive_connections=20,
        # Longer than the delay between two pages, or each page of a slow crawl would need a new handshake.
        keepalive_expiry=30.0,
        network_backend=GuardedBackend(addresses, httpcore.AnyIOBackend()),
    )


def _same_origin(target: httpx.URL, current: httpx.URL) -> bool:
    return (target.scheme, target.host, target.port) == (current.scheme, current.host, current.port)


def _is_challenge(answer: _Answer) -> bool:
    if answer.headers.get("cf-mitigated", "").lower() == "challenge":
        return True
    page = answer.body[:_CHALLENGE_BYTES].lower()
    if answer.status in _OK:
        return answer.headers.get("content-type", "").lower().startswith("text/html") and _CHALLENGE_SCRIPT in page
    if answer.status not in _REFUSED | _WAIT:  # ordinary pages contain some of these marks too
        return False
    return any(mark in page for mark in _CHALLENGE_MARKS)


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
