"""Homes in use, over SQLite and PostgreSQL, to back up and to put back."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy.orm import Session

from monitor.operations.backup import write_backup
from monitor.operations.restore import Restored, restore
from monitor.privacy.secret_key import make_key, read_key
from storage.database import Database
from storage.models import Capture, Flag
from storage.posts import captures, posts, sources
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, add_user, decide
from tests.postgres import TEMPLATE, PostgresServer

DECISIONS = 40
ERASED = f"{2:064}"
"""The pseudonym of one author."""


_WATCHED = ("/monitor/operations/", "/storage/transfer/", "/monitor/files.py")


def steps_in_a_process(work: Callable[[], object], *, kill_at: int | None = None) -> list[str]:
    """Do some work in a forked process, which kills itself at one of its steps; a step is a line of our code.

    Returns:
        Of each step that it came to, the name of its file.

    """
    reading, writing = os.pipe()
    if (process := os.fork()) == 0:
        steps = 0

        def watch(frame: FrameType, event: str, _: object) -> Any:
            nonlocal steps
            if not any(part in frame.f_code.co_filename for part in _WATCHED):
                return None
            if event == "line":
                os.write(writing, f"{Path(frame.f_code.co_filename).name}\n".encode())
                if steps == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                steps += 1
            return watch

        try:
            sys.settrace(watch)
            work()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        found = told.read().split()
    os.waitpid(process, 0)
    return found


@dataclass
class World:
    """A home and its database; its backup lies beside it."""

    home: Path
    database: Database
    clock: FakeClock

    @property
    def file(self) -> Path:
        return self.home.parent / "b"

    @property
    def key(self) -> bytes:
        return read_key(self.home / "secret.key")

    def rows(self) -> AbstractContextManager[Session]:
        """Open a unit of work that is kept when it ends well."""
        return self.database.changes()

    def back_up(self, **options: Any) -> None:
        write_backup(self.database, self.home, self.file, now=self.clock.now(), **options)

    def restore(self, home: Path | None = None, **options: Any) -> Restored:
        """Put the backup back in place of this home, or into another one."""
        self.database.close()
        return restore(self.file, home or self.home, self.clock, replace=home is None, **options)

    def decide(self, flag_id: int) -> None:
        with self.rows() as session:
            decide(session, session.get_one(Flag, flag_id), now=self.clock.now())

    def erase(self) -> None:
        with self.rows() as session:
            posts.erase_author(session, ERASED, self.clock.now())


@pytest.fixture(params=["sqlite", "postgresql"])
def used(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path, clock: FakeClock) -> Iterator[World]:
    """A home in use, with flags to decide, a key, a capture, a model, and settings."""
    home = tmp_path / "home"
    for name, content in (("captures/2026/11/a.warc.gz", "page"), ("models/own/manifest.json", "{}")):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(content)
    make_key(home / "secret.key")
    (home / "kiemtin.toml").write_text('contact = "https://lien-doan.example"\n')
    if request.param == "sqlite":
        (home / "kiemtin.db").write_bytes(sqlite_template.read_bytes())
        with Database(f"sqlite:///{home / 'kiemtin.db'}") as database:
            fill(database)
            yield World(home, database, clock)
        return
    server: PostgresServer = request.getfixturevalue("migrated_postgres")
    with server.new_database(TEMPLATE) as url, Database(url) as database:
        with (home / "kiemtin.toml").open("a") as settings:
            settings.write(f'database_url = "{url}"\n')
        fill(database)
        yield World(home, database, clock)


@pytest.fixture
def plain(tmp_path: Path, sqlite_template: Path, clock: FakeClock) -> Iterator[World]:
    """A home that holds a key and an empty database."""
    home = tmp_path / "home"
    home.mkdir()
    make_key(home / "secret.key")
    (home / "kiemtin.db").write_bytes(sqlite_template.read_bytes())
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database:
        yield World(home, database, clock)


def add_capture(session: Session, source_id: int, path: str, now: datetime) -> int:
    """Note a captured page that a reading of a source kept; gives its number."""
    run = sources.start_run(session, source_id, now)
    draft = Capture(url="https://e.vn", fetched_at=now, status=200, content_type=None, size_bytes=4, sha256="a")
    number = sources.add_capture(session, run.id, draft)
    captures.set_path(session, "a", path)
    return number


def fill(database: Database) -> None:
    with database.changes() as session:
        source = add_source(session)
        add_user(session)
        for number in range(DECISIONS):
            add_flag(session, add_post(session, source, str(number), author_key=f"{number:064}"))
