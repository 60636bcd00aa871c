"""Parsers that do what no parser should, to be run in the parsing process."""

import os
import re
import signal
import time
from typing import NamedTuple

from monitor.collectors.http.fetched import Fetched
from monitor.errors import FetchFailed, RateLimited
from tests.clock import MONDAY_MORNING

_kept: list[bytearray] = []


class Found(NamedTuple):
    fetched: Fetched
    words: list[str]
    pid: int


def words(fetched: Fetched, most: int = 10) -> Found:
    return Found(fetched, fetched.text().split()[:most], os.getpid())


def loops(_fetched: Fetched) -> None:
    while True:
        pass


def works(_fetched: Fetched, seconds: float) -> int:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return os.getpid()


def loops_in_c(_fetched: Fetched) -> None:
    re.fullmatch(r"(a|a)*b", "a" * 100)


def takes_much_memory(_fetched: Fetched, size: int) -> int:
    return len(bytearray(size))


def keeps_memory(_fetched: Fetched, size: int) -> int:
    _kept.append(bytearray(size))
    return os.getpid()


def takes_memory_bit_by_bit(_fetched: Fetched) -> None:
    kept: list[str] = []
    while True:
        kept.append("x" * 1000 + str(len(kept)))


def recurses(fetched: Fetched) -> None:
    recurses(fetched)


def gives_what_is_too_deep(_fetched: Fetched) -> list[object]:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    return nested


def leaves(_fetched: Fetched) -> None:
    os._exit(3)


def crashes(_fetched: Fetched) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def breaks_its_process(_fetched: Fetched) -> None:
    """Leave behind what makes `reads_in_a_sound_process` fail."""
    os.environ["BROKEN"] = "1"


def reads_in_a_sound_process(fetched: Fetched, way: str) -> Found:
    """Read words, or fail in one of two ways where an earlier call broke the process."""
    if "BROKEN" not in os.environ:
        return words(fetched)
    if way == "leaves":
        os._exit(3)
    raise KeyError("id")


def is_wrong(_fetched: Fetched) -> None:
    raise KeyError("id")


def gives_no_plain_data(_fetched: Fetched) -> object:
    return lambda: None


def is_refused(_fetched: Fetched) -> None:
    raise RateLimited("a.example asks us to wait", MONDAY_MORNING)


def gives_an_error(_fetched: Fetched) -> FetchFailed:
    return RateLimited("a.example asks us to wait", MONDAY_MORNING)


def prints(_fetched: Fetched) -> str:
    print("something", flush=True)  # noqa: T201  that is what is tested
    os.write(1, b"something else")
    return "done"
