"""The records that could not be imported, in a file that a spreadsheet opens, so that a person can mend them."""

import csv
import os
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

    It appears when the block ends, whole or not at all. A file of that name which is not one of ours is never touched:
    then, and where the folder may not be written, refusals are only counted. Use it as a context manager.

    Args:
        imported: The file that is imported; its name with `.refused.csv` is written beside it.

    Attributes:
        path: Where the file is in the end; None when there is none.

    """

    def __init__(self, imported: Path) -> None:
        self._target = imported.absolute().with_name(imported.name + SUFFIX)
        self._is_writable = _is_ours_or_free(self._target) and os.access(self._target.parent, os.W_OK)
        self._stream: TextIOWrapper | None = None
        self.path: Path | None = None

    def __enter__(self) -> Self:
        return self

    def add(self, refusal: Refusal) -> None:
        """Write one refusal; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
        if self._is_writable:
            self._stream = self._stream or self._begin()
            csv.writer(self._stream).writerow([str(refusal.line), _cell(refusal.reason), _cell(refusal.excerpt)])

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if self._stream is not None:
            self._stream.close()
            written = Path(self._stream.name)
            if kind is None:
                self.path = written.replace(self._target)
            else:
                written.unlink()
        elif kind is None and self._is_writable:
            self._target.unlink(missing_ok=True)  # of an earlier import, now that all its records are read

    def _begin(self) -> TextIOWrapper:
        sweep([self._target.parent])  # of an import that was killed
        path = partial_path(self._target)
        path.touch(FILE_MODE, exist_ok=False)
        stream = path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
        csv.writer(stream).writerow(HEADER)
        return stream


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
