"""The records that could not be imported, in a file that a spreadsheet opens, so that a person can mend them."""

import csv
import os
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.collectors.files.base import Refusal
from monitor.collectors.files.row_files import Value, without_formula
from monitor.files import FILE_MODE, partial_path, sweep

HEADER = ("line", "reason", "record begins")
SUFFIX = ".refused.csv"
_FIRST_LINE = f"\ufeff{','.join(HEADER)}".encode()


class RefusedFile:
    """Writes refusals beside the file that they come from; where nothing was refused there is no such file.

    It appears when the block ends, whole or not at all. A file of that name which is not one of ours is never touched.
    Use it as a context manager.

    Args:
        imported: The file that is imported; its name with `.refused.csv` is written beside it.
        otherwise: A folder for the case that this may not be written there; it is made when it is needed.

    Attributes:
        path: Where the file is in the end; None when nothing was refused or no place could be written.

    """

    def __init__(self, imported: Path, otherwise: Path) -> None:
        name = imported.name + SUFFIX
        self._places: Sequence[Path] = (imported.absolute().parent / name, otherwise / name)
        self._target: Path | None = None
        self._stream: TextIOWrapper | None = None
        self.path: Path | None = None

    def __enter__(self) -> Self:
        return self

    def add(self, refusal: Refusal) -> None:
        """Write one refusal; a cell that a spreadsheet would take for a formula begins with an apostrophe.

        Raises:
            OSError: When no place can be written.

        """
        stream = self._stream or self._begin()
        csv.writer(stream).writerow([str(refusal.line), _cell(refusal.reason), _cell(refusal.excerpt)])

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if self._stream is None:
            if kind is None:
                self._remove_outdated()
            return
        self._stream.close()
        if kind is None and self._target:
            Path(self._stream.name).replace(self._target)
            self.path = self._target
        else:
            Path(self._stream.name).unlink()

    def _begin(self) -> TextIOWrapper:
        *first, last = self._places
        for place in first:
            if _is_ours_or_free(place) and os.access(place.parent, os.W_OK):
                with suppress(PermissionError):  # some file systems refuse although rights are shown
                    return self._open(place)
        last.parent.mkdir(parents=True, exist_ok=True)
        return self._open(last)

    def _open(self, place: Path) -> TextIOWrapper:
        sweep([place.parent])  # of an import that was killed
        self._target = place
        path = partial_path(place)
        path.touch(FILE_MODE, exist_ok=False)
        self._stream = path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
        csv.writer(self._stream).writerow(HEADER)
        return self._stream

    def _remove_outdated(self) -> None:
        """Take away what an earlier import of this file left, now that all its records are read."""
        for place in self._places:
            if place.is_file() and _is_ours_or_free(place) and os.access(place.parent, os.W_OK):
                place.unlink()


def _is_ours_or_free(place: Path) -> bool:
    if not place.exists():
        return True
    try:
        with place.open("rb") as file:
            return file.read(len(_FIRST_LINE)) == _FIRST_LINE
    except OSError:
        return False


def _cell(text: str) -> Value:
    return without_formula(text.replace("\0", "\\0"))
