"""How tests run `kiemtin`, and what they see of it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from sqlalchemy.orm import Session

from monitor.cli import main
from monitor.cli.commands import LazyCommand
from storage.database import Database

SCRIPT = Path(sys.executable).with_name("kiemtin")
HANGS_AFTER = 1800  # seconds: far beyond what a busy machine takes
IGNORING = ("sh", "-c", 'trap \'\' INT; exec "$0" "$@"')
LOOKS_EVERY = 0.05  # seconds
# All requests to end come by one way; `make gate` tries the others too.
STOPS = pytest.mark.parametrize(
    "how",
    [signal.SIGINT, *(pytest.param(how, marks=pytest.mark.gate) for how in (signal.SIGTERM, signal.SIGHUP))],
    ids=lambda how: how.name,
)


@dataclass(frozen=True)
class Answer:
    """Exit status and what was written."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What was written as JSON, which is one line."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line of a failure."""
        assert self.status in (1, 2), self
        assert self.err.startswith("kiemtin: "), self.err
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err + self.out
        return self.err


@contextmanager
def rows_of(home: Path) -> Iterator[Session]:
    """Open a unit of work on the database of a home, which is kept when it ends well."""
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.changes() as session:
        yield session


class Command:
    """The command, run inside this process, on a home."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.home, self._capsys, self._patch = home, capsys, patch
        self.set(home=home)

    def set(self, **settings: object) -> None:
        """Set the variables of some settings."""
        for name, value in settings.items():
            self._patch.setenv(f"KIEMTIN_{name.upper()}", str(value))

    def rows(self) -> AbstractContextManager[Session]:
        return rows_of(self.home)

    def __call__(self, *arguments: str) -> Answer:
        """Run it and give its answer."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as leaving:
            main(list(arguments))
        written = self._capsys.readouterr()
        assert isinstance(leaving.value.code, int)
        return Answer(leaving.value.code, written.out, written.err)

    def well(self, *arguments: str) -> Answer:
        """Run it and expect it to succeed."""
        answer = self(*arguments)
        assert answer.status == 0, answer
        return answer

    def fails(self, said: str, *arguments: str, status: int = 1) -> Answer:
        """Run it and expect it to fail in one line that says something."""
        answer = self(*arguments)
        assert (answer.status, said in answer.complaint) == (status, True), answer
        return answer


def apart(*arguments: str, stdin: bytes = b"", **environment: str) -> Answer:
    """Run it as a program of its own, to its end."""
    done = subprocess.run(  # noqa: S603  our own command
        [str(SCRIPT), *arguments],
        input=stdin,
        capture_output=True,
        env=_with(environment),
        timeout=HANGS_AFTER,
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


@contextmanager
def start(*arguments: str, in_background: bool = False, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """Start it as a program of its own, whose lines can be read; it is killed at the end, or when it hangs.

    In the background it ignores SIGINT, as what a script starts by `&` does.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # the tests run in a script's background: do not pass it on
        signal.signal(signal.SIGINT, signal.default_int_handler)
    child = subprocess.Popen(  # noqa: S603  our own command
        [*(IGNORING if in_background else ()), str(SCRIPT), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=_with({"PYTHONUNBUFFERED": "1", **environment}),
    )
    watch = Timer(HANGS_AFTER, child.kill)
    watch.start()
    try:
        with child:
            try:
                yield child
            finally:
                child.kill()
    finally:
        watch.cancel()


def wait_for(sign: Callable[[], object], child: "subprocess.Popen[Any]") -> None:
    """Wait until there is a sign of what a program did; fail when it ends before."""
    while not sign():
        with suppress(subprocess.TimeoutExpired):
            child.wait(LOOKS_EVERY)
        assert child.poll() is None, child.communicate()


def command_names(command: Any, name: str = "") -> Iterator[str]:
    """Give the full name of every command below one; a group that does something itself is one of them."""
    found = command.load() if isinstance(command, LazyCommand) else command
    inner = getattr(found, "commands", {})
    if not inner or getattr(found, "invoke_without_command", False):
        yield name
    for each, below in inner.items():
        yield from command_names(below, f"{name} {each}".strip())


def tell(file: str) -> None:
    """Write the number of the process that runs this; what a worker is asked to do."""
    partial = Path(file + ".part")
    partial.write_text(str(os.getpid()))
    partial.rename(file)


def _with(environment: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **environment}
