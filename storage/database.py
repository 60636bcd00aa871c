"""The one door to the database: engine, unit of work, migrations, and errors said in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from storage.errors import (
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseUnreachable,
    DataRejected,
    DiskFull,
    SchemaMismatch,
    StorageError,
)
from storage.models import Base

BUSY_TIMEOUT_SECONDS = 15.0


class Database:
    """A database and its units of work.

    Args:
        url: A SQLAlchemy address: `sqlite:///path/to/file.db` or `postgresql+psycopg://user@host/name`.
        busy_timeout: Seconds to wait for another writer before giving up (SQLite only).

    """

    def __init__(self, url: str, *, busy_timeout: float = BUSY_TIMEOUT_SECONDS) -> None:
        """Prepare an engine; nothing is opened until the first unit of work."""
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        arguments: dict[str, Any] = {"timeout": busy_timeout} if self.is_sqlite else {"connect_timeout": 10}
        self.engine: Engine = create_engine(self.url, connect_args=arguments, pool_pre_ping=not self.is_sqlite)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite_connection)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def work(self) -> Iterator[Session]:
        """Open a unit of work. It must be committed by its user; leaving without a commit rolls back.

        Raises:
            StorageError: One of its subclasses, when the database refuses.

        """
        with translating(self.place), self._sessions() as session:
            yield session

    @property
    def place(self) -> str:
        """Where the database is, without a password, for messages."""
        return str(self.url.database) if self.is_sqlite else self.url.render_as_string(hide_password=True)

    def upgrade(self) -> None:
        """Bring the tables to the newest shape; creates them in an empty database."""
        if self.is_sqlite and self.url.database:
            with translating(self.place):
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        with translating(self.place), self.engine.begin() as connection:
            command.upgrade(_alembic_config(connection), "head")

    def current_revision(self) -> str | None:
        """Name the migration that the tables stand at; None for an empty database."""
        with translating(self.place), self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def newest_revision(self) -> str | None:
        """Name the newest migration that this program knows."""
        return ScriptDirectory.from_config(_alembic_config(None)).get_current_head()

    def require_current_schema(self) -> None:
        """Refuse to work on tables of another version.

        Raises:
            SchemaMismatch: With the command that mends it.

        """
        current, newest = self.current_revision(), self.newest_revision()
        if current == newest:
            return
        if current is None:
            message = f"the database {self.place} has no tables yet: run `kiemtin init`"
            raise SchemaMismatch(message)
        message = f"the database stands at {current}, this program expects {newest}: run `kiemtin db upgrade`"
        raise SchemaMismatch(message)

    def differences(self) -> list[Any]:
        """List what the models say and the migrated database lacks, or the reverse; empty when they agree."""
        with translating(self.place), self.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            return list(compare_metadata(context, Base.metadata))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def insert_ignoring(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], unique: Sequence[str]
) -> None:
    """Insert rows in one statement and leave out those that are there already.

    Args:
        session: The unit of work.
        table: A mapped class.
        rows: Column values; all rows name the same columns.
        unique: The columns of the unique constraint that decides what "already" means.

    """
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table).on_conflict_do_nothing(index_elements=list(unique)), list(rows))


@contextmanager
def translating(place: str) -> Iterator[None]:
    """Turn what SQLAlchemy, Alembic and the operating system raise into one line that says what to do."""
    try:
        yield
    except IntegrityError as error:
        message = f"the database {place} refused a row: {_first_line(error.orig)}"
        raise DataRejected(message) from error
    except DBAPIError as error:
        raise _explain(place, error) from error
    except SQLAlchemyError as error:
        message = f"the database {place} failed: {_first_line(error)}"
        raise StorageError(message) from error
    except OSError as error:
        message = f"cannot write {error.filename or place}: {error.strerror}: check the folder's rights"
        raise DatabaseReadOnly(message) from error


def _explain(place: str, error: DBAPIError) -> StorageError:
    said = _first_line(error.orig)
    lowered = said.lower()
    if "locked" in lowered or "busy" in lowered:
        return DatabaseLocked(
            f"the database {place} is locked by another program: close it (or wait) and run the command again"
        )
    if "readonly" in lowered or "read-only" in lowered or "permission denied" in lowered:
        return DatabaseReadOnly(f"the database {place} may not be written: give this user write access to it")
    if "disk is full" in lowered or "no space left" in lowered or "disk full" in lowered:
        return DiskFull(f"the disk that holds {place} is full: free some space and run the command again")
    if "no such table" in lowered or "does not exist" in lowered or "undefinedtable" in lowered:
        return SchemaMismatch(f"the database {place} lacks a table ({said}): run `kiemtin db upgrade`")
    if isinstance(error, OperationalError):
        return DatabaseUnreachable(f"cannot open the database {place}: {said}: check the address and that it runs")
    return StorageError(f"the database {place} failed: {said}")


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _prepare_sqlite_connection(connection: Any, _record: Any) -> None:
    """Keep references honest, let readers work beside a writer, and survive a killed process."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA secure_delete = ON")  # what retention deletes must not linger in free pages
    cursor.close()


def _alembic_config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("storage") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
