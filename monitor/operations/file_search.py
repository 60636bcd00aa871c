"""The contents of a file as texts to search, unpacked as often as it is packed."""

import zlib
from collections.abc import Iterator
from io import BytesIO
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final, TypeAlias
from zipfile import BadZipFile, ZipFile, is_zipfile

import numpy as np

_MOST_DEPTH: Final = 3  # a page in a WARC in gzip
_GZIP: Final = b"\x1f\x8b\x08"  # with the one method of compression there is: two bytes alone stand anywhere
_PIECE: Final = 1 << 24  # bytes that are read at once, so that a database of gigabytes needs no memory for them
_OVERLAP: Final = 1 << 12  # bytes that a piece has in common with the one before it: more than any name has
_Bytes: TypeAlias = bytes | mmap


def contents(path: Path) -> Iterator[str]:
    """Yield the text of a file, and of what is packed in it: gzip, also several streams, zip, and arrays of words.

    A long text comes in pieces that overlap.
    """
    try:
        with path.open("rb") as file:
            if path.stat().st_size > _PIECE:
                with mmap(file.fileno(), 0, access=ACCESS_READ) as body:
                    yield from _texts(body, 0)
            else:
                yield from _texts(file.read(), 0)
    except FileNotFoundError:  # deleted meanwhile
        return


def unpacked(body: bytes) -> Iterator[str]:
    """Yield the same of what is no file: the body of an answer, say."""
    yield from _texts(body, 0)


def _texts(body: _Bytes, depth: int) -> Iterator[str]:
    for start in range(0, max(len(body), 1), _PIECE):
        yield body[max(0, start - _OVERLAP) : start + _PIECE].decode("utf-8", "replace")
    if depth == _MOST_DEPTH:
        return
    if body[: len(_GZIP)] == _GZIP:
        yield from _texts(b"".join(_streams(body)), depth + 1)
    elif body[:6] == b"\x93NUMPY":
        yield " ".join(_words(body[:]))
    elif body[:2] == b"PK" and is_zipfile(BytesIO(body[:])):
        try:
            with ZipFile(BytesIO(body[:])) as packed:
                for name in packed.namelist():
                    yield from _texts(packed.read(name), depth + 1)
        except (BadZipFile, zlib.error, EOFError):
            return
    else:
        # A record of a WARC holds a body as it was sent, packed after headers; a backup holds whole WARCs.
        for stream in _streams(body):
            yield from _texts(stream, depth + 1)


def _streams(body: _Bytes) -> Iterator[bytes]:
    """Yield what is packed in each gzip stream, wherever it begins: also cut off, or before something else."""
    start = body.find(_GZIP)
    while start >= 0:
        content, end = _unzipped(body, start)
        if content:
            yield content
        start = body.find(_GZIP, end)


def _unzipped(body: _Bytes, start: int) -> tuple[bytes, int]:
    """Unpack the stream at a place as far as it can be; returns its content, and where to look for the next one."""
    stream, content = zlib.decompressobj(16 + zlib.MAX_WBITS), bytearray()
    # In pieces, because what follows the end of a stream is copied.
    for at in range(start, len(body), _OVERLAP):
        try:
            content += stream.decompress(body[at : at + _OVERLAP])
        except zlib.error:
            break
        if stream.eof:
            return bytes(content), min(at + _OVERLAP, len(body)) - len(stream.unused_data)
    return bytes(content), start + len(_GZIP)


def _words(body: bytes) -> Iterator[str]:
    try:
        array = np.load(BytesIO(body), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        return
    if array.dtype.kind == "U":
        yield from map(str, array.ravel())
