"""The cookie of a browser that has signed in before: its next sign-ins are counted apart from those of strangers.

It lets nobody in. See https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies.
"""

import hashlib
import secrets
from typing import Final

from fastapi import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import Response

from storage.models import User

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

    def mark(self, request: Request, user: User) -> str | None:
        """Return the mark of a browser that has signed in as a user by the present password; None for any other."""
        cookie = request.cookies.get(self._name, "")
        try:
            known = self._serializer.loads(cookie, max_age=DEVICE_SECONDS)
        except BadSignature:
            return None
        return str(known["mark"]) if known.get("by") == _proof(user) else None

    def remember(self, response: Response, user: User) -> None:
        """Set the cookie after a sign-in."""
        value = self._serializer.dumps({"by": _proof(user), "mark": secrets.token_hex(16)})
        response.set_cookie(
            self._name,
            str(value),
            max_age=DEVICE_SECONDS,
            httponly=True,
            samesite="strict",
            secure=self._secure,
            path="/",
        )


def _proof(user: User) -> str:
    """Name a user and a password, so that another one ends what was known before."""
    return hashlib.sha256(f"{user.id} {user.password_hash}".encode()).hexdigest()[:32]
