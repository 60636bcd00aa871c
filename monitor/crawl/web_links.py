"""Which addresses that people or files give may become links."""

from typing import Final
from urllib.parse import urlsplit

MAX_LINK: Final = 2_000  # characters


def web_address(address: str | None) -> str | None:
    """Return an address if it may become a link (http or https, with a host); otherwise None."""
    # Browsers take a backslash for a slash: after `https://one.example\@other.example/` they see another host.
    if not address or "\\" in address or any(char.isspace() or not char.isprintable() for char in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None
