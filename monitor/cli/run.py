"""Serve the desk, alone or with the schedule in the same process, until it is stopped."""

import asyncio
import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads
from time import monotonic
from types import FrameType
from typing import Annotated, Any, Final, TypeVar

import typer

from monitor.app.application import Application
from monitor.cli.context import announce, application, listed_deletions, progress_bar, warn
from monitor.cli.crawl import looks_as_line, pictures_as_line
from monitor.cli.outbox import lines_of, watch
from monitor.cli.terminal import translated
from monitor.collectors.http.client import PoliteClient
from monitor.crawl.collect import TICK
from monitor.crawl.schedule import Job, Schedule
from monitor.desk.web.server import exposure_warning, serving
from monitor.errors import KiemtinError
from monitor.operations.clock_check import check_clock
from monitor.operations.retain import retain
from monitor.outbox.outbox import summary
from monitor.publish.site import publish
from monitor.scoring.score import ScoreResult

GIVE_UP_SECONDS: Final = 0.5
_THREAD: Final = "kiemtin-work"  # how the names of all threads begin that a stop does not wait for
_M_ARENA_MAX: Final = -8  # of glibc's malloc.h
_THREADS: Final = 5  # scoring, retention, the report, alerts, corrections; a source is read in the event loop

Result = TypeVar("Result")


class GivenUp(KiemtinError):
    """The program stops; what was not stored yet is left to the next run."""


class Background:
    """Runs functions in threads until the program stops.

    A function that takes long calls `pause` after each part of its work: there it is given up. One that does not come
    to such a place within GIVE_UP_SECONDS is left behind with the process: all that is stored is stored whole.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, _THREAD)
        self._lookups = ThreadPoolExecutor(thread_name_prefix=_THREAD)
        self._running: set[Future[Any]] = set()
        self._stopping = Event()

    def take_lookups(self) -> None:
        """Run here what the event loop gives to threads: a name server that does not answer holds one for long."""
        asyncio.get_running_loop().set_default_executor(self._lookups)

    async def run(self, work: Callable[..., Result], *arguments: object) -> Result:
        """Run a function in a thread and return what it returns."""
        future = self._threads.submit(copy_context().run, _frugally, work, *arguments)  # it speaks the same language
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return await asyncio.wrap_future(future)

    def pause(self) -> None:
        """Give up here if the program stops.

        Raises:
            GivenUp: Then.

        """
        if self._stopping.is_set():
            raise GivenUp("stopped; the next run goes on from there")

    def stop(self, say: Callable[[str], None]) -> None:
        """Give up all work, and say so if there was any; ends the process when some of it does not end in time."""
        self._stopping.set()
        if self._running:
            say("Gave up the work that was under way; what was stored stays, and the next run goes on from there.")
        for threads in (self._threads, self._lookups):
            threads.shutdown(wait=False, cancel_futures=True)
        last = monotonic() + GIVE_UP_SECONDS
        ours = [thread for thread in enumerate_threads() if thread.name.startswith(_THREAD)]
        for thread in ours:
            thread.join(max(0, last - monotonic()))
        if any(thread.is_alive() for thread in ours):
            sys.stdout.flush()
            os._exit(0)  # the interpreter would wait for the threads, for as long as they take


def _frugally(work: Callable[..., Result], *arguments: object) -> Result:
    try:
        return work(*arguments)
    finally:
        _glibc("malloc_trim", 0)  # else what a report takes for a second is kept for a week


def _glibc(function: str, *arguments: int) -> None:
    """Call a function of glibc's memory, where it is this program's library."""
    if sys.platform == "linux" and (found := getattr(ctypes.CDLL(None), function, None)):
        found(*arguments)


def run(
    context: typer.Context,
    desk_only: Annotated[
        bool, typer.Option("--desk-only", help="Serve the desk alone: other programs read, score and send.")
    ] = False,
) -> None:
    """Read what is due, score it, delete what is past its retention, issue last week's report, and serve the desk.

    Example: `kiemtin run`
    """
    app = application(context)
    if not desk_only:
        keep_going(app)
        return
    warn(exposure_warning(app.settings))
    with _said_why():
        _until_stopped(_serve(app))


def keep_going(app: Application, *, once_open: Sequence[str] = ()) -> None:
    """Do all that is due and serve the desk until somebody stops it; `once_open` are lines to print when it answers."""
    warn(exposure_warning(app.settings))
    with suppress(KeyboardInterrupt), _said_why() as say_why:
        with progress_bar() as bar:
            app.models.ensure(app.scoring_model(), bar.update)
        _until_stopped(_run(app, once_open, say_why))


@contextmanager
def _said_why() -> Iterator[Callable[[], None]]:
    """Give what says which signal asked the program to stop, and call it at the end; it says so once.

    Of Ctrl-C nothing is said: whoever presses it knows.
    """
    asked: list[str] = []
    earlier = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def note(number: int, frame: FrameType | None) -> None:
        # Said later: a line that is being written when a signal comes must not be broken by another one.
        asked.append(signal.Signals(number).name)
        if callable(handler := earlier[signal.Signals(number)]):
            handler(number, frame)

    def say_why() -> None:
        if asked:
            announce(f"The program was asked to stop ({asked[0]}).")
            asked.clear()

    for number, handler in earlier.items():
        if callable(handler):
            signal.signal(number, note)
    try:
        yield say_why
    finally:
        for number, handler in earlier.items():
            if signal.getsignal(number) is note:  # SIGHUP may be ignored since it came
                signal.signal(number, handler)
        say_why()


def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    # Each thread would get an arena of memory to itself, up to eight a processor, and no thread what lies free in
    # another one's: with twenty people at the desk half of 40 MB did.
    _glibc("mallopt", _M_ARENA_MAX, 2)
    with suppress(KeyboardInterrupt):  # the usual way to stop it
        asyncio.run(work)
    # At its end the interpreter looks for garbage among all objects: for seconds, with the word lists and a model.
    gc.freeze()


async def _serve(app: Application) -> None:
    async with serving(app.desk(), app.settings) as served:
        announce(f"The desk is open at {app.settings.desk_address} (Ctrl-C stops it)")
        await served


async def _run(app: Application, once_open: Sequence[str], say_why: Callable[[], None]) -> None:
    async with app.client() as client, serving(app.desk(), app.settings) as served:
        announce(f"The desk is open at {app.settings.desk_address} (Ctrl-C stops all)")
        for line in once_open:
            announce(line)
        background = Background()
        background.take_lookups()
        schedule = Schedule(jobs(app, client, background), app.clock, announce)
        schedule.start()
        try:
            await served
        finally:
            say_why()
            await schedule.stop()
            background.stop(announce)


def jobs(app: Application, client: PoliteClient, background: Background) -> list[Job]:
    """List what the schedule does and how often."""
    crawler, recheck, pictures = app.crawler(client), app.recheck(client), app.picture_reader(client)
    scoring = asyncio.Lock()
    passed_over = set[str]()

    async def collect_and_score() -> str:
        jump = check_clock(app.ready_database, app.clock)
        readings = await crawler.crawl(only_due=True)
        found = sum(reading.new + reading.changed for reading in readings)
        line = f"{len(readings)} sources read, {found} posts new or changed"
        failed = [f"{reading.source} failed: {reading.error}" for reading in readings if reading.outcome == "failed"]
        said = [jump] if jump else []
        # A source that is read for hours makes these jobs overlap: what one has begun, the others leave to it.
        if scoring.locked():
            return "; ".join([*said, line, *failed] if readings else said)
        async with scoring:
            looks = [looks_as_line(await recheck.run()), pictures_as_line(await pictures.run())]
            result = await background.run(_score, app, background)
        if readings or result.scored:
            said += [line, f"{result.opened.total()} flags opened, {result.unsure.total()} unsure", *failed]
        return "; ".join(filter(None, [*said, *looks]))

    async def expire() -> str:
        return listed_deletions(await background.run(retain, app.ready_database, app.clock, app.captures))

    async def alert() -> str:
        return "; ".join(lines_of(await background.run(lambda: watch(app, passed_over).look())))

    async def send() -> str:
        return summary(await app.outbox.send_due())

    async def publish_corrections() -> str:
        if app.settings.publish.folder is None:
            return ""
        count, changed = await background.run(publish, app.ready_database, app.settings, app.clock.now())
        return f"{count} corrections published" if changed else ""

    async def summarise() -> str:
        return "; ".join(f"wrote {file.name}" for file in await background.run(_issue, app, passed_over))

    return [
        Job(translated("crawl"), TICK, collect_and_score, may_overlap=True),
        Job(translated("outbox"), timedelta(minutes=1), send),
        Job(translated("retention"), timedelta(hours=6), expire),
        Job(translated("report"), timedelta(minutes=5), summarise),
        Job(translated("alerts"), timedelta(minutes=5), alert),
        Job(translated("corrections"), timedelta(minutes=5), publish_corrections),
    ]


def _score(app: Application, background: Background) -> ScoreResult:
    with progress_bar() as bar:

        def show(step: str, done: int, total: int | None) -> None:
            bar.update(step, done, total)
            background.pause()

        return app.score_waiting(show)


def _issue(app: Application, passed_over: set[str]) -> list[Path]:
    """Issue the report that is due, in a thread, for it loads the libraries of documents; note one that stays late."""
    late = app.reports.late_week()
    try:
        return app.reports.issue_scheduled()
    finally:
        passed_over.add(late)
