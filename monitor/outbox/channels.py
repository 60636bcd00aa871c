"""The two ways out of the house: through Apprise (e-mail, Telegram, Zalo and many others), and a signed webhook."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from monitor.clock import Clock
from monitor.collectors.http.outbound import OutboundPost
from monitor.errors import AlertFailed, NotReady
from monitor.outbox.webhook_signature import signed
from monitor.outbox.webhooks import ARRIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: a number that stays the same over all attempts, its title, its line, and the data for programs."""

    number: str
    title: str
    line: str
    data: Mapping[str, Any]


class Channel(Protocol):
    """Sends a message."""

    async def send(self, message: Message) -> None:
        """Send it; raises KiemtinError when it was not taken."""
        ...


class AppriseChannel:
    """Sends through one of Apprise's services.

    Args:
        name: The channel's name in the settings.
        address: An Apprise address, as `mailtos://…`, `tgram://…` or `zalo://…`; it holds secrets and is never shown.

    Raises:
        NotReady: When Apprise is not installed, or does not know the address.

    """

    def __init__(self, name: str, address: str) -> None:
        try:
            from apprise import Apprise  # noqa: PLC0415  an extra, and it takes half a second
        except ImportError as error:
            raise NotReady("alerts are sent through Apprise: install the `alerts` extra") from error
        self._name = name
        self._service = Apprise()
        if not address or not self._service.add(address):
            message = f"the secret {name} is no Apprise address: see docs/alerts.md for examples"
            raise NotReady(message)

    async def send(self, message: Message) -> None:
        """Send a message as plain text.

        Raises:
            AlertFailed: The service did not take it.

        """
        if not await asyncio.to_thread(self._notify, message):
            raise AlertFailed(f"the service of {self._name} did not take it: check its address and whether it answers")

    def _notify(self, message: Message) -> bool:
        return bool(self._service.notify(message.line, message.title, body_format="text"))


class WebhookChannel:
    """Posts to an address of the office, signed as webhooks of decisions are.

    Args:
        url: Where it listens.
        secret: Signs what is sent.
        post: Sends a request.
        clock: Tells the time.

    """

    def __init__(self, url: str, secret: bytes, post: OutboundPost, clock: Clock) -> None:
        self._url, self._secret, self._post, self._clock = url, secret, post, clock

    async def send(self, message: Message) -> None:
        """Send the data of a message.

        Raises:
            KiemtinError: There was no answer, or not one of success.

        """
        now = self._clock.now()
        whole = {"type": "alert", "timestamp": now.isoformat(), "data": {**message.data, "line": message.line}}
        body = json.dumps(whole, separators=(",", ":")).encode("ascii")
        status = await self._post.send(self._url, signed(self._secret, message.number, now, body), body)
        if status not in ARRIVED:
            raise AlertFailed(f"it answers {status}")
