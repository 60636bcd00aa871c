"""Kill a program at a random point of what it does, run the next one to its end, and look at what is there."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.world import World


@dataclass
class Account:
    """How often each way was killed, how often it had ended before, and what did not hold."""

    killed: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    acknowledged: int = 0

    def as_text(self) -> str:
        """Return one line a way, and the sum."""
        lines = [f"{way:8} killed {self.killed[way]:4}, ended before {self.ended[way]}" for way in sorted(self.killed)]
        total = f"{self.killed.total()} kills, {self.acknowledged} decisions acknowledged, {len(self.broken)} broken"
        return "\n".join([*lines, *self.broken, total])


def kill_all_ways(world: World, kills: int, seed: int) -> Account:
    """Kill each way in turn until there were so many kills; stops at the first thing that does not hold."""
    choose = random.Random(seed)  # noqa: S311  no secret
    account = Account()
    takes = dict.fromkeys(world.ways, 0.5)
    tries = 0
    while account.killed.total() < kills and not account.broken:
        way = list(world.ways)[tries % len(world.ways)]
        tries += 1
        prepare, run = world.ways[way]
        prepare()
        if _run(world, run, after=choose.uniform(0, takes[way])):
            account.killed[way] += 1
        else:
            account.ended[way] += 1
        account.broken += [f"after a kill of {way}: {line}" for line in world.broken(way)]
        started = time.monotonic()
        _run(world, run, after=None)
        takes[way] = (takes[way] + time.monotonic() - started) / 2
        account.broken += [f"after {way} was run again: {line}" for line in world.unfinished(way) + world.broken(way)]
    account.acknowledged = len(world.acknowledged)
    return account


def _run(world: World, way: Callable[[int], None], *, after: float | None) -> bool:
    """Run in a forked process; kill it after so many seconds. Says whether it was killed before its end."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        status = 1
        try:
            os.setpgid(0, 0)
            way(writing)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    if after is not None:
        time.sleep(after)
        os.kill(process, signal.SIGKILL)
    with os.fdopen(reading) as acknowledged:
        world.acknowledged |= {int(line) for line in acknowledged.read().split("\n")[:-1]}
    _, status = os.waitpid(process, 0)
    if after is None and status:
        message = f"the program that was run to its end failed with {status}"
        raise AssertionError(message)
    return os.WIFSIGNALED(status)
