"""The one polite websocket: opened by the polite client's rules (guard, robots.txt, pace), read, never written to."""

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
from monitor.collectors.http.policy import Manners
from monitor.collectors.http.rate_limit import retry_at
from monitor.errors import AddressBlocked, CollectError, FetchFailed, PayloadInvalid, RateLimited, SourceRefused

_REDIRECTS = range(300, 400)
_REFUSED = frozenset({401, 403, 451})
_WAIT = frozenset({429, 503})
_CLIENT_ERRORS = range(400, 500)
_PING_SECONDS = 20.0
_CLOSE_SECONDS = 2.0


class StreamBroken(FetchFailed):
    """The connection could not be made, or broke off; another try soon may go well."""


class HandshakeRejected(PayloadInvalid):
    """The server does not accept what was asked for.

    Args:
        message: What was said.
        body: The server's own explanation.

    """

    def __init__(self, message: str, body: bytes) -> None:
        super().__init__(message)
        self.body = body


class Stream:
    """An open connection, of which messages are read one by one."""

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
            StreamBroken: When the connection ended.

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
    """Follows no redirects: they would lead past the guard and robots.txt."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


@asynccontextmanager
async def open_stream(
    url: str, client: PoliteClient, *, subprotocol: str | None = None, pings: bool = True
) -> AsyncIterator[Stream]:
    """Open a websocket for the length of a block.

    The name is resolved here, all its addresses are vetted, and the connection goes to a vetted one; the name in TLS
    and Host stays as it was.

    Args:
        url: A ws:// or wss:// address.
        client: Whose rules hold: addresses, robots.txt, pace, name, longest wait, largest message.
        subprotocol: What is to be spoken inside.
        pings: Whether the server bears being asked if it is still there.

    Raises:
        AddressBlocked: The address is malformed, not public, or on another port.
        SourceRefused: robots.txt, 401, 403, 451 or a challenge page.
        RateLimited: 429 or 503.
        HandshakeRejected: Another 4xx.
        StreamBroken: No connection, or another answer.

    """
    manners = client.manners
    address = url.replace("ws", "http", 1)
    manners.addresses.check_url(address)
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    delay = max(manners.policy.api_delay, await manners.robots.require(address))
    async with manners.pace.turn(host, delay):
        connection = await _connect(url, host, port, manners, subprotocol, pings=pings)
    try:
        yield Stream(connection, host)
    finally:
        await connection.close()


async def _connect(
    url: str, host: str, port: int, manners: Manners, subprotocol: str | None, *, pings: bool
) -> ClientConnection:
    try:
        addresses = await resolve(host, port)
    except httpcore.ConnectError as error:
        raise StreamBroken(f"{host} could not be reached: {_reason(error)}: try again later") from error
    manners.addresses.vet(host, port, addresses)
    failure: CollectError = StreamBroken(f"{host} has no address: check the address of the source")
    for address in addresses:
        try:
            return await _Connect(
                url,
                host=address,
                port=port,
                proxy=None,
                subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
                user_agent_header=manners.policy.user_agent,
                open_timeout=manners.policy.timeout,
                close_timeout=_CLOSE_SECONDS,
                ping_interval=_PING_SECONDS if pings else None,
                max_size=manners.policy.max_body_bytes,
            )
        except InvalidStatus as error:
            raise _refusal(host, error.response, manners) from error
        except InvalidURI as error:
            raise AddressBlocked(f"{url!r} is not a web address: {_reason(error)}") from error
        except (OSError, InvalidHandshake, EOFError) as error:  # a timeout is an OSError too
            failure = StreamBroken(f"{host} could not be reached: {_reason(error)}: try again later")
    raise failure


def _refusal(host: str, response: Response, manners: Manners) -> CollectError:
    """Explain an answer that opens no stream, as the polite client explains those of pages."""
    status = response.status_code
    headers = {name.lower(): value for name, value in response.headers.raw_items()}
    body = bytes(response.body or b"")
    if headers.get("cf-mitigated", "").lower() == "challenge":
        return SourceRefused(f"{host} shows a challenge for browsers: the site does not want to be read by programs")
    if status in _WAIT:
        said = retry_at(headers, body, manners.clock.now())
        manners.pace.close(host, said)
        when = f"until {said:%Y-%m-%d %H:%M:%S} UTC" if said else "without saying for how long"
        return RateLimited(f"{host} asks us to wait {when} (status {status}): try again later", said)
    if status in _REFUSED:
        return SourceRefused(f"{host} answers {status}: its stream is not for those who are not signed in")
    if status in _REDIRECTS:
        return PayloadInvalid(f"{host} redirects its stream elsewhere: change the address of the source")
    if status in _CLIENT_ERRORS:
        said_why = " ".join(body.decode("utf-8", errors="replace").split())[:200]
        return HandshakeRejected(f"{host} answers {status} ({said_why}): check the address of the source", body)
    return StreamBroken(f"{host} answers {status} instead of opening a stream: try again later")


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
