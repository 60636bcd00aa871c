"""Check that a webhook comes from your KiểmTin, and is not an old one sent again."""

import base64
import hmac
import time
from collections.abc import Mapping

OLDEST = 5 * 60  # seconds


def is_genuine(secret: bytes, headers: Mapping[str, str], body: bytes, now: float | None = None) -> bool:
    """Tell whether a request was signed with the secret within the last five minutes.

    Args:
        secret: The secret of the webhook.
        headers: The headers of the request, in lower case.
        body: The body as it came, before any parsing.
        now: The present time in seconds since 1970; None: the clock of this machine.

    """
    number, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs((time.time() if now is None else now) - int(timestamp)) > OLDEST:
        return False
    expected = hmac.digest(secret, f"{number}.{timestamp}.".encode() + body, "sha256")
    version, _, signature = headers["webhook-signature"].partition(",")
    return version == "v1" and hmac.compare_digest(base64.b64decode(signature), expected)
