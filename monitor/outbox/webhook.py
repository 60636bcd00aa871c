"""Posts to an address of the office, signed as Standard Webhooks has it (https://www.standardwebhooks.com).

The signature is HMAC-SHA-256 over key, time and body, by a secret that the receiver knows too.
"""

import base64
import binascii
import hashlib
import hmac
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from monitor.clock import Clock
from monitor.collectors.http.outbound import OutboundPost
from monitor.errors import AddressBlocked, FetchFailed, NoAnswer, NotReady, SendFailed
from monitor.outbox.channels import HandOver, Message

SHORTEST_SECRET: Final = 24  # bytes, as Standard Webhooks demands
_PREFIX: Final = "whsec_"
_ARRIVED: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Posts messages as JSON; an answer that is no success is one for now, as its receiver may be set up later.

    Args:
        url: Where it listens.
        secret: Signs what is sent.
        post: Sends a request through the address guard.
        clock: Tells the time.

    """

    url: str
    secret: bytes
    post: OutboundPost
    clock: Clock

    async def send(self, message: Message, hand_over: HandOver) -> None:
        """Post a message; it is handed over when the connection stands. A redirect is not followed."""
        host, body = urlsplit(self.url).hostname, _body(message)
        headers = {"Idempotency-Key": message.key, **signed(self.secret, message.key, self.clock.now(), body)}
        try:
            status = await self.post.send(self.url, headers, body, hand_over)
        except (AddressBlocked, FetchFailed) as error:
            raise NoAnswer(f"the webhook on {host} gives no answer: {error}") from error
        if status not in _ARRIVED:
            raise SendFailed(f"the webhook on {host} answers {status}")


def _body(message: Message) -> bytes:
    data = dict(message.data)
    if message.files:
        data["files"] = [
            {
                "name": name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "content": base64.b64encode(content).decode("ascii"),
            }
            for name, content in message.files.items()
        ]
    whole = {"type": message.kind, "timestamp": message.made_at.isoformat(), "data": data}
    return json.dumps(whole, separators=(",", ":")).encode("ascii")


def signed(secret: bytes, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a JSON body, with number, time and signature."""
    timestamp = str(int(now.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(secret, content, "sha256")).decode("ascii")
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }


def signing_secret(name: str, secret: str) -> bytes:
    """Return the bytes by which a webhook is signed: those behind `whsec_` in base64, else the text itself.

    Args:
        name: The channel's name.
        secret: The secret of this name; empty when there is none.

    Raises:
        NotReady: When there is none, or it is too short.

    """
    found = secret.encode()
    if secret.startswith(_PREFIX):
        with suppress(binascii.Error):  # then it only begins so
            found = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    if len(found) < SHORTEST_SECRET:
        raise NotReady(f"the webhook {name} needs a secret of at least {SHORTEST_SECRET} bytes: put it into [secrets]")
    return found
