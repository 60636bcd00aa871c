"""Posts a report as JSON to an address of the office, with a key by which the other side can tell a repeated one."""

import hashlib
import json
from base64 import b64encode
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from monitor.errors import ReportFailed
from monitor.reports.parcel import HandOver, Parcel, Refused

_SECONDS: Final = 60
_OK, _REDIRECT, _SERVER_ERROR = 200, 300, 500
_LATER: Final = (408, 425, 429)


def post_report(address: str, parcel: Parcel, hand_over: HandOver) -> None:
    """Post a parcel.

    Args:
        address: Where to, https:// or on this machine.
        parcel: What is sent; its name is the `Idempotency-Key`.
        hand_over: Called when the connection stands, before the report is sent.

    Raises:
        ReportFailed: The other side cannot be reached, or refused for now.
        Refused: It refused for good, or answered with another address, which is not followed.
        OSError: The connection broke while it had the report.

    """
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        try:
            connection.connect()
        except OSError as error:
            message = f"the webhook on {parts.hostname} cannot be reached: {error}"
            raise ReportFailed(message) from error
        hand_over()
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = {"Content-Type": "application/json", "Idempotency-Key": parcel.name}
        try:
            connection.request("POST", path, _body(parcel), headers)
            status = connection.getresponse().status
        except HTTPException as error:
            raise OSError(str(error)) from error
    finally:
        connection.close()
    if _OK <= status < _REDIRECT:
        return
    message = f"the webhook on {parts.hostname} answered {status}"
    raise (ReportFailed if status >= _SERVER_ERROR or status in _LATER else Refused)(message)


def _body(parcel: Parcel) -> bytes:
    files = [
        {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "content": b64encode(content).decode()}
        for name, content in parcel.files.items()
    ]
    whole = {"id": parcel.name, "title": parcel.title, "made_at": parcel.made_at.isoformat(), "files": files}
    return json.dumps(whole, ensure_ascii=False).encode()
