"""A database that is locked, read-only or full, and a program that is stopped: one line, and nothing is lost."""

import os
import pty
import signal
import sqlite3
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import event

from monitor.cli import handled_interrupts
from storage.database import Database
from tests.monitor.cli.command import HANGS_AFTER, SCRIPT, Command, start, wait_for
from tests.monitor.cli.conftest import ImportPosts

Limit = Callable[[str], None]


@pytest.fixture
def posts(kiemtin: Command, tmp_path: Path) -> Path:
    path = tmp_path / "forum.csv"
    path.write_text("id,text\n" + "".join(f"{n},Bài viết số {n} về xưởng may\n" for n in range(300)), encoding="utf-8")
    return path


def test_a_locked_database_is_waited_for_and_then_told(
    kiemtin: Command, posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.Database", partial(Database, busy_timeout=0.05))
    with closing(sqlite3.connect(kiemtin.home / "kiemtin.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for command in (["import", str(posts)], ["users", "invite", "lan"], ["score"], ["erase", "feed", "x", "--yes"]):
            kiemtin.fails("locked by another program", *command)
        assert kiemtin.well("sources", "list", "--json").data == []  # reading goes on
    assert kiemtin.well("import", str(posts), "--json").data["new"] == 300


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Limit every connection that the command opens from now on."""

    def by(pragma: str) -> None:
        def open_limited(url: str) -> Database:
            database = Database(url)
            event.listen(database.engine, "connect", lambda connection, _: connection.execute(pragma))
            return database

        monkeypatch.setattr("storage.database.Database", open_limited)

    return by


def test_a_read_only_database_is_told(kiemtin: Command, posts: Path, limit: Limit) -> None:
    limit("PRAGMA query_only = ON")
    for command in (["import", str(posts)], ["users", "invite", "lan"], ["erase", "feed", "x", "--yes"]):
        kiemtin.fails("may not be written", *command)


def test_a_full_disk_is_told_and_the_same_command_goes_on_when_there_is_room(
    kiemtin: Command, posts: Path, limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(kiemtin.home / "kiemtin.db")) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    limit(f"PRAGMA max_page_count = {pages + 4}")
    kiemtin.fails("full: free some space", "import", str(posts))
    monkeypatch.undo()
    kiemtin.set(home=str(kiemtin.home))
    data = kiemtin.well("import", str(posts), "--json").data
    assert data["new"] + data["known"] == 300
    assert "up to date" in kiemtin.well("db", "check").out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_one_line(home: Path, posts: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603  our own command
            [str(SCRIPT), "import", str(posts), "--json"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    said = done.stderr.decode()
    assert done.returncode == 1
    assert said.startswith("kiemtin: ")
    assert (said.count("\n"), "Traceback" in said) == (1, False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
def test_root_is_told_that_the_home_belongs_to_another_user(kiemtin: Command) -> None:
    assert kiemtin.well("db", "check").err == ""
    os.chown(kiemtin.home, 65534, 65534)
    assert "belongs to another user" in kiemtin.well("db", "check").err


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.gate)])
def test_scoring_that_is_stopped_by_ctrl_c_is_one_line_and_goes_on_later(
    workers: str, kiemtin: Command, import_posts: ImportPosts
) -> None:
    import_posts(f"{'Xưởng may nóng quá ' * 4} {number}" for number in range(800))

    def scored() -> int:
        with closing(sqlite3.connect(kiemtin.home / "kiemtin.db")) as connection:
            (count,) = connection.execute("SELECT count(DISTINCT post_id) FROM scores").fetchone()
            return int(count)

    with start("score", KIEMTIN_WORKERS=workers) as child:
        wait_for(scored, child)
        # A terminal sends it to every process of the command.
        for process in (child.pid, *children_of(child.pid)):
            os.kill(process, signal.SIGINT)
        out, err = child.communicate()
    assert (child.returncode, err.count("\n"), "Traceback" in err + out) == (1, 1, False), err
    assert err.startswith("kiemtin: stopped")
    before = scored()
    assert 0 < before < 800
    data = kiemtin.well("score", "--json").data
    assert data["scored"] == 800 - before


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    if not tasks.exists():
        return []
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


class Thing:
    """Something that can be watched while it is cleaned up."""


def raised_in_a_clean_up(error: type[BaseException]) -> None:
    def callback(_reference: object) -> None:
        raise error

    thing = Thing()
    watched = weakref.ref(thing, callback)
    del thing
    assert watched() is None


def test_ctrl_c_in_a_clean_up_which_python_passes_over_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append(unraisable.exc_type))
    before = sys.unraisablehook
    with handled_interrupts():
        raised_in_a_clean_up(ValueError)
    assert told == [ValueError], "other trouble is told as ever"
    with handled_interrupts(), pytest.raises(KeyboardInterrupt):  # noqa: PT012  it comes a moment later
        raised_in_a_clean_up(KeyboardInterrupt)
        threading.Event().wait(10)
    assert sys.unraisablehook is before


HANGS_UP_ON_ITSELF = """
import signal
from monitor.cli import main
from monitor.operations import backup
pack = backup._pack
def hang_up(*arguments):
    signal.raise_signal(signal.{how})
    return pack(*arguments)
backup._pack = hang_up
main(["backup", {file!r}])
"""


@pytest.mark.parametrize("how", ["SIGTERM", "SIGHUP"])
def test_of_a_backup_that_is_asked_to_stop_nothing_is_left(how: str, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "backups" / "b"
    file.parent.mkdir()
    code = HANGS_UP_ON_ITSELF.format(how=how, file=str(file))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert list(file.parent.iterdir()) == []
    assert (done.returncode, done.stderr.count("\n"), done.stderr.startswith("kiemtin: stopped")) == (1, 1, True)


def test_what_was_started_by_nohup_goes_on_when_the_terminal_is_closed(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "b"
    code = HANGS_UP_ON_ITSELF.format(how="SIGHUP", file=str(file))
    command = ["sh", "-c", 'trap \'\' HUP; exec "$0" "$@"', sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, file.exists(), done.stderr) == (0, True, "")


LOSES_ITS_TERMINAL = """
import fcntl, pathlib, signal, sys, termios, threading
from monitor.cli import handled_interrupts
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
with handled_interrupts():
    try:
        print("here", flush=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        signal.raise_signal(signal.SIGHUP)
        print("a line", flush=True)
        print("a line", file=sys.stderr, flush=True)
        pathlib.Path({told!r}).touch()
"""


def test_a_terminal_that_is_closed_ends_a_command_once_and_lines_for_it_are_no_error(tmp_path: Path) -> None:
    told = tmp_path / "told"
    ours, terminal = pty.openpty()
    command = [sys.executable, "-c", LOSES_ITS_TERMINAL.format(told=str(told))]
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), terminal)
    with subprocess.Popen(command, **streams, start_new_session=True) as child:  # type: ignore[call-overload]  # noqa: S603
        os.close(terminal)
        assert os.read(ours, 4) == b"here"
        os.close(ours)  # the system sends SIGHUP, and a shell sends it once more
        child.wait(HANGS_AFTER)
    assert (child.returncode, told.exists()) == (0, True)
