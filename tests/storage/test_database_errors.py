"""What goes wrong between program and database is said in one line that tells what to do."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from storage.database import Database
from storage.errors import (
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseUnreachable,
    DataRejected,
    DiskFailed,
    DiskFull,
    SchemaMismatch,
    StorageError,
)
from storage.review import flags
from tests import factories
from tests.postgres import PostgresServer


@contextmanager
def explained_as(kind: type[StorageError], advice: str) -> Iterator[None]:
    """Expect an error of exactly this kind, on one line, with the advice at its end."""
    with pytest.raises(StorageError) as caught:
        yield
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(advice)


def write(database: Database, *, length: int = 10) -> None:
    with database.changes() as session:
        source = factories.add_source(session)
        factories.add_post(session, source, text="x" * length)


def file_of(database: Database) -> Path:
    return Path(str(database.url.database))


def test_a_database_that_another_program_holds(sqlite_database: Database) -> None:
    with (
        closing(sqlite3.connect(file_of(sqlite_database), isolation_level=None)) as other,
        Database(f"sqlite:///{file_of(sqlite_database)}", busy_timeout=0.1) as impatient,
    ):
        other.execute("BEGIN IMMEDIATE")
        with explained_as(DatabaseLocked, "close it (or wait) and run the command again"):
            write(impatient)
        with explained_as(DatabaseLocked, "run the command again"):
            impatient.upgrade()
        other.execute("ROLLBACK")
        write(impatient)


def test_readers_work_beside_a_writer(sqlite_database: Database) -> None:
    with closing(sqlite3.connect(file_of(sqlite_database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with sqlite_database.work() as session:
            assert session.execute(text("SELECT count(*) FROM posts")).scalar_one() == 0


def test_a_row_that_another_program_holds(postgres_database: Database) -> None:
    write(postgres_database)
    with postgres_database.work() as one, explained_as(DatabaseLocked, "run the command again"):
        one.execute(text("SELECT * FROM posts FOR UPDATE"))
        with postgres_database.work() as other:
            other.execute(text("SET lock_timeout = '50ms'"))
            other.execute(text("UPDATE posts SET language = 'vi'"))


def test_a_file_opened_for_reading_only(sqlite_database: Database) -> None:
    with Database(f"sqlite:///file:{file_of(sqlite_database)}?mode=ro&uri=true") as read_only:
        with read_only.work() as session:
            assert session.execute(text("SELECT count(*) FROM posts")).scalar_one() == 0
        with explained_as(DatabaseReadOnly, "give this user write access to it and files beside it"):
            write(read_only)


def test_a_role_that_may_only_read(postgres_database: Database) -> None:
    with (
        explained_as(DatabaseReadOnly, "give this user write access to it and files beside it"),
        postgres_database.work() as session,
    ):
        session.execute(text("SET TRANSACTION READ ONLY"))
        factories.add_source(session)


def test_a_full_disk(sqlite_database: Database) -> None:
    def allow_no_more_pages(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # SQLite raises it to what the file has already

    event.listen(sqlite_database.engine, "connect", allow_no_more_pages)
    with explained_as(DiskFull, "free some space and run the command again"):
        write(sqlite_database, length=1_000_000)


@pytest.mark.parametrize(
    ("free", "kind", "advice"),
    [
        (0, DiskFull, "free some space and run the command again"),
        (10**9, DiskFailed, "run `kiemtin doctor`"),
    ],
)
def test_a_disk_without_room_for_the_log_is_told_as_full(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, free: int, kind: type[StorageError], advice: str
) -> None:
    """SQLite calls it an error of the disk, as it does a disk that is broken."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    failing = OperationalError("INSERT", {}, sqlite3.OperationalError("disk I/O error"))
    with explained_as(kind, advice), sqlite_database.work():
        raise failing


def test_a_table_that_is_not_there(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE post_bands"))
    with explained_as(SchemaMismatch, "run `kiemtin db upgrade`"), database.work() as session:
        session.execute(text("SELECT * FROM post_bands"))
    with explained_as(SchemaMismatch, "run `kiemtin db upgrade`"), database.work() as session:
        session.execute(text("SELECT shoe_size FROM users"))


def test_a_server_that_does_not_answer() -> None:
    url = "postgresql+psycopg://office:sesame@127.0.0.1:1/kiemtin"
    with Database(url) as database:
        with explained_as(DatabaseUnreachable, "check address, rights and server"):
            database.require_current_schema()
        with pytest.raises(StorageError) as caught:
            write(database)
    assert "office:***@127.0.0.1" in str(caught.value)
    assert "sesame" not in str(caught.value)


def test_a_database_that_the_server_does_not_have(postgres_server: PostgresServer) -> None:
    with (
        Database(postgres_server.url("nowhere")) as database,
        explained_as(DatabaseUnreachable, "check address, rights and server"),
    ):
        write(database)


@pytest.mark.parametrize(
    "url", ["mysql+pymysql://office@db/kiemtin", "kiemtin.db", "oracle-of-delphi://a/b", ""], ids=repr
)
def test_an_address_that_this_program_cannot_use(url: str) -> None:
    with pytest.raises(DatabaseUnreachable, match="database_url") as caught:
        Database(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("place", "act", "kind", "advice"),
    [
        (
            "nowhere/kiemtin.db",
            Database.current_revision,
            DatabaseUnreachable,
            "check address, rights and server",
        ),
        ("letter.db/kiemtin.db", Database.upgrade, DatabaseReadOnly, "check rights and free space"),
        (
            "letter.db",
            Database.require_current_schema,
            DatabaseUnreachable,
            "check address, rights and server",
        ),
    ],
    ids=["a folder that is not there", "a folder that cannot be made", "a file that is no database"],
)
def test_a_place_without_a_database(
    tmp_path: Path, place: str, act: Callable[[Database], object], kind: type[StorageError], advice: str
) -> None:
    (tmp_path / "letter.db").write_bytes(b"Dear Sir or Madam, " * 100)
    with Database(f"sqlite:///{tmp_path / place}") as database, explained_as(kind, advice):
        act(database)


@pytest.mark.parametrize(
    "error", [FileNotFoundError("a.csv"), ConnectionError("gone"), UnicodeEncodeError("u", "", 0, 1, "")]
)
def test_errors_that_are_not_the_databases_pass_as_they_are(sqlite_database: Database, error: Exception) -> None:
    with pytest.raises(type(error)) as caught, sqlite_database.work():
        raise error
    assert caught.value is error


def test_a_number_that_no_row_can_have(database: Database) -> None:
    advice = "check what was given" if database.is_sqlite else "check what was to be stored"
    with explained_as(DataRejected, advice), database.work() as session:
        flags.by_id(session, 10**20)
