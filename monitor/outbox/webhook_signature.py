"""Signs what is sent to other programs, as Standard Webhooks has it (https://www.standardwebhooks.com).

The signature is HMAC-SHA-256 over number, time and body, by a secret that the receiver knows too.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic import SecretStr

from monitor.errors import NotReady

SHORTEST_SECRET: Final = 24  # bytes, as Standard Webhooks demands
_PREFIX: Final = "whsec_"


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


def signing_secret(secrets: Mapping[str, SecretStr], name: str) -> bytes:
    """Return the secret of a webhook.

    Args:
        secrets: The [secrets] of the settings.
        name: Its name there.

    Raises:
        NotReady: When there is none, or it is too short.

    """
    secret = secrets.get(name)
    known = secret_bytes(secret.get_secret_value()) if secret else b""
    if len(known) < SHORTEST_SECRET:
        raise NotReady(f"the webhook {name} needs a secret of at least {SHORTEST_SECRET} bytes: put it into [secrets]")
    return known


def secret_bytes(secret: str) -> bytes:
    """Return the bytes of a secret: those behind `whsec_` in base64, else the text itself."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()
