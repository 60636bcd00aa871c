"""Kill a program at a random point of what it does, again and again, run it to its end, and look at what is there."""

import gc
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.world import Way, World

IN_A_ROW = 3  # kills of a way before it is run to its end: each begins on what the one before left
IN_A_HOME = 150  # kills in a home; then a new one, for checks read all that is there
SLOWER = 0.8  # how fast a way's longest time is forgotten, when the machine has become faster


@dataclass
class Account:
    """How often each way was killed, how often it had ended before, and what did not hold."""

    killed: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    acknowledged: int = 0

    def as_text(self) -> str:
        """Return one line a way, one with what was checked, and the sum."""
        lines = [f"{way:8} killed {self.killed[way]:4}, ended before {self.ended[way]}" for way in sorted(self.killed)]
        checks = ", ".join(f"{name} {count}" for name, count in sorted(self.checked.items()))
        total = f"{self.killed.total()} kills, {self.acknowledged} decisions acknowledged, {len(self.broken)} broken"
        return "\n".join([*lines, f"checked: {checks}", *self.broken, total])


def kill_all_ways(make_world: Callable[[], World], kills: int, seed: int) -> Account:
    """Kill each way in turn until there were so many kills; stops at the first thing that does not hold."""
    choose = random.Random(seed)  # noqa: S311  no secret
    account = Account()
    while account.killed.total() < kills and not account.broken:
        world = make_world()
        _load_libraries(world)
        _kill_in(world, min(kills, account.killed.total() + IN_A_HOME), choose, account)
        account.acknowledged += len(world.acknowledged)
        account.checked += world.checked
    return account


def _load_libraries(world: World) -> None:
    """Run each way here, so that a kill hits the work, and not the loading of the libraries that it uses."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for way in world.ways.values():
        way.prepare()
        way.run(nowhere)
    os.close(nowhere)
    gc.collect()
    gc.freeze()  # a forked process would copy all that a search for garbage touches


def _kill_in(world: World, until: int, choose: random.Random, account: Account) -> None:
    takes = {}
    for name, way in world.ways.items():
        way.prepare()
        takes[name] = _to_its_end(world, way)
    names: list[str] = []
    while account.killed.total() < until and not account.broken:
        names = names or choose.sample(list(world.ways), len(world.ways))
        name = names.pop()
        way = world.ways[name]
        way.prepare()
        for _ in range(min(IN_A_ROW, until - account.killed.total())):
            killed = _run(world, way, after=choose.uniform(0, takes[name]))
            (account.killed if killed else account.ended)[name] += 1
            account.broken += [f"after a kill of {name}: {line}" for line in world.broken(name)]
            if not killed:
                break
        takes[name] = max(SLOWER * takes[name], _to_its_end(world, way))
        account.broken += [
            f"after {name} was run again: {line}" for line in world.unfinished(name) + world.broken(name)
        ]


def _to_its_end(world: World, way: Way) -> float:
    started = time.monotonic()
    _run(world, way, after=None)
    return time.monotonic() - started


def _run(world: World, way: Way, *, after: float | None) -> bool:
    """Run in a forked process; kill it after so many seconds. Says whether it was killed before its end."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        status = 1
        try:
            os.setpgid(0, 0)
            way.run(writing)
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
        raise AssertionError(f"the program that was run to its end failed with {status}")
    return os.WIFSIGNALED(status)
