"""Run one parser over changed payloads in a process with the limits that parsing has in the program.

Each payload must give posts that can be stored, or an error of the program. Time is processor time and memory is what
the system grants, so that a slow or busy machine changes nothing.
"""

import os
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from random import Random

from monitor.collectors.isolation.parser import ParserLimits
from monitor.collectors.isolation.worker import memory_in_use
from monitor.errors import KiemtinError
from tests.fuzz.mutators import mutant
from tests.fuzz.parsers import TARGETS
from tests.monitor.collectors.hostile import assert_storable

HARNESS_BYTES = 120_000_000  # of memory, for the tests' own modules beside the program's
LIMITS = ParserLimits(memory_bytes=ParserLimits().memory_bytes + HARNESS_BYTES)
OUT_OF_MEMORY, MUCH_MEMORY_IN_USE = 7, 8  # exit statuses
_FRAMES_SHOWN = 3


def mutated(name: str, number: int) -> bytes:
    """Make the changed payload of a number."""
    payloads = TARGETS[name].payloads()
    chance = Random(f"{name} {number}")  # noqa: S311  it must be the same at each run
    return mutant(chance.choice(payloads), chance)


def run_apart(name: str, first: int, count: int) -> list[str]:
    """Try so many mutations of one parser in processes of their own; give what failed, a line each."""
    failures: list[str] = []
    end = first + count
    while first < end:
        command = [sys.executable, "-c", "from tests.fuzz.run import main; main()", name, str(first), str(end)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  this program
        lines = done.stdout.splitlines()
        failures += [line for line in lines if not line.isdecimal()]
        if done.returncode == 0:
            break
        begun = [int(line) for line in lines if line.isdecimal()]
        if not begun:
            raise subprocess.SubprocessError(f"the parser {name} could not be run: {done.stderr}")
        if done.returncode == MUCH_MEMORY_IN_USE:
            first = begun[-1] + 1
            continue
        if done.returncode != -signal.SIGPROF and begun[-1] > first:
            first = begun[-1]  # memory that others left in pieces: as in the program, it gets a process of its own
            continue
        why = "more than 5 s of processor time" if done.returncode == -signal.SIGPROF else f"status {done.returncode}"
        failures.append(f"number {begun[-1]}: {why}")
        first = begun[-1] + 1
    return failures


def main() -> None:
    """Try the mutations that the command line names; prints each number before it, and what failed after it."""
    name, first, end = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    TARGETS[name].payloads()
    resource.setrlimit(resource.RLIMIT_DATA, (LIMITS.memory_bytes, LIMITS.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in range(first, end):
        os.write(1, f"{number}\n".encode())
        payload = mutated(name, number)
        signal.setitimer(signal.ITIMER_PROF, LIMITS.cpu_seconds)
        for failure in _failures(name, payload):
            os.write(1, f"number {number}: {failure}\n".encode(errors="backslashreplace"))
        signal.setitimer(signal.ITIMER_PROF, 0)
        if memory_in_use() > HARNESS_BYTES + ParserLimits().memory_bytes // 2:
            os._exit(MUCH_MEMORY_IN_USE)  # as the program's own process ends then


def _failures(name: str, payload: bytes) -> Iterator[str]:
    target = TARGETS[name]
    try:
        assert_storable(target.read(target.answer(payload)))
    except KiemtinError as error:
        if "\n" in str(error):
            yield f"an error of several lines: {str(error)!r}"
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001  that is what is looked for
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_SHOWN:]
        places = " < ".join(f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in reversed(frames))  # noqa: PTH119
        yield f"{type(error).__name__}: {str(error)[:200]!r} at {places}"
