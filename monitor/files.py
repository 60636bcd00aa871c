"""Files that only their owner may read, written whole or not at all."""

import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE
from typing import BinaryIO, Final

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
PARTIAL: Final = ".part"
"""How the name of a file ends while it is being written."""
_OTHERS: Final = 0o077
_UNFINISHED: Final = re.compile(r"\..*\.(?P<pid>\d+)-[^.]*\.part")


@contextmanager
def private_umask() -> Iterator[None]:
    """Make all files and folders that are created meanwhile private, whatever the umask of the caller is."""
    earlier = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(earlier)


def write_whole(path: Path, content: bytes, *, replace: bool = True) -> bool:
    """Write a private file under another name, bring it to the disk, and only then give it its name.

    Args:
        path: The file; its folder exists.
        content: Its bytes.
        replace: Replace a file of that name; otherwise the one that is there stays.

    Returns:
        Whether it was written.

    Raises:
        OSError: When it cannot be written; nothing of it is left then.

    """
    partial = partial_path(path)
    try:
        with _private_file(partial) as file:
            file.write(content)
        if replace:
            partial.replace(path)
        else:
            os.link(partial, path)  # unlike renaming, it fails when another program was first
    except FileExistsError:
        return False
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
    sync_folder(path.parent)
    return True


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a private file under another name, to write and to read again.

    It gets its own name, on the disk, when the block ends without an error.

    Raises:
        OSError: When it cannot be written; nothing of it is left then, and the file that was there stays.

    """
    partial = partial_path(path)
    try:
        with _private_file(partial) as file:
            yield file
        partial.replace(path)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
    sync_folder(path.parent)


@contextmanager
def _private_file(path: Path) -> Iterator[BinaryIO]:
    """Create a file for its owner alone, and bring it to the disk."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE), "w+b") as file:
        os.fchmod(file.fileno(), FILE_MODE)
        yield file
        file.flush()
        os.fsync(file.fileno())


def partial_path(path: Path) -> Path:
    """Return the name under which this process writes a file or folder: hidden, and swept when it died over it."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{PARTIAL}")


def sweep(folders: Iterable[Path]) -> list[Path]:
    """Delete the half-written files and folders of processes that no longer run; returns them."""
    swept = []
    for folder in folders:
        for path in folder.glob(f".*{PARTIAL}"):
            name = _UNFINISHED.fullmatch(path.name)
            if name and not is_running(int(name["pid"])):
                with suppress(OSError):  # another program was first, or the folder may only be read
                    if path.is_dir():
                        shutil.rmtree(path)
                    else:
                        path.unlink()
                    swept.append(path)
    return swept


def is_running(process: int) -> bool:
    """Tell whether there is a process of that number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True  # of another user, or no number of a process
    return True


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private(folder: Path, files: Iterable[Path]) -> list[Path]:
    """Take the rights of others away from a folder and from files, as far as they exist.

    Returns:
        What others may still enter or read, because it belongs to another user or may only be read.

    """
    open_to_others = []
    for path, mode in ((folder, FOLDER_MODE), *((file, FILE_MODE) for file in files)):
        with suppress(FileNotFoundError):
            if S_IMODE(path.stat().st_mode) & _OTHERS:
                try:
                    path.chmod(mode)
                except OSError:
                    open_to_others.append(path)
    return open_to_others
