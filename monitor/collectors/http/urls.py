"""Web addresses: absolute forms, forms without tracking parameters, and which of them may become links."""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

from monitor.errors import UsageError

# Most addresses are already absolute and clean, or begin at the root of their host: this skips the slower join.
_WHOLE = re.compile(r"https?://[a-z0-9.-]+(?:/[^\s\x00-\x20?#;]*)?(?:\?[^\s\x00-\x20#;]+)?")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[1-5]?[0-9]{1,4})?(?=/|\Z)")
_FROM_ROOT = re.compile(r"/(?:[\w~%@+-][\w~%@+.-]*+(?:/|\Z))*+", re.ASCII)
_TRACKING = ("utm_", "fbclid", "gclid", "zarsrc", "igsh", "mibextid")
MAX_LINK: Final = 2_000  # characters


def web_address(link: str, base_url: str) -> str | None:
    """Return the absolute address of a link; None when it is not http(s).

    Args:
        link: The link as it was written.
        base_url: What it is relative to; empty when it must be absolute.

    """
    if _WHOLE.fullmatch(link):
        return link
    origin = _ORIGIN.match(base_url)
    if origin is not None and _FROM_ROOT.fullmatch(link):
        return origin[0] + link
    try:
        address = urljoin(base_url, link) if link else ""
        urlsplit(address).port  # noqa: B018 - only this access raises for a port that is not a number
    except ValueError:
        return None
    return address if address.startswith(("https://", "http://")) else None


def require_source_address(address: str) -> None:
    """Refuse what cannot be the address of a source.

    Raises:
        UsageError: It is no address of the web, nor of a websocket.

    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"{address!r} is not a web address: {error}") from error
    if parts.scheme not in ("https", "http", "wss", "ws") or not host:
        raise UsageError(f"{address!r} is not a web address: write it whole, as https://example.org/rss")


def without_tracking(address: str) -> str:
    """Return an address without fragment and tracking parameters, by which a page is identified."""
    parts = urlsplit(address)
    query = "&".join(part for part in parts.query.split("&") if not part.startswith(_TRACKING))
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, query, ""))


def host_of(address: str) -> str:
    """Return the host's name, lower case, without its port; empty when there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # half an IPv6 address, for example, which any text may hold
        return ""


def is_front_page(url: str) -> bool:
    """Return whether an address is that of a site's front page."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def link_address(address: str | None) -> str | None:
    """Return an address if it may become a link (http or https, with a host, without a user's name); otherwise None."""
    # Browsers take a backslash for a slash: after `https://one.example\@other.example/` they see another host.
    if not address or "\\" in address or any(char.isspace() or not char.isprintable() for char in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    # `https://paper.example@other.example/` leads to the second one, and looks like the first.
    return address if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else None
