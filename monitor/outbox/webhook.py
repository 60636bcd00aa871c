"""Posts a report as JSON to an address of the office, signed, with a key by which a repeated one is known."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import urlsplit

from monitor.errors import AddressBlocked, FetchFailed, ReportFailed
from monitor.outbox.parcel import HandOver, Parcel, Refused
from monitor.outbox.webhook_signature import signed

_OK, _REDIRECT, _SERVER_ERROR = 200, 300, 500
_LATER: Final = (408, 425, 429)


class Post(Protocol):
    """Sends a body through the address guard; calls `before_sending` when the connection stands."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, before_sending: HandOver) -> int:
        """Return the HTTP status; raises AddressBlocked or FetchFailed when there is no answer."""
        ...


def post_report(address: str, parcel: Parcel, hand_over: HandOver, *, post: Post, secret: bytes, now: datetime) -> None:
    """Post a parcel.

    Args:
        address: Where to, https:// or on this machine.
        parcel: What is sent; its name is the `Idempotency-Key`, and the number that is signed.
        hand_over: Called when the connection stands, before the report is sent.
        post: Sends a request.
        secret: Signs the report.
        now: The time of the signature, aware UTC.

    Raises:
        ReportFailed: The other side cannot be reached, or refused for now.
        Refused: It refused for good, or answered with another address, which is not followed.
        OSError: The connection broke while it had the report.

    """
    given = False

    def give() -> None:
        nonlocal given
        hand_over()
        given = True

    host, body = urlsplit(address).hostname, _body(parcel)
    headers = {"Idempotency-Key": parcel.name, **signed(secret, parcel.name, now, body)}
    try:
        status = post(address, headers, body, give)
    except (AddressBlocked, FetchFailed) as error:
        if given:
            raise OSError(str(error)) from error
        message = f"the webhook on {host} was not asked: {error}"
        raise ReportFailed(message) from error
    if _OK <= status < _REDIRECT:
        return
    message = f"the webhook on {host} answered {status}"
    raise (ReportFailed if status >= _SERVER_ERROR or status in _LATER else Refused)(message)


def _body(parcel: Parcel) -> bytes:
    files = [
        {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "content": b64encode(content).decode()}
        for name, content in parcel.files.items()
    ]
    whole = {"id": parcel.name, "title": parcel.title, "made_at": parcel.made_at.isoformat(), "files": files}
    return json.dumps(whole, ensure_ascii=False).encode()
