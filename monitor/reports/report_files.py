"""The files of a report: their names, and writing all of them or none, and deleting."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from monitor.errors import ReportFailed
from monitor.files import FILE_MODE, partial_path, sync_folder
from monitor.reports.periods import CalendarPeriod

MASKS: Final = "-che-ten.html"
"""How the name of the list of masks ends; it stays in the office and is never sent."""
WITHDRAWN: Final = "-thu-hoi.html"


def file_name(period: CalendarPeriod) -> str:
    """Return the beginning of the names of a report's files."""
    return f"bao-cao-{period}"


def write_all(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write every file under a hidden name, bring it to the disk, then rename all.

    Raises:
        ReportFailed: When one cannot be written; then none is replaced.

    """
    aside = {folder / name: partial_path(folder / name) for name in contents}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, partial in aside.items():
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
                file.write(contents[path.name])
                file.flush()
                os.fsync(file.fileno())
        for path, partial in aside.items():
            partial.replace(path)
        sync_folder(folder)
    except OSError as error:
        message = f"cannot write the report to {folder}: {error.strerror}: check its rights and the free space"
        raise ReportFailed(message) from error
    finally:
        for partial in aside.values():
            if partial.parent.is_dir():
                partial.unlink(missing_ok=True)


def delete_all(folder: Path, names: Iterable[str]) -> None:
    """Delete files; one that is not there is no failure.

    Raises:
        ReportFailed: When one cannot be deleted.

    """
    for name in names:
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            message = f"cannot delete {folder / name}: {error.strerror}: close it, check its rights and try again"
            raise ReportFailed(message) from error
