"""The contents of a file as texts to search, unpacked as often as it is packed."""

import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile, is_zipfile

import numpy as np

_MOST_DEPTH: Final = 3  # a page in a WARC in gzip
_GZIP: Final = b"\x1f\x8b"


def contents(path: Path) -> Iterator[str]:
    """Yield the text of a file, and of what is packed in it: gzip, also several streams, zip, and arrays of words."""
    try:
        body = path.read_bytes()
    except FileNotFoundError:  # deleted meanwhile
        return
    yield from unpacked(body)


def unpacked(body: bytes) -> Iterator[str]:
    """Yield the same of what is no file: the body of an answer, say."""
    yield from _texts(body, 0)


def _texts(body: bytes, depth: int) -> Iterator[str]:
    yield body.decode("utf-8", "replace")
    if depth == _MOST_DEPTH:
        return
    if body.startswith(_GZIP):
        yield from _texts(_unzipped(body), depth + 1)
    elif body.startswith(b"\x93NUMPY"):
        yield " ".join(_words(body))
    elif body.startswith(b"PK") and is_zipfile(BytesIO(body)):
        try:
            with ZipFile(BytesIO(body)) as packed:
                for name in packed.namelist():
                    yield from _texts(packed.read(name), depth + 1)
        except (BadZipFile, zlib.error, EOFError):
            return
    else:
        # A record of a WARC holds a body as it was sent: packed as well, after headers.
        start = body.find(_GZIP)
        while start >= 0:
            yield _unzipped(body[start:]).decode("utf-8", "replace")
            start = body.find(_GZIP, start + 2)


def _unzipped(body: bytes) -> bytes:
    """Unpack what can be unpacked: the file may be cut off, or followed by something else."""
    unpacked = bytearray()
    while body.startswith(_GZIP):
        stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            unpacked += stream.decompress(body)
        except zlib.error:
            break
        body = stream.unused_data
    return bytes(unpacked)


def _words(body: bytes) -> Iterator[str]:
    try:
        array = np.load(BytesIO(body), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        return
    if array.dtype.kind == "U":
        yield from map(str, array.ravel())
