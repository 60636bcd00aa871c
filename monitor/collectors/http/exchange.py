"""What went over the wire, byte for byte: the proof of what was read, and how compressed bodies are unpacked."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

_GZIP = zlib.MAX_WBITS | 16
_TOLD = frozenset({"host", "user-agent", "accept", "accept-encoding", "if-none-match", "if-modified-since"})
# The chunks are taken apart before the body gets here, and cookies are nobody's proof.
_NOT_KEPT = frozenset({"transfer-encoding", "set-cookie"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer as they were sent.

    Args:
        request_headers: What we said of ourselves; never a key, token or cookie.
        http_version: As `HTTP/1.1`.
        reason: The words beside the status.
        response_headers: In their order, as the server wrote them.
        body: Still compressed where `content-encoding` says so.

    """

    request_headers: tuple[tuple[str, str], ...]
    http_version: str
    reason: str
    response_headers: tuple[tuple[str, str], ...]
    body: bytes


def exchange(
    request_headers: Iterable[tuple[str, str]],
    http_version: str,
    reason: str,
    response_headers: Iterable[tuple[bytes, bytes]],
    body: bytes,
) -> Exchange:
    """Take from an exchange what may be kept."""
    answered = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in response_headers)
    return Exchange(
        request_headers=tuple((name, value) for name, value in request_headers if name.lower() in _TOLD),
        http_version=http_version,
        reason=reason,
        response_headers=tuple(pair for pair in answered if pair[0].lower() not in _NOT_KEPT),
        body=body,
    )


class Unpacker:
    """Unpacks a body chunk by chunk, and never more at once than it is asked for.

    Args:
        encoding: `gzip`, `x-gzip`, `deflate`, or another word for a body that is not packed.

    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        windows = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": zlib.MAX_WBITS}
        self._stream = zlib.decompressobj(windows[encoding]) if encoding in windows else None
        self._begun = False

    def feed(self, chunk: bytes, most: int) -> bytes:
        """Unpack a chunk to at most so many bytes; the caller stops when it gets as many.

        Raises:
            zlib.error: When the body is not packed as it says.

        """
        if self._stream is None:
            return chunk
        begun, self._begun = self._begun, True
        try:
            return self._stream.decompress(chunk, most)
        except zlib.error:
            if begun or self._encoding != "deflate":
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)  # many servers leave the header of the format out
            return self._stream.decompress(chunk, most)
