"""Which files a piece of work runs through: those in which it calls a function; and the walks of the page of rooms."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests import architecture_page

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("monitor/", "classifiers/", "storage/")
PATH: Final = re.compile(r"`([a-z_/]+/(?:\w+\.(?:py|html))?)`")


@contextmanager
def called_files() -> Iterator[set[str]]:
    """Collect the files, relative to the checkout, in which functions are called inside the block.

    Threads count that begin inside the block, so that the desk's worker threads must not have begun before.
    """
    found: set[str] = set()
    home = f"{ROOT}/"

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_name != "<module>" and code.co_filename.startswith(home):
            path = code.co_filename.removeprefix(home)
            if path.startswith(PACKAGES):
                found.add(path)

    before = sys.getprofile()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield found
    finally:
        threading.setprofile(None)
        sys.setprofile(before)


def walk(heading: str) -> tuple[set[str], tuple[str, ...]]:
    """Return the files that a walk of the page names, and the beginnings of paths where nobody needs to look."""
    page = architecture_page.PAGE.read_text(encoding="utf-8")
    section = page.split(f"## {heading}\n")[1].split("\n## ")[0]
    named, _, aside = section.partition("No need to look at: ")
    files = set(PATH.findall(named))
    stated = re.search(r"(\d+) files", named)
    assert stated, f"{heading}: no number of files"
    assert int(stated[1]) == len(files), f"{heading} names {len(files)} files"
    return files, tuple(PATH.findall(aside))


def differences(heading: str, called: set[str]) -> tuple[list[str], list[str]]:
    """Return the files that a walk names and that take no part, and those that take part and are not named."""
    files, aside = walk(heading)
    return sorted(files - called), [path for path in sorted(called - files) if not path.startswith(aside)]
