"""Writes a folder that others serve: all of it or nothing, and nothing where nothing changed."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from monitor.errors import PublishFailed, UsageError
from monitor.files import sync_folder

MARK: Final = ".kiemtin"
"""Lies in a folder that the program wrote: without it, a folder with something in it is never replaced."""
_NOTE: Final = b"Written by `kiemtin publish`, which replaces this folder as a whole.\n"
_FOLDER_MODE, _FILE_MODE = 0o755, 0o644  # for everybody to read: a web server runs as another user


def write_site(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Replace a folder by one that holds these files and no others.

    The new folder is written beside it, brought to the disk, and takes its name. A program that is killed before leaves
    the old one; one that is killed between the two renames leaves it under another name, from which the next run, or
    this function at its beginning, puts it back.

    Args:
        folder: The folder; its parent must be there.
        files: Contents by name.

    Returns:
        Whether anything changed.

    Raises:
        UsageError: When the folder holds something that the program did not write, or has no parent.
        PublishFailed: When it cannot be written.

    """
    folder = folder.absolute()
    folder = folder.resolve() if folder.is_symlink() else folder
    wanted = {**files, MARK: _NOTE}
    if not folder.name:
        raise UsageError(f"{folder} is no folder that can be replaced: name one within it")
    if not folder.parent.is_dir():
        raise UsageError(f"{folder.parent} is not there: make this folder first")
    before, partial = (folder.with_name(f".{folder.name}.{end}") for end in ("before", "partial"))
    try:
        _restore(folder, before)
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file: name a folder")
        if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
            raise UsageError(f"{folder} holds something else: name a new or an empty folder")
        if _holds(folder, wanted):
            return False
        _write(partial, wanted)
        if folder.exists():
            folder.rename(before)
        try:
            partial.rename(folder)
        except OSError:
            _restore(folder, before)
            raise
        sync_folder(folder.parent)
        shutil.rmtree(before, ignore_errors=True)
    except OSError as error:
        message = f"cannot write the corrections to {folder}: {error.strerror}: check its rights and the free space"
        raise PublishFailed(message) from error
    return True


def _restore(folder: Path, before: Path) -> None:
    """Put the old folder back where a killed program left it aside, or delete it where the new one is there."""
    if before.is_dir():
        if folder.exists():
            shutil.rmtree(before)
        else:
            before.rename(folder)


def _holds(folder: Path, wanted: Mapping[str, bytes]) -> bool:
    if not folder.is_dir() or {path.name for path in folder.iterdir()} != set(wanted):
        return False
    return all((folder / name).read_bytes() == content for name, content in wanted.items())


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # of a program that was killed
    folder.mkdir()
    folder.chmod(_FOLDER_MODE)
    for name, content in files.items():
        path = folder / name
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(_FILE_MODE)
    sync_folder(folder)
