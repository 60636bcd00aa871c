"""One HTTP answer as collectors see it: its status, text and validators."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from charset_normalizer import from_bytes

from monitor.collectors.http.exchange import Exchange
from monitor.collectors.http.urls import is_front_page

GONE_STATUSES = frozenset({404, 410})
_HEAD_BYTES = 4096
_DECLARED_CHARSET = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)|<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]+)""",
    re.IGNORECASE,
)
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SERVER_DEFAULTS = frozenset({"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One answer.

    Args:
        url: The requested address, with its parameters.
        final_url: The address that answered, after redirects.
        status: 2xx, 304, or one that the caller accepts.
        headers: By lower-case name.
        body: Decompressed bytes.
        fetched_at: When it arrived, UTC.
        permanent_url: The address to request from now on; set when every redirect was a permanent one.
        exchange: The request and response as sent, for evidence; None for an answer that did not come by the client.
        pause: Least seconds between this request and the next to its host: our own delay, or that of robots.txt.

    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    permanent_url: str | None = None
    exchange: Exchange | None = field(default=None, repr=False)
    pause: float = 0.0

    @property
    def content_type(self) -> str:
        """The media type, lower case, without parameters; empty when the server sent none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def sha256(self) -> str:
        """The hash of the body, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def redirected_to_front_page(self) -> bool:
        """Whether the front page answered although another page was requested."""
        return is_front_page(self.final_url) and not is_front_page(self.url)

    @property
    def is_gone(self) -> bool:
        """Whether the page was removed: 404, 410, or a permanent redirect to the front page."""
        # Newspapers answer for a removed article with a permanent redirect to their front page.
        return self.status in GONE_STATUSES or (self.redirected_to_front_page and self.permanent_url is not None)

    def text(self) -> str:
        """Decode the body by byte order mark, header, declaration in the document, or else by detection."""
        for charset in self._charsets():
            try:
                return self.body.decode(charset)
            except (UnicodeError, LookupError):
                continue
        detected = from_bytes(self.body).best()
        return self.body.decode("utf-8", errors="replace") if detected is None else str(detected)

    def _charsets(self) -> list[str]:
        marked = [charset for mark, charset in _BYTE_ORDER_MARKS if self.body.startswith(mark)]
        named = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", self.headers.get("content-type", ""), re.IGNORECASE)
        header = [named[1]] if named else []
        match = _DECLARED_CHARSET.search(self.body[:_HEAD_BYTES])
        declared = [(match[1] or match[2]).decode("ascii")] if match else []
        # Many servers add a Western charset that nobody chose; text that is valid UTF-8 is not Western.
        chosen = ["utf-8"] if any(name.lower() in _SERVER_DEFAULTS for name in header + declared) else []
        return [*marked, *chosen, *header, *declared, "utf-8"]

    def validators_for(self, url: str) -> dict[str, dict[str, str]]:
        """Return the answer's ETag and Last-Modified verbatim, as `{url: {"etag": …, "last_modified": …}}`.

        Empty when there are none, and after a redirect: validators belong to the address that sent them.
        """
        if self.final_url != self.url:
            return {}
        sent = {"etag": self.headers.get("etag"), "last_modified": self.headers.get("last-modified")}
        validators = {name: value for name, value in sent.items() if value}
        return {url: validators} if validators else {}


def conditional_headers(validators: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a conditional request: the server answers 304 when nothing changed."""
    headers = {"if-none-match": validators.get("etag"), "if-modified-since": validators.get("last_modified")}
    return {name: value for name, value in headers.items() if value and value.isascii()}
