"""The cookie of a browser that has signed in before: its next sign-ins are counted apart from those of strangers.

It lets nobody in. See https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies.
"""

import secrets
from typing import Final

from fastapi import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

DEVICE_COOKIE: Final = "kiemtin_device"
DEVICE_SECONDS: Final = 90 * 24 * 60 * 60


class KnownDevices:
    """Makes and reads the cookie.

    Args:
        secret: Signs it.
        secure: Whether the desk is served by HTTPS only.

    """

    def __init__(self, secret: str, *, secure: bool) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="known device")
        self._secure = secure
        self._name = f"__Host-{DEVICE_COOKIE}" if secure else DEVICE_COOKIE

    def mark(self, request: Request, user_id: int) -> str | None:
        """Return the mark of a browser that has signed in as a user before; None for any other."""
        cookie = request.cookies.get(self._name, "")
        try:
            known = self._serializer.loads(cookie, max_age=DEVICE_SECONDS)
        except BadSignature:
            return None
        return str(known["mark"]) if known["user"] == user_id else None

    def remember(self, response: Response, user_id: int) -> None:
        """Set the cookie after a sign-in."""
        value = self._serializer.dumps({"user": user_id, "mark": secrets.token_hex(16)})
        response.set_cookie(
            self._name,
            str(value),
            max_age=DEVICE_SECONDS,
            httponly=True,
            samesite="strict",
            secure=self._secure,
            path="/",
        )
