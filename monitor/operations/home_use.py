"""Who works on a home folder: programs share it, or one has it to itself. A hold ends with its process.

Each hold is a file in the home folder that its process keeps locked, so that a killed one is known by its lock. A hold
is first made and then compared with the others: of two that exclude each other at least one sees the other.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from monitor.errors import KiemtinError, NotReady
from monitor.files import partial_path

_SHARED, _ALONE = "shared", "alone"
_NAME: Final = re.compile(rf"\.in-use-(?P<process>\d+)-[0-9a-f]+\.(?P<kind>{_SHARED}|{_ALONE})")


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold of this process on a home; without a file where the home could not be written."""

    path: Path | None = None
    file: BinaryIO | None = None

    def release(self) -> None:
        """End the hold."""
        if self.path and self.file:
            self.path.unlink(missing_ok=True)  # first, so that nobody finds it unlocked
            self.file.close()


def share(home: Path) -> Hold:
    """Work on a home beside others until the hold is released; a home that cannot be written is worked on unseen.

    Raises:
        NotReady: When a program has it to itself.

    """
    try:
        hold = _hold(home, _SHARED)
    except OSError:  # no folder, only to be read, or a full disk
        return Hold()
    _require_none(home, hold, (_ALONE,))
    return hold


@contextmanager
def alone(home: Path, own: Hold | None = None) -> Iterator[None]:
    """Have a home to oneself while the block lasts.

    Args:
        home: The home folder; it is made where it is missing.
        own: A hold of this process beside which this one may be.

    Raises:
        NotReady: When another program works on it; names its process.
        KiemtinError: When the home cannot be written.

    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        hold = _hold(home, _ALONE)
    except OSError as error:
        raise KiemtinError(f"cannot write {home}: {error.strerror}: check its rights and free space") from error
    _require_none(home, hold, (_SHARED, _ALONE), own)
    try:
        yield
    finally:
        hold.release()


def _hold(home: Path, kind: str) -> Hold:
    name = f".in-use-{os.getpid()}-{secrets.token_hex(4)}.{kind}"
    unlocked = partial_path(home / name)  # swept when this process dies before it has its name
    file = unlocked.open("xb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        unlocked.rename(home / name)  # it has its name only when it is locked: an unlocked one is a dead one's
    except BaseException:
        unlocked.unlink(missing_ok=True)
        file.close()
        raise
    return Hold(home / name, file)


def _require_none(home: Path, hold: Hold, kinds: tuple[str, ...], own: Hold | None = None) -> None:
    """Refuse a hold beside others of some kinds, and delete what killed processes left."""
    for path in home.glob(".in-use-*"):
        name = _NAME.fullmatch(path.name)
        if name is None or path == hold.path or (own and path == own.path) or not _is_held(path):
            continue
        if name["kind"] in kinds:
            hold.release()
            process = name["process"]
            if name["kind"] == _ALONE:
                raise NotReady(f"process {process} has {home} to itself: run the command again when it is done")
            remedy = f"stop it first (`systemctl stop kiemtin`, or `kill {process}`)"
            raise NotReady(f"process {process} works on {home}: {remedy}")


def _is_held(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return False  # released meanwhile
    except OSError:
        return True  # locked, or of another user
    return False
