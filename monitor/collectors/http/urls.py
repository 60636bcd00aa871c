"""Web addresses as pages and feeds write them, made absolute and freed from what only tracks readers."""

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

# An address that joining and checking would leave as it is, which most are.
_WHOLE = re.compile(r"https?://[a-z0-9.-]+(?:/[^\s\x00-\x20?#;]*)?(?:\?[^\s\x00-\x20#;]+)?")
_TRACKING = ("utm_", "fbclid", "gclid", "zarsrc")


def web_address(link: str, base_url: str) -> str | None:
    """Give the absolute address of a link; None when it leads to no web page.

    Args:
        link: The link as it was written.
        base_url: What it is relative to; empty when it must be absolute.

    """
    if _WHOLE.fullmatch(link):
        return link
    try:
        address = urljoin(base_url, link) if link else ""
        urlsplit(address).port  # noqa: B018 - asked for because a port that is no number shows only here
    except ValueError:
        return None
    return address if address.startswith(("https://", "http://")) else None


def without_tracking(address: str) -> str:
    """Give the address under which a page is known: no fragment, no parameters that only track readers."""
    parts = urlsplit(address)
    query = "&".join(part for part in parts.query.split("&") if not part.startswith(_TRACKING))
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, query, ""))


def host_of(address: str) -> str:
    """Give the host's name, lower case, without its port; empty when there is none."""
    return urlsplit(address).hostname or ""


def is_front_page(url: str) -> bool:
    """Say whether an address is that of a site's front page."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query
