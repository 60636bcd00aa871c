"""Which host names the desk answers to, and from where forms may be sent.

Without the first, a page of another site could point its own name at this machine and read the desk as its own (DNS
rebinding). The second is a further lock beside the token of forms.
"""

import logging
import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.settings.settings import Settings

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_ADDRESS: Final = 2_000  # characters of a page of the desk with all its filters
_OWN: Final = re.compile(r"/(?![/\\])[\w\-./]*(\?[\w\-.~=&%+]*)?")
_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_UNKNOWN_HOST: Final = (
    "Bàn làm việc không mở dưới tên này: người quản trị ghi tên vào desk_url hoặc desk_hosts.\n"
    "The desk does not answer to this name: put it into desk_url or desk_hosts.\n"
)
_TWO_LENGTHS: Final = "Yêu cầu có hai độ dài.\nThe request names two lengths.\n"
_OTHER_ORIGIN: Final = "Biểu mẫu được gửi từ một trang khác nên bị từ chối.\nA form from another site is refused.\n"


def own_address(wanted: str) -> str:
    """Return an address if it leads to this desk and never to another site; else the first page."""
    return wanted if _OWN.fullmatch(wanted) else "/"


def known_hosts(settings: Settings) -> frozenset[str]:
    """Return the names under which the desk may be opened: those of the settings, and this machine's own."""
    named = {*settings.desk_hosts, settings.desk_host, urlsplit(settings.desk_url).hostname or ""}
    return _LOOPBACK | {name.lower().strip("[]") for name in named if name and not _is_wildcard(name)}


class RequestOrigin:
    """ASGI middleware that refuses requests under other names, of two lengths, and forms from other sites.

    Args:
        app: The application behind it.
        hosts: The names under which the desk may be opened. The address that a request arrived at is accepted as well.

    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = None
        if "content-length" in headers and "transfer-encoding" in headers:
            refusal = _refuse(scope, _TWO_LENGTHS, 400, "two lengths")
            refusal.headers["connection"] = "close"  # RFC 9112, 6.1: a proxy may have taken the other one
        elif not self._knows(headers, scope):
            refusal = _refuse(scope, _UNKNOWN_HOST, 421, "an unknown host name")
        elif scope["method"] not in _SAFE_METHODS and not _is_same_origin(headers):
            refusal = _refuse(scope, _OTHER_ORIGIN, 403, "a form from another site")
        await (refusal or self._app)(scope, receive, send)

    def _knows(self, headers: Headers, scope: Scope) -> bool:
        given = headers.getlist("host")
        host = _host_of(f"//{given[0]}") if len(given) == 1 else None
        if host is None:
            return False
        arrived_at = str((scope.get("server") or ("",))[0])
        # An address cannot be pointed elsewhere as a name can.
        return host in self._hosts or (host == arrived_at and is_address(host))


def _refuse(scope: Scope, said: str, status: int, why: str) -> PlainTextResponse:
    """Refuse a request and log it, without anything that the visitor wrote."""
    address = (scope.get("client") or ("unknown",))[0]
    logging.getLogger("kiemtin.desk").info("a request from %s is refused: %s", address, why)
    return PlainTextResponse(said, status_code=status)


def _is_same_origin(headers: Headers) -> bool:
    """Tell whether a form was sent by a page of the desk; programs that are no browsers say nothing of it."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False


def _host_of(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return None
    plain = parts.netloc and parts.username is None and not parts.path and not parts.query and not parts.fragment
    return parts.hostname if plain else None


def is_address(host: str) -> bool:
    """Tell whether a host is an IP address and no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_wildcard(host: str) -> bool:
    return is_address(host.strip("[]")) and ip_address(host.strip("[]")).is_unspecified
