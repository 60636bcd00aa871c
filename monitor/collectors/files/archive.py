"""Zip archives of strangers, read within limits: only what is asked for is unpacked, and no more than it declares."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from monitor.errors import ImportRefused

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
MOST_MEMBERS = 200_000
_ENCRYPTED = 0x1
# What zipfile and its decompressors raise on damaged archives.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@contextmanager
def open_archive(raw: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open an archive.

    Args:
        raw: Its bytes.

    Raises:
        ImportRefused: When it is damaged, or holds too many files.

    """
    try:
        archive = zipfile.ZipFile(raw)
    except DAMAGED as error:
        raise ImportRefused("it is a damaged zip archive: copy or export it again") from error
    with archive:
        if len(archive.infolist()) > MOST_MEMBERS:
            raise ImportRefused(f"it holds more than {MOST_MEMBERS:,} files: unpack it and import the file you mean")
        yield archive


def names_in(archive: zipfile.ZipFile) -> list[str]:
    """List the files of an archive."""
    return [info.filename for info in archive.infolist() if not info.is_dir()]


def open_member(archive: zipfile.ZipFile, name: str, most_bytes: int) -> IO[bytes]:
    """Open one file of an archive.

    Args:
        archive: The archive.
        name: The file.
        most_bytes: How large it may be, unpacked. No more than the archive declares is ever unpacked.

    Raises:
        ImportRefused: When it is missing, larger, or protected by a password.

    """
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise ImportRefused(f"it lacks {name}: export it again") from error
    if info.flag_bits & _ENCRYPTED:
        raise ImportRefused("it is protected by a password: save it without one")
    if info.file_size > most_bytes:
        raise ImportRefused(f"{name} in it takes more than {most_bytes // 1_000_000} MB unpacked: split it")
    try:
        return archive.open(info)
    except DAMAGED as error:
        raise ImportRefused(f"{name} in it is damaged: copy or export it again") from error
