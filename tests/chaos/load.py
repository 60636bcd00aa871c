"""Programs that work on a home all the time, each in a process of its own, until they are killed."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.world import World

IDLE_SECONDS = 0.02


class Load:
    """What the programs acknowledged, which they write into a file.

    Args:
        told: The file.
        processes: Their numbers.

    """

    def __init__(self, told: Path, processes: Sequence[int]) -> None:
        self._told = told
        self._processes = processes

    def acknowledged(self) -> set[int]:
        """Return the numbers of the decisions that were acknowledged up to now."""
        return {int(line) for line in self._told.read_text(encoding="ascii").split("\n")[:-1]}

    def wait_for(self, decisions: int) -> None:
        """Wait until there are so many decisions; fail when a program has ended."""
        while len(self.acknowledged()) < decisions:
            time.sleep(IDLE_SECONDS)
            for process in self._processes:
                ended, status = os.waitpid(process, os.WNOHANG)
                assert not ended, f"a program ended with {status}"


@contextmanager
def under_load(world: World, ways: Sequence[str]) -> Iterator[Load]:
    """Run some ways over and over, beside each other, and kill them at the end."""
    told = world.home.parent / "acknowledged"
    told.touch()
    processes = [_start(world, name, told) for name in ways]
    load = Load(told, processes)
    try:
        yield load
    finally:
        for process in processes:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        world.acknowledged |= load.acknowledged()


def _start(world: World, name: str, told: Path) -> int:
    process = os.fork()
    if process == 0:
        try:
            out = os.open(told, os.O_WRONLY | os.O_APPEND)
            while True:
                world.ways[name].prepare()
                world.ways[name].run(out)
                time.sleep(IDLE_SECONDS)
        finally:
            os._exit(1)
    return process
