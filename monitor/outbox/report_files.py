"""The files of a report: their names, and writing all of them or none, and deleting."""

import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from monitor.errors import ReportFailed
from monitor.files import whole_file
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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            for name, content in reversed(list(contents.items())):  # so that they are renamed in their order
                file = stack.enter_context(whole_file(folder / name))
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # here, where a full disk stops all of them
    except OSError as error:
        message = f"cannot write the report to {folder}: {error.strerror}: check its rights and the free space"
        raise ReportFailed(message) from error


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
