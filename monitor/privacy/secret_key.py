"""The key of an installation: 32 random bytes as hexadecimal digits in a private file; and those before it.

Former keys stand in a file of their own, newest first, one a line: digits, a space, and the time of the rotation.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from monitor.errors import NotReady
from monitor.files import write_whole

KEY_BYTES: Final = 32
KEY_FILE: Final = "secret.key"
FORMER_FILE: Final = "former.keys"
"""Their names in a home folder."""


class KeyDamaged(NotReady):
    """A file of keys that holds something else."""


@dataclass(frozen=True, slots=True)
class FormerKey:
    """A key that was replaced, and when."""

    key: bytes
    until: datetime


def read_key(path: Path) -> bytes:
    """Read a key.

    Raises:
        NotReady: When it is missing or unreadable.
        KeyDamaged: When it is not of KEY_BYTES bytes.

    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NotReady(f"the key {path} is missing: run `kiemtin init`, or bring it back from your backup") from error
    except OSError as error:
        raise NotReady(f"cannot read {path}: {error.strerror}: give this user the right to read it") from error
    return parse_key(content, path)


def parse_key(content: bytes, path: Path) -> bytes:
    """Return the key that the content of a file is.

    Raises:
        KeyDamaged: When it is none of KEY_BYTES bytes.

    """
    try:
        key = bytes.fromhex(content.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        message = (
            f"the key {path} is not whole: bring it back from your backup; "
            "if nothing was collected yet, delete it and run `kiemtin init`"
        )
        raise KeyDamaged(message)
    return key


def make_key(path: Path) -> bool:
    """Make a key unless there is one, whole or not at all; says whether it was made.

    Raises:
        NotReady: When there is one and it cannot be used, or when it cannot be written.

    """
    if not path.exists() and _write(path, secrets.token_hex(KEY_BYTES), replace=False):
        return True
    read_key(path)
    return False


def read_former(path: Path) -> list[FormerKey]:
    """Read the keys before this one, newest first; none where nothing was ever rotated.

    Raises:
        NotReady: When the file cannot be read, or holds something else.

    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        message = f"the former keys {path} cannot be read ({error}): bring the file back from your backup"
        raise NotReady(message) from error
    return parse_former(content, path)


def parse_former(content: bytes, path: Path) -> list[FormerKey]:
    """Return the former keys that the content of a file lists, newest first.

    Raises:
        KeyDamaged: When it is something else.

    """
    try:
        lines = content.decode("ascii").splitlines()
        return [
            FormerKey(bytes.fromhex(digits), datetime.fromisoformat(time)) for digits, time in map(str.split, lines)
        ]
    except ValueError as error:
        message = f"the former keys {path} cannot be read ({error}): bring the file back from your backup"
        raise KeyDamaged(message) from error


def whole_keys(path: Path, former: Path) -> tuple[bytes | None, list[FormerKey]]:
    """Return those of the present key and the former ones that are whole: of a lost or damaged file none."""
    present, before = None, list[FormerKey]()
    with suppress(NotReady):
        present = read_key(path)
    with suppress(NotReady):
        before = read_former(former)
    return present, before


def write_former(path: Path, keys: Sequence[FormerKey]) -> None:
    """Write the former keys, whole or not at all.

    Raises:
        NotReady: When they cannot be written.

    """
    _write(path, "".join(f"{former.key.hex()} {former.until.isoformat()}\n" for former in keys))


def write_keys(home: Path, key: bytes, former: Sequence[FormerKey]) -> None:
    """Write a key and those before it in the place of what is there.

    Raises:
        NotReady: When one of the files cannot be written.

    """
    if former or (home / FORMER_FILE).exists():
        write_former(home / FORMER_FILE, former)
    _write(home / KEY_FILE, key.hex())


def rotate_key(path: Path, former: Path, now: datetime) -> None:
    """Put a new key in the place of the present one, which becomes a former one.

    Raises:
        NotReady: When the present key is not whole, or one of the files cannot be written; the key is then as it was.

    """
    replace_key(path, former, read_key(path), read_former(former), now)


def replace_key(path: Path, former: Path, present: bytes | None, before: Sequence[FormerKey], now: datetime) -> bytes:
    """Put a new key in the place of the present one, if there is one, which becomes a former one; returns the new one.

    Raises:
        NotReady: When one of the files cannot be written; the key is then as it was.

    """
    # The present key is kept first: a program that is killed in between knows it twice, and never loses it.
    kept = [each for each in before if each.key != present]
    write_former(former, [FormerKey(present, now), *kept] if present else kept)
    key = secrets.token_bytes(KEY_BYTES)
    _write(path, key.hex())
    return key


def _write(path: Path, content: str, *, replace: bool = True) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_whole(path, content.encode("ascii"), replace=replace)
    except OSError as error:
        raise NotReady(f"{path} cannot be written: {error.strerror}: check free space and rights") from error
