"""The key of an installation: 32 random bytes as hexadecimal digits in a private file."""

import secrets
from pathlib import Path
from typing import Final

from monitor.errors import NotReady
from monitor.private_files import write_whole

KEY_BYTES: Final = 32


def read_key(path: Path) -> bytes:
    """Read a key.

    Raises:
        NotReady: When it is missing, unreadable, or not of KEY_BYTES bytes.

    """
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError as error:
        message = f"the key {path} is missing: run `kiemtin init`, or bring it back from your backup"
        raise NotReady(message) from error
    except (OSError, ValueError) as error:
        message = f"the key {path} cannot be read ({error}): bring it back from your backup"
        raise NotReady(message) from error
    if len(key) != KEY_BYTES:
        message = (
            f"the key {path} holds {len(key)} bytes instead of {KEY_BYTES}: bring it back from your backup; "
            "if nothing was collected yet, delete it and run `kiemtin init`"
        )
        raise NotReady(message)
    return key


def make_key(path: Path) -> bool:
    """Make a key unless there is one, whole or not at all; says whether it was made.

    Raises:
        NotReady: When there is one and it cannot be used, or when it cannot be written.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() and write_whole(path, secrets.token_hex(KEY_BYTES).encode("ascii"), replace=False):
            return True
    except OSError as error:
        message = f"the key {path} cannot be written: {error.strerror}: check free space and rights"
        raise NotReady(message) from error
    read_key(path)
    return False
