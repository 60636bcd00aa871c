"""The process that reads a workbook: its rows go to the standard output as lines of JSON.

The library holds a whole sheet in memory, as large as its outermost cell claims it to be: two cells far apart end the
process. Limits of time and memory end it before the machine feels that, and who started it sees how it ended.
"""

import json
import math
import resource
import signal
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

CPU_SECONDS: Final = 20
"""A workbook of 50 MB, 750,000 rows, takes a third of it."""
MEMORY_BYTES: Final = 1_000_000_000
"""Such a workbook takes half of it."""
HEAD_ROWS: Final = 20
"""So many rows of each sheet show which one holds the posts."""
PASSWORD, DAMAGED = "password", "damaged"
_MOST_CELLS = 1_001  # one more than are read of a row, so that it is seen to be too wide
_EXACT = 10**15  # a sheet rounds larger numbers; written with an exponent, they are told from sound identifiers


def heads(path: str) -> Iterator[Any]:
    """Give the name and the first rows of each visible sheet."""
    with CalamineWorkbook.from_path(path) as book:
        for sheet in book.sheets_metadata:
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
                yield [sheet.name, list(islice(_rows(book, sheet.name), HEAD_ROWS))]


def rows(path: str, sheet: str) -> Iterator[Any]:
    """Give each row of a sheet that is not blank: its number, then its cells as text."""
    with CalamineWorkbook.from_path(path) as book:
        yield from _rows(book, sheet)


def _rows(book: CalamineWorkbook, sheet: str) -> Iterator[list[int | str]]:
    for number, row in enumerate(book.get_sheet_by_name(sheet).iter_rows(), start=1):
        cells = [_text(cell) for cell in row[:_MOST_CELLS]]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield [number, *cells]


def _text(cell: object) -> str:
    """Write a cell as a person reads it; a date has a time of day only where the cell has one."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        if not cell.is_integer():
            return repr(cell) if math.isfinite(cell) else ""
        return str(int(cell)) if abs(cell) < _EXACT else f"{cell:E}"
    if isinstance(cell, datetime):
        # A day's fraction as a binary number is a few microseconds off.
        return (cell + timedelta(milliseconds=500)).replace(microsecond=0).isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def main() -> None:
    """Take a file and a sheet from the command line; without a sheet show which there are."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    path, *sheet = sys.argv[1:]
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")  # type: ignore[union-attr]  # it is a file
    try:
        for item in rows(path, *sheet) if sheet else heads(path):
            sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")
    except PasswordError:
        sys.exit(PASSWORD)
    except CalamineError:
        sys.exit(DAMAGED)
