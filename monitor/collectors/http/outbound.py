"""Sending to an address of the settings, through the same address guard as all that is read."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

from monitor.clock import Clock
from monitor.collectors.http.address_guard import AddressPolicy
from monitor.collectors.http.client import TRANSPORT_ERRORS, as_sent, guarded_pool, parse_url
from monitor.errors import FetchFailed

_GIVES_AWAY: Final = ".send_request_headers.started"
"""How httpcore calls the moment at which the connection stands and nothing was sent."""
_LEAST_SPEED: Final = 50_000
"""Bytes that are sent in a second, at least: a report has megabytes."""


class OutboundPost:
    """Sends POST requests and looks at the status alone. Use it as an async context manager.

    Args:
        addresses: Which hosts and ports may be opened.
        clock: Limits the time.
        timeout: How long one request may take in all, in seconds; a large body has more.
        user_agent: What the program calls itself.

    """

    def __init__(self, addresses: AddressPolicy, clock: Clock, timeout: float, user_agent: str) -> None:
        self._addresses = addresses
        self._clock = clock
        self._timeout = timeout
        self._user_agent = user_agent
        self._pool = guarded_pool(addresses)

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.aclose()

    async def send(
        self, url: str, headers: Mapping[str, str], body: bytes, before_sending: Callable[[], None] | None = None
    ) -> int:
        """Send a body; no redirect is followed, and no answer is read.

        Args:
            url: Where to.
            headers: What stands above the body.
            body: The content.
            before_sending: Called when the connection stands, at the last moment at which nothing was given away.

        Returns:
            The HTTP status.

        Raises:
            AddressBlocked: The address is malformed, not public, or on another port.
            FetchFailed: There was no answer.

        """
        self._addresses.check_url(url)
        address = parse_url(url)
        target = as_sent(address)
        whole = {
            "Host": address.netloc.decode("ascii"),
            "User-Agent": self._user_agent,
            "Content-Length": str(len(body)),
            **headers,
        }

        async def watch(event: str, _: Mapping[str, Any]) -> None:
            if before_sending is not None and event.endswith(_GIVES_AWAY):
                await asyncio.to_thread(before_sending)  # it may write to a disk

        sent = [(name.encode("ascii"), value.encode("utf-8")) for name, value in whole.items()]
        seconds = self._timeout + len(body) / _LEAST_SPEED
        try:
            async with (
                self._clock.timeout(seconds),
                self._pool.stream("POST", target, headers=sent, content=body, extensions={"trace": watch}) as response,
            ):
                return response.status
        except TimeoutError as error:
            raise FetchFailed(f"no answer within {seconds:.0f} s (`timeout_seconds`)") from error
        except TRANSPORT_ERRORS as error:
            raise FetchFailed(f"it cannot be reached: {str(error) or type(error).__name__}") from error
