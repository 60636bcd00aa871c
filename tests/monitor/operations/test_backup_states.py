"""Whatever state a home is in: a backup that was written can be put back, and none takes the place of a better one."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from monitor.errors import KiemtinError
from monitor.operations.backup import write_backup
from monitor.operations.restore import restore
from monitor.privacy.known_key import known_key
from monitor.privacy.secret_key import make_key, rotate_key
from storage.database import MIGRATIONS, Database
from storage.errors import StorageError
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.operations.conftest import fill, steps_in_a_process

KEYS = ("whole", "rotated", "rotation killed", "missing", "empty", "cut", "another's")


@dataclass(frozen=True)
class State:
    """A state of a home, and what happens to a backup of it."""

    key: str
    writer: bool
    full: str
    killed_at: int | None
    upgraded: bool
    passphrase: str


STATES = st.builds(
    State,
    key=st.sampled_from(KEYS[:3] * 4 + KEYS[3:]),
    writer=st.booleans(),
    full=st.sampled_from([""] * 6 + ["home", "target"]),
    killed_at=st.sampled_from([None, None, 0]).flatmap(lambda at: st.none() if at is None else st.integers(0, 900)),
    upgraded=st.sampled_from([True] * 7 + [False]),
    passphrase=st.sampled_from(["", "bí mật"]),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home in use, and an older backup of it, once."""
    home = tmp_path_factory.mktemp("states") / "home"
    home.mkdir()
    make_key(home / "secret.key")
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database:
        database.upgrade()
        fill(database)
        known_key(database, home, MONDAY_MORNING)
        write_backup(database, home, home.parent / "b", now=MONDAY_MORNING)
    shutil.copytree(MIGRATIONS, home.parent / "old", ignore=shutil.ignore_patterns("__pycache__", "000[2-9]*"))
    with Database(f"sqlite:///{home.parent / 'old.db'}", migrations=home.parent / "old") as database:
        database.upgrade()
    return home.parent


def bring_into(state: State, home: Path) -> None:
    key = home / "secret.key"
    if state.key in ("rotated", "rotation killed"):
        rotate_key(key, home / "former.keys", MONDAY_MORNING)
    if state.key == "rotated":
        with Database(f"sqlite:///{home / 'kiemtin.db'}") as database:
            known_key(database, home, MONDAY_MORNING)
    contents = {"empty": b"", "cut": key.read_bytes()[:20], "another's": b"ab" * 32}
    if state.key in contents:
        key.write_bytes(contents[state.key])
    if state.key == "missing":
        key.unlink()
    if not state.upgraded:
        shutil.copyfile(home.parent / "old.db", home / "kiemtin.db")


@contextmanager
def troubled(state: State, home: Path) -> Iterator[None]:
    """Have another program in the middle of a change, or a disk that is full, while the block lasts."""
    fsync, mkdtemp = os.fsync, TemporaryDirectory

    def refuse(descriptor: int) -> None:
        if state.full == "target":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    def refuse_folder(*arguments: object, **options: object) -> object:
        if state.full == "home":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return mkdtemp(*arguments, **options)  # type: ignore[call-overload]

    with ExitStack() as stack:
        stack.enter_context(patch("os.fsync", refuse))
        stack.enter_context(patch("tempfile.TemporaryDirectory", refuse_folder))
        if state.writer:
            writing = sqlite3.connect(home / "kiemtin.db", isolation_level=None)
            stack.callback(writing.close)
            writing.execute("BEGIN IMMEDIATE")
            writing.execute("CREATE TABLE half_done (id INTEGER)")
        yield


def ends_well(work: Callable[[], None]) -> bool:
    try:
        work()
    except (KiemtinError, StorageError):
        return False
    return True


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@given(state=STATES)
def test_every_backup_that_is_written_can_be_put_back(template: Path, state: State) -> None:
    clock = FakeClock(MONDAY_MORNING)
    with TemporaryDirectory() as folder:
        home, file = Path(folder) / "home", Path(folder) / "b"
        shutil.copytree(template, folder, dirs_exist_ok=True)
        older = file.read_bytes()
        bring_into(state, home)

        def back_up() -> None:
            with Database(f"sqlite:///{home / 'kiemtin.db'}", busy_timeout=0.01) as database:
                write_backup(database, home, file, now=clock.now(), passphrase=state.passphrase)

        with troubled(state, home):
            if state.killed_at is not None:
                steps_in_a_process(back_up, kill_at=state.killed_at)
                written = file.read_bytes() != older
            else:
                written = ends_well(back_up)
        event(f"written: {written}, killed: {state.killed_at is not None}")
        assert written or file.read_bytes() == older
        restore(file, Path(folder) / "new", clock, passphrase=state.passphrase if written else "")
        if state.key in KEYS[3:]:
            assert not written
