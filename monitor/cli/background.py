"""Long work beside the event loop, in threads that are given up when the program stops."""

import asyncio
import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Any, Final, TypeVar

from monitor.errors import KiemtinError

GIVE_UP_SECONDS: Final = 5.0
_THREADS: Final = 5  # scoring, retention, the summary, alerts, corrections; a source is read in the event loop

Result = TypeVar("Result")


class GivenUp(KiemtinError):
    """The program stops; what was not stored yet is left to the next run."""


class Background:
    """Runs functions in threads until the program stops.

    A function that takes long calls `pause` after each part of its work: there it is given up. One that does not come
    to such a place within GIVE_UP_SECONDS is left behind with the process: all that is stored is stored whole.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS)
        self._running: set[Future[Any]] = set()
        self._stopping = Event()

    async def run(self, work: Callable[..., Result], *arguments: object) -> Result:
        """Run a function in a thread and return what it returns."""
        future = self._threads.submit(work, *arguments)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return await asyncio.wrap_future(future)

    def pause(self) -> None:
        """Give up here if the program stops.

        Raises:
            GivenUp: Then.

        """
        if self._stopping.is_set():
            message = "stopped; the next run goes on from there"
            raise GivenUp(message)

    def stop(self, say: Callable[[str], None]) -> None:
        """Give up all work, and say so if there was any; ends the process when some of it does not end in time."""
        self._stopping.set()
        running = set(self._running)
        self._threads.shutdown(wait=False, cancel_futures=True)
        if not running:
            return
        say("Gave up the work that was under way; what was stored stays, and the next run goes on from there.")
        if wait(running, GIVE_UP_SECONDS).not_done:
            sys.stdout.flush()
            os._exit(0)  # the interpreter would wait for the threads, for as long as they take
