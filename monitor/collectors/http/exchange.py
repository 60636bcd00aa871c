"""The record of one request and its response, kept as evidence; and the decompression of bodies."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

_GZIP = zlib.MAX_WBITS | 16
_GZIP_MAGIC = b"\x1f\x8b"
_MOST_MEMBERS = 1000
# An allow-list, so that no key or token of a source is ever kept.
_KEPT_REQUEST_HEADERS = frozenset(
    {"host", "user-agent", "accept", "accept-encoding", "if-none-match", "if-modified-since"}
)
# The body is kept without its chunks, so the first would be wrong; cookies prove nothing.
_DROPPED_RESPONSE_HEADERS = frozenset({"transfer-encoding", "set-cookie"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response as they were sent.

    Args:
        request_headers: Never with a key, token or cookie.
        http_version: Such as `HTTP/1.1`.
        reason: The reason phrase beside the status.
        response_headers: In their order, as the server wrote them.
        body: Still compressed where `content-encoding` says so.

    """

    request_headers: tuple[tuple[str, str], ...]
    http_version: str
    reason: str
    response_headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def from_parts(
        cls,
        request_headers: Iterable[tuple[str, str]],
        http_version: str,
        reason: str,
        response_headers: Iterable[tuple[bytes, bytes]],
        body: bytes,
    ) -> Self:
        """Record an exchange, without the headers that may not be kept."""
        received = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in response_headers)
        return cls(
            request_headers=tuple(pair for pair in request_headers if pair[0].lower() in _KEPT_REQUEST_HEADERS),
            http_version=http_version,
            reason=reason,
            response_headers=tuple(pair for pair in received if pair[0].lower() not in _DROPPED_RESPONSE_HEADERS),
            body=body,
        )


class Decompressor:
    """Decompresses a body chunk by chunk, with a limit on the output.

    Args:
        encoding: `gzip`, `x-gzip` or `deflate`; any other value leaves the body as it is.

    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        window_bits = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}
        self._stream = zlib.decompressobj(window_bits[encoding]) if encoding in window_bits else None
        self._started = False
        self._members = 1

    def feed(self, chunk: bytes, max_bytes: int) -> bytes:
        """Decompress a chunk to at most `max_bytes`; the caller stops when it gets that many.

        Raises:
            zlib.error: The body is not compressed as its header says.

        """
        if self._stream is None:
            return chunk
        started, self._started = self._started, True
        try:
            return self._members_of(self._stream, chunk, max_bytes)
        except zlib.error:
            if started or self._encoding != "deflate":
                raise
            # RFC 9110 means zlib by `deflate`, but many servers send the bare format without its header.
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._stream.decompress(chunk, max_bytes)

    def _members_of(self, stream: "zlib._Decompress", chunk: bytes, max_bytes: int) -> bytes:
        """Decompress a chunk; a gzip file may be several, one after the other (RFC 1952, section 2.2)."""
        decompressed = stream.decompress(chunk, max_bytes)
        while stream.eof and stream.unused_data and len(decompressed) < max_bytes:
            rest = stream.unused_data
            if self._encoding == "deflate" or not _GZIP_MAGIC.startswith(rest[: len(_GZIP_MAGIC)]):
                break  # padding, which means nothing
            self._members += 1
            if self._members > _MOST_MEMBERS:
                raise zlib.error("too many members")
            self._stream = stream = zlib.decompressobj(_GZIP)
            decompressed += stream.decompress(rest, max_bytes - len(decompressed))
        return decompressed
