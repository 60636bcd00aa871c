"""Workbooks (.xlsx, .xlsb, .xls, .ods): one sheet is read, by a process of its own within limits."""

import json
import subprocess
import sys
from collections.abc import Collection, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGPROF
from typing import Any

from monitor.collectors.files.base import ReadingEnds
from monitor.collectors.files.table import header_place, known_in
from monitor.collectors.isolation.workbook import CPU_SECONDS, DAMAGED, MEMORY_BYTES, PASSWORD
from monitor.errors import ImportRefused

_WORKER = "from monitor.collectors.isolation.workbook import main; main()"
_PROBLEMS = {
    DAMAGED: "it is damaged, or no workbook: open it, save it again as .xlsx or CSV (UTF-8) and import that",
    PASSWORD: "it is protected by a password: save it without one",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of a workbook that is read, its first rows as lines of JSON, and the names of those that are not."""

    name: str
    head: str
    others: tuple[str, ...]


class SheetText:
    """The rows of a sheet as text that is read line by line.

    Args:
        lines: Its lines, each with its end.

    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = ""

    def readline(self, size: int = -1, /) -> str:
        """Read up to the end of the line, or so many characters."""
        line = self._rest or next(self._lines, "")
        end = size if 0 <= size < len(line) else len(line)
        self._rest = line[end:]
        return line[:end]


def choose_sheet(path: Path, name: str = "", wanted: Collection[str] = ()) -> Sheet:
    """Find the sheet with the posts: that whose columns have most names that are known, the first of several.

    Args:
        path: The workbook.
        name: The sheet that a person named; empty for none.
        wanted: Columns that a person named.

    Raises:
        ImportRefused: When there is no sheet with rows or none of that name, or the workbook cannot be read.

    """
    heads: dict[str, list[Any]] = {}
    try:
        for line in sheet_lines(path):
            sheet, rows = json.loads(line)
            heads[sheet] = rows
    except ReadingEnds as error:
        raise ImportRefused(error.problem) from error
    filled = [sheet for sheet, rows in heads.items() if rows]
    if not filled:
        raise ImportRefused("it has no sheet with rows: export it again")
    if name and name not in filled:
        raise ImportRefused(f"it has no sheet {name!r} with rows: name one of {', '.join(filled)} with --sheet")
    chosen = name or max(filled, key=lambda sheet: _known(heads[sheet], wanted))
    head = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in heads[chosen])
    return Sheet(chosen, head, tuple(sheet for sheet in heads if sheet != chosen))


def _known(rows: list[Any], wanted: Collection[str]) -> int:
    cells = [row[1:] for row in rows]
    return known_in(cells[header_place(cells, wanted)], wanted)


def sheet_lines(path: Path, sheet: str = "") -> Generator[str]:
    """Give each row of a sheet that is not blank as a line of JSON: its number, then its cells as text.

    Without a sheet, give the name and the first rows of each.

    Raises:
        ReadingEnds: When it is damaged, protected, or takes too much time or memory.

    """
    command = [sys.executable, "-c", _WORKER, str(path), *([sheet] if sheet else [])]
    with subprocess.Popen(  # noqa: S603  this program starts itself
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            if process.stdout is None or process.stderr is None:
                raise RuntimeError("the process that reads a workbook has no pipes")
            for line in process.stdout:
                yield line.decode(errors="surrogatepass")
            said = process.stderr.read().decode(errors="replace").strip()
            if process.wait():
                raise ReadingEnds(_problem(process.returncode, said))
        finally:
            with suppress(ProcessLookupError):
                process.kill()  # who takes the first rows only does not wait for the others


def _problem(status: int, said: str) -> str:
    if status == -SIGPROF:
        return f"it takes more than {CPU_SECONDS} s of processor time to read: save it as CSV (UTF-8) and import that"
    if said in _PROBLEMS:
        return _PROBLEMS[said]
    if "PanicException" in said:  # the library met what it did not expect
        return _PROBLEMS[DAMAGED]
    most = MEMORY_BYTES // 1_000_000
    return f"it takes more than {most} MB of memory to read (is a cell far away filled?): save it as CSV (UTF-8)"
