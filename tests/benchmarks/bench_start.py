"""How long commands take from their start to their end, and how much memory, beside `datasette --version`.

Run by `make bench-start`. CPU seconds are user and system time of a command with all its processes, the median of five
runs after one that is not counted; the training of the default model and the demo run once. Memory is the largest
resident set of a process. All data lies in a temporary folder, which is deleted.
"""

import argparse
import socket
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.benchmarks.commands import KIEMTIN, Spent, run_command

RUNS: Final = 5
POST: Final = "Mai cả huyện mất nước nhé, chia sẻ cho mọi người cùng biết\n"


@dataclass(frozen=True, slots=True)
class Bench:
    """Runs commands in a temporary home folder.

    Args:
        home: The folder, which has a database.
        datasette: The command to compare with.

    """

    home: Path
    datasette: str

    def rows(self) -> Mapping[str, tuple[str, Callable[[], str]]]:
        """Name each row: what it measures, and how. `init` must come before what needs the default model."""
        return {
            "python": ("python -c pass", lambda: self._started([sys.executable, "-c", "pass"])),
            "datasette": ("datasette --version", lambda: self._started([self.datasette, "--version"])),
            "help": ("kiemtin --help", lambda: self._started([KIEMTIN, "--help"])),
            "list": ("kiemtin sources list", lambda: self._started([KIEMTIN, "sources", "list"])),
            "add": ("kiemtin users invite", self._users_added),
            "init": ("kiemtin init, default model included", self._initialised),
            "classify": ("kiemtin classify, one post", lambda: self._started([KIEMTIN, "classify"], POST)),
            "demo": ("kiemtin demo, walked through", self._shown),
        }

    def _started(self, command: Sequence[str], stdin: str = "") -> str:
        self.run(command, stdin)
        return _medians([self.run(command, stdin) for _ in range(RUNS)])

    def _users_added(self) -> str:
        runs = [self.run([KIEMTIN, "users", "invite", f"user{number}"]) for number in range(RUNS + 1)]
        return _medians(runs[1:])

    def _initialised(self) -> str:
        once = self.run([KIEMTIN, "init"])
        size = sum(file.stat().st_size for file in (self.home / "models" / "default").iterdir())
        return f"{_medians([once])}   model folder {size / 1e6:.1f} MB"

    def _shown(self) -> str:
        with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            free.close()
            shown = self.run([sys.executable, "-m", "tests.demo_walk", folder, str(port)])
        return f"{_medians([shown])}   {shown.seconds:.0f} s by the clock"

    def run(self, command: Sequence[str], stdin: str = "") -> Spent:
        """Run a command in that folder."""
        return run_command(command, {"KIEMTIN_HOME": str(self.home)}, stdin)


def _medians(runs: Sequence[Spent]) -> str:
    cpu, peak = (statistics.median(values) for values in zip(*((run.cpu, run.peak) for run in runs), strict=True))
    return f"{cpu:8.2f} {peak:8.0f}"


def _measured(bench: Bench, chosen: Sequence[str]) -> Iterator[str]:
    """Measure the chosen rows one after the other."""
    for name, (title, measure) in bench.rows().items():
        if not chosen or name in chosen:
            yield f"{title:38} {measure()}"


def main() -> None:
    """Print the table, a row as soon as it is measured."""
    names = tuple(Bench(Path(), "").rows())
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasette", help="The command datasette, installed for this benchmark.")
    parser.add_argument("only", nargs="*", metavar="ROW", help=f"Measure these rows alone: {', '.join(names)}.")
    given = parser.parse_args()
    if unknown := set(given.only) - set(names):
        parser.error(f"there is no row {min(unknown)}: choose among {', '.join(names)}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), given.datasette)
        bench.run([KIEMTIN, "init"])
        print(f"{'':38} {'CPU s':>8} {'peak MB':>8}")
        for row in _measured(bench, given.only):
            print(row, flush=True)


if __name__ == "__main__":
    main()
