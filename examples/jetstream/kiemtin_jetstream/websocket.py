"""Websockets, opened under the same checks as HTTP requests (guard, robots.txt, rate limit) and only read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpcore
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.http11 import Response
from websockets.typing import Subprotocol

from monitor.collectors.http.address_guard import resolve
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.policy import RequestChecks
from monitor.collectors.http.rate_limit import retry_at
from monitor.errors import AddressBlocked, CollectError, FetchFailed, PayloadInvalid, RateLimited, SourceRefused

_REDIRECTS = range(300, 400)
_REFUSED = frozenset({401, 403, 451})
_WAIT = frozenset({429, 503})
_CLIENT_ERRORS = range(400, 500)
_PING_SECONDS = 20.0
_CLOSE_SECONDS = 2.0


class StreamBroken(FetchFailed):
    """The connection could not be made, or was lost; another try soon may succeed."""


class HandshakeRejected(PayloadInvalid):
    """The server rejected the request for a websocket.

    Args:
        message: One line for people.
        body: The body of the server's answer, which may name the reason.

    """

    def __init__(self, message: str, body: bytes) -> None:
        super().__init__(message)
        self.body = body


class Stream:
    """An open connection, whose messages are read one by one."""

    def __init__(self, connection: ClientConnection, host: str) -> None:
        self._connection = connection
        self._host = host

    async def receive(self, seconds: float) -> str | None:
        """Wait for the next message.

        Args:
            seconds: How long to wait.

        Returns:
            The message; None when none came in that time.

        Raises:
            StreamBroken: The connection ended.

        """
        try:
            async with asyncio.timeout(seconds):
                message = await self._connection.recv()
        except TimeoutError:
            return None
        except ConnectionClosed as error:
            raise StreamBroken(f"the stream of {self._host} broke off ({_reason(error)}): try again later") from error
        return message if isinstance(message, str) else message.decode("utf-8", errors="replace")


class _Connect(connect):
    """Follows no redirects: they would bypass the guard and robots.txt."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


@asynccontextmanager
async def open_stream(
    url: str, client: PoliteClient, *, subprotocol: str | None = None, pings: bool = True
) -> AsyncIterator[Stream]:
    """Open a websocket for the duration of a block.

    The name is resolved and all its addresses are checked here. The connection goes to a checked address, while TLS
    and the Host header keep the name.

    Args:
        url: A ws:// or wss:// address.
        client: The HTTP client whose checks and policy apply.
        subprotocol: The websocket subprotocol, if any.
        pings: Whether to send keep-alive pings; some servers close the connection on them.

    Raises:
        AddressBlocked: The address is malformed, not public, or on another port.
        SourceRefused: robots.txt, 401, 403, 451 or a challenge page.
        RateLimited: 429 or 503.
        HandshakeRejected: Another 4xx.
        StreamBroken: No connection, or another answer.

    """
    checks = client.checks
    address = url.replace("ws", "http", 1)
    checks.addresses.check_url(address)
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    delay = max(checks.policy.api_delay, await checks.robots.require(address))
    async with checks.rate_limiter.slot(host, delay):
        connection = await _connect(url, host, port, checks, subprotocol, pings=pings)
    try:
        yield Stream(connection, host)
    finally:
        await connection.close()


async def _connect(
    url: str, host: str, port: int, checks: RequestChecks, subprotocol: str | None, *, pings: bool
) -> ClientConnection:
    try:
        addresses = await resolve(host, port)
    except httpcore.ConnectError as error:
        raise StreamBroken(f"{host} could not be reached: {_reason(error)}: try again later") from error
    checks.addresses.check_addresses(host, port, addresses)
    failure: CollectError = StreamBroken(f"{host} has no address: check the address of the source")
    for address in addresses:
        try:
            return await _Connect(
                url,
                host=address,
                port=port,
                proxy=None,
                subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
                user_agent_header=checks.policy.user_agent,
                open_timeout=checks.policy.timeout,
                close_timeout=_CLOSE_SECONDS,
                ping_interval=_PING_SECONDS if pings else None,
                max_size=checks.policy.max_body_bytes,
            )
        except InvalidStatus as error:
            raise _refusal(host, error.response, checks) from error
        except InvalidURI as error:
            raise AddressBlocked(f"{url!r} is not a web address: {_reason(error)}") from error
        except (OSError, InvalidHandshake, EOFError) as error:  # a timeout is an OSError too
            failure = StreamBroken(f"{host} could not be reached: {_reason(error)}: try again later")
    raise failure


def _refusal(host: str, response: Response, checks: RequestChecks) -> CollectError:
    """Return the error for an answer that opens no stream; the same statuses mean the same as for pages."""
    status = response.status_code
    headers = {name.lower(): value for name, value in response.headers.raw_items()}
    body = bytes(response.body or b"")
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return SourceRefused(f"{host} shows a challenge for browsers: the site does not want to be read by programs")
    if status in _WAIT:
        until = retry_at(headers, body, checks.clock.now())
        checks.rate_limiter.back_off(host, until)
        when = f"until {until:%Y-%m-%d %H:%M:%S} UTC" if until else "without saying for how long"
        return RateLimited(f"{host} asks us to wait {when} (status {status}): try again later", until)
    if status in _REFUSED:
        return SourceRefused(f"{host} answers {status}: its stream is not for those who are not signed in")
    if status in _REDIRECTS:
        return PayloadInvalid(f"{host} redirects its stream elsewhere: change the address of the source")
    if status in _CLIENT_ERRORS:
        explanation = " ".join(body.decode("utf-8", errors="replace").split())[:200]
        return HandshakeRejected(f"{host} answers {status} ({explanation}): check the address of the source", body)
    return StreamBroken(f"{host} answers {status} instead of opening a stream: try again later")


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
