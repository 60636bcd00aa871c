"""What commands share: the application, and how they print data and show progress."""

import json
import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from monitor.app.application import Application
from monitor.cli.terminal import LOGGER, SafeConsole, logs_json, make_console, printable_json, translated
from monitor.clock import VIETNAM
from monitor.errors import NotReady, UsageError
from monitor.operations.change_of_places import finish
from monitor.operations.home_use import share
from monitor.settings.home import home_folder
from monitor.settings.settings import DEMO_MARK, load_settings

SHOW_AFTER_SECONDS = 2.0
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@dataclass
class State:
    """The options given before the command, and the application built from them."""

    home: Path | None
    debug: bool

    @cached_property
    def application(self) -> Application:
        """The application of the chosen home folder, which is tidied first."""
        home = home_folder(self.home)
        if (home / DEMO_MARK).exists():
            raise UsageError(f"{home} is the folder of the demo, with a user of its own: choose another with --home")
        if os.geteuid() == 0 and home.is_dir() and home.stat().st_uid:
            warn(f"{home} belongs to another user, who may not read what root writes there: use `sudo -u`")
        share(home).release()  # who puts a backup back has it alone
        finish(home)  # before anything of it is read
        chosen = Application(load_settings(self.home))
        chosen.tidy_home()
        return chosen

    def close(self) -> None:
        """Close the application if it was built."""
        if "application" in self.__dict__:
            self.application.close()


def application(context: typer.Context) -> Application:
    """Return the application that a command works on."""
    state: State = context.obj
    return state.application


def out() -> SafeConsole:
    """Make a console for results."""
    return make_console()


def say(*lines: str) -> None:
    """Print lines in the language of the command."""
    show(*map(translated, lines))


def show(*lines: str) -> None:
    """Print lines as they are: they hold posts. What stands in square brackets in one is no markup."""
    for line in lines:
        out().print(line, markup=False)


def pairs(option: str, given: Iterable[str], form: str = "KEY=VALUE") -> list[tuple[str, str]]:
    """Split what an option was given as a name and its value.

    Raises:
        UsageError: When an equals sign is missing; says the form.

    """
    parts = [(item, *item.partition("=")) for item in given]
    if wrong := [item for item, _, equals, _ in parts if not equals]:
        raise UsageError(f"{option} {wrong[0]}: write it as {form}")
    return [(name.strip(), value.strip()) for _, name, _, value in parts]


def confirm(question: str) -> None:
    """Ask in the language of the command.

    Raises:
        NotReady: When the answer is no.

    """
    if not typer.confirm(translated(question)):
        raise NotReady("nothing was done, for the answer was no")


def warn(line: str | None) -> None:
    """Write a warning to the log, which is standard error, if there is one."""
    if line:
        logging.getLogger(LOGGER).warning(translated(line))


def announce(line: str) -> None:
    """Show what a program that runs on and on has done, on the terminal or as a line of its log."""
    if logs_json():
        logging.getLogger(LOGGER).info(line)
    else:
        say(line)


def answer(data: Any, *lines: str, as_json: bool) -> None:
    """Print a result: for a program as JSON, else as lines for people."""
    if as_json:
        show_json(data)
    else:
        say(*lines)


def show_json(data: Any) -> None:
    """Print data for a program to read, in one line."""
    show_json_lines([data])


def show_json_lines(lines: Iterable[Any]) -> None:
    """Print data for a program to read, one line each, all at once; of nothing, nothing: an empty line is no JSON."""
    written = [printable_json(json.dumps(data, ensure_ascii=False)) for data in lines]
    if written:
        typer.echo("\n".join(written))


def minute(moment: datetime) -> str:
    """Write a time in Viet Nam to the minute, as programs sort it."""
    return f"{moment.astimezone(VIETNAM):%Y-%m-%d %H:%M}"


def listed_deletions(deleted: Mapping[str, int]) -> str:
    """Say how many posts of each source were deleted."""
    return "; ".join(f"{name}: {count} posts deleted" for name, count in deleted.items())


class Bar:
    """A progress bar on standard error that appears only on a terminal and only after two seconds."""

    def __init__(self, progress: Progress, started: float) -> None:
        self._progress = progress
        self._started = started
        self._tasks: dict[str, TaskID] = {}

    def update(self, step: str, done: int, total: int | None) -> None:
        """Show how much of a step is done; an unknown total shows a moving bar."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(translated(step), total=total)
        self._progress.update(self._tasks[step], completed=done, total=total)
        if not self._progress.live.is_started and time.monotonic() - self._started > SHOW_AFTER_SECONDS:
            self._progress.start()


@contextmanager
def progress_bar() -> Iterator[Bar]:
    """Show progress while a command works; it clears itself away at the end."""
    console = make_console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    try:
        yield Bar(progress, time.monotonic())
    finally:
        progress.stop()
