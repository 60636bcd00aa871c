"""A whole copy of the database while programs work on it, and the way back."""

import errno
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, inspect, text

from storage.database import Database, translating
from storage.errors import DatabaseUnreachable, DiskFull, StorageError

SQLITE_COPY: Final = "database.sqlite"
POSTGRES_COPY: Final = "database.pgdump"
_ASIDE: Final = "kiemtin_before_restore"
"""The schema that holds what a PostgreSQL database holds, while a copy is made ready in its place."""
_READY: Final = "kiemtin_restored"
"""The schema of a copy that is ready and waits to take the place."""


def take(database: Database, folder: Path) -> Path:
    """Copy the database as it is at one moment into a file of the folder; writers go on meanwhile.

    Raises:
        StorageError: When it cannot be read or the copy cannot be written.

    """
    if database.is_sqlite:
        return _copy_sqlite(Path(str(database.url.database)), folder / SQLITE_COPY)
    target = folder / POSTGRES_COPY
    _run("pg_dump", database.url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])
    return target


def _copy_sqlite(source: Path, target: Path) -> Path:
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            reading.backup(writing)  # in one step, which is one reading transaction: all of it or nothing
            writing.execute("PRAGMA journal_mode = DELETE")
            (found,) = writing.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        if "disk is full" in str(error):
            raise DiskFull(
                f"the disk that holds {target.parent} is full: free some space and run the command again"
            ) from error
        message = f"the database {source} cannot be copied into {target.parent}: {error}: check rights and free space"
        raise StorageError(message) from error
    if found != "ok":
        raise StorageError(f"the copy of {source} is damaged ({found}): restore an older backup")
    return target


@contextmanager
def put_beside(database: Database, copy: Path) -> Iterator[None]:
    """Put a copy on a PostgreSQL server; a SQLite copy is a file to move.

    Within the block the database holds the copy. After it the database holds again what it held before, and the copy
    waits beside it, with what the block changed, until `take_place`.

    Raises:
        StorageError: When the server refuses; the database is then as it was.

    """
    undo_killed(database)
    with translating(database.place), database.engine.begin() as connection:
        # Triggers of append-only tables would refuse to let their rows go; a schema is renamed and dropped unasked.
        connection.execute(text(f"ALTER SCHEMA public RENAME TO {_ASIDE}"))
        connection.execute(text("CREATE SCHEMA public"))
    try:
        _run("pg_restore", database.url, ["--no-owner", "--no-privileges", "--single-transaction", str(copy)])
        database.analyse()
        yield
        with translating(database.place), database.engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {_READY} CASCADE"))
            connection.execute(text(f"ALTER SCHEMA public RENAME TO {_READY}"))
            connection.execute(text(f"ALTER SCHEMA {_ASIDE} RENAME TO public"))
    except Exception:
        undo_killed(database)
        raise


def take_place(database: Database) -> None:
    """Let the copy that waits take the place of what a PostgreSQL database holds; without one nothing happens.

    Raises:
        StorageError: When the server refuses; the database is then as it was.

    """
    with translating(database.place), database.engine.begin() as connection:
        if inspect(connection).has_schema(_READY):
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text(f"ALTER SCHEMA {_READY} RENAME TO public"))


def undo_killed(database: Database) -> None:
    """Give a PostgreSQL database back what it held before a restore that did not come to its end.

    Raises:
        StorageError: When the server refuses.

    """
    with translating(database.place), database.engine.begin() as connection:
        if inspect(connection).has_schema(_ASIDE):
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text(f"ALTER SCHEMA {_ASIDE} RENAME TO public"))


def _run(program: str, url: URL, arguments: Sequence[str]) -> None:
    path = shutil.which(program)
    if path is None:
        message = (
            f"{program} is missing: install the PostgreSQL client of the server's version (Debian: postgresql-client)"
        )
        raise DatabaseUnreachable(message)
    # The password goes by the environment: arguments stand in the list of processes.
    server = URL.create(
        "postgresql", url.username, host=url.host, port=url.port, database=url.database, query=url.query
    )
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603  found on the path, with our own arguments
        [path, f"--dbname={server.render_as_string()}", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **secret},
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        if full := next((line for line in lines if os.strerror(errno.ENOSPC) in line), None):
            raise DiskFull(f"{program}: {full}: free some space and run the command again")
        raise StorageError(f"{program} failed: {lines[-1]}: check that its version is that of the server")
