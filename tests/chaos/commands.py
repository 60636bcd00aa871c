"""`kiemtin` in a forked process: as much a program of its own, and its libraries are loaded already."""

import importlib
import os
import resource
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from monitor.cli import main
from tests.chaos.world import World
from tests.monitor.cli.command import Answer

for module in ("crawl", "database", "doctor", "import_file", "privacy", "report", "users"):
    importlib.import_module(f"monitor.cli.{module}")


class Running:
    """A command that runs.

    Args:
        process: Its number.
        out: The file of what it writes on standard output and standard error.

    """

    def __init__(self, process: int, out: tuple[Path, Path]) -> None:
        self._process = process
        self._out = out

    def answer(self) -> Answer:
        """Wait for its end."""
        _, status = os.waitpid(self._process, 0)
        said = [path.read_text(encoding="utf-8") for path in self._out]
        return Answer(os.waitstatus_to_exitcode(status), *said)


class Commands:
    """Runs `kiemtin` on a home.

    Args:
        world: The home.
        folder: Where output is kept.

    """

    def __init__(self, world: World, folder: Path) -> None:
        self._home = world.home
        self._folder = folder
        self._count = 0

    def start(self, *arguments: str, ahead: timedelta | None = None, most_bytes: int | None = None) -> Running:
        """Start a command.

        Args:
            arguments: What is written after `kiemtin`.
            ahead: How far the machine's clock is ahead.
            most_bytes: The size that no file may pass.

        """
        self._count += 1
        out = (self._folder / f"{self._count}.out", self._folder / f"{self._count}.err")
        process = os.fork()
        if process == 0:
            _become(arguments, self._home, out, lambda: _limit(ahead, most_bytes))
        return Running(process, out)

    def __call__(self, *arguments: str, ahead: timedelta | None = None, most_bytes: int | None = None) -> Answer:
        """Run a command to its end."""
        return self.start(*arguments, ahead=ahead, most_bytes=most_bytes).answer()


def _limit(ahead: timedelta | None, most_bytes: int | None) -> None:
    if ahead is not None:
        time_machine.travel(datetime.now(UTC) + ahead).start()
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


def _become(arguments: tuple[str, ...], home: Path, out: tuple[Path, Path], limit: Callable[[], None]) -> None:
    status = 1
    try:
        os.setpgid(0, 0)
        for number, path in enumerate(out, 1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
        os.environ |= {"KIEMTIN_HOME": str(home)}
        limit()
        status = _status_of(arguments)
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001  whatever it is, it must not go on in the test's own frames
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)


def _status_of(arguments: tuple[str, ...]) -> int:
    try:
        main(list(arguments))
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    return 0
