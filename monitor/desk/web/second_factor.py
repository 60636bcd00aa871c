"""The second factor: one-time codes of an authenticator app (TOTP, RFC 6238), and recovery codes."""

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final

import pyotp
import segno
from markupsafe import Markup

from monitor.desk.web.passwords import random_groups

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 8
_ISSUER: Final = "KiểmTin"
_SECRET_BYTES: Final = 20  # what RFC 4226 recommends


class SecondFactor:
    """Makes secrets from seeds and checks codes.

    The database holds a seed only. Without the key of the installation it gives no code, so that a stolen copy of the
    database is not a stolen second factor.

    Args:
        key: Derived from the key of the installation.

    """

    def __init__(self, key: str) -> None:
        self._key = hmac.digest(key.encode(), b"second factor", "sha256")

    def secret(self, seed: str) -> str:
        """Return the secret of a seed, in base 32, as authenticator apps take it."""
        digest = hmac.digest(self._key, seed.encode(), "sha256")
        return base64.b32encode(digest[:_SECRET_BYTES]).decode()

    def matching_step(self, seed: str, code: str, now: datetime) -> int | None:
        """Return the time step whose code was typed; None when it is none of the present, the last and the next."""
        present = int(now.timestamp()) // STEP_SECONDS
        totp, typed = pyotp.TOTP(self.secret(seed)), "".join(code.split()).encode()
        for step in (present, present - 1, present + 1):
            if hmac.compare_digest(totp.generate_otp(step).encode(), typed):
                return step
        return None

    def qr_code(self, seed: str, name: str) -> Markup:
        """Draw the QR code that an authenticator app scans, as an SVG element."""
        uri = pyotp.TOTP(self.secret(seed)).provisioning_uri(name=name, issuer_name=_ISSUER)
        drawn = segno.make(uri, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff", omitsize=True)
        # Made of numbers alone; what was typed is inside the drawing.
        return Markup(drawn)  # noqa: S704


def new_seed() -> str:
    """Return a random seed."""
    return secrets.token_hex(16)


def new_recovery_codes() -> list[str]:
    """Return codes for the day on which the telephone is lost, of 138 bits each."""
    return [random_groups(4, 7) for _ in range(RECOVERY_CODES)]


def recovery_key(code: str) -> str:
    """Return a recovery code without what people change when they type: capitals, spaces and dashes."""
    return "".join(char for char in code.lower() if char.isalnum())
