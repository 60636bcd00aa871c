"""The connection to the database: engine, unit of work, schema version, and translation of SQLAlchemy's errors."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final, Self, TypeVar, cast

from sqlalchemy import URL, CursorResult, Engine, Executable, Select, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker

from storage.errors import (
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseUnreachable,
    DataRejected,
    DiskFailed,
    DiskFull,
    NotFound,
    SchemaMismatch,
    StorageError,
)
from storage.models import Base

Value = TypeVar("Value")
Mapped = TypeVar("Mapped", bound=Base)
AT_ONCE: Final = 400  # SQLite allows a limited number of bound values in one statement
BUSY_TIMEOUT_SECONDS = 15.0
MIGRATIONS = Path(str(resources.files("storage"))) / "migrations" / "versions"
"""Where the migrations of this program are."""
LEAST_FREE_BYTES = 1_000_000  # less is a full disk: a log and its index want more than one page
_POSTGRES_CODES: Mapping[str, type[StorageError]] = {
    "08": DatabaseUnreachable,
    "25006": DatabaseReadOnly,  # a transaction that may only read
    "28": DatabaseUnreachable,
    "3D000": DatabaseUnreachable,  # no database of that name
    "40": DatabaseLocked,  # two programs that waited for each other
    "42501": DatabaseReadOnly,
    "42703": SchemaMismatch,
    "42P01": SchemaMismatch,
    "53100": DiskFull,
    "53300": DatabaseUnreachable,  # too many connections
    "55P03": DatabaseLocked,
    "57P": DatabaseUnreachable,  # shutting down or starting up
}
_CANNOT_OPEN = "unable to open database file"  # of SQLite
_SQLITE_WORDS: Mapping[str, type[StorageError]] = {
    "locked": DatabaseLocked,
    "readonly": DatabaseReadOnly,
    "disk is full": DiskFull,
    "disk i/o error": DiskFailed,
    "no such table": SchemaMismatch,
    "no such column": SchemaMismatch,
    "has no column": SchemaMismatch,
    "not a database": DatabaseUnreachable,
}


_EXPLAINED: Mapping[type[StorageError], str] = {
    DatabaseLocked: "the database {place} is locked by another program: close it (or wait) and run the command again",
    DatabaseReadOnly: "the database {place} may not be written: give this user write access to it and files beside it",
    DiskFull: "the disk that holds {place} is full: free some space and run the command again",
    DiskFailed: "the disk that holds {place} failed ({said}): check it, then run `kiemtin doctor`",
    SchemaMismatch: "the database {place} lacks a table or column ({said}): run `kiemtin db upgrade`",
    DatabaseUnreachable: "cannot open the database {place}: {said}: check address, rights and server",
}


class Database:
    """A database and its units of work. Whoever makes one closes it: use it as a context manager.

    Args:
        url: A SQLAlchemy address: `sqlite:///path/to/file.db` or `postgresql+psycopg://user@host/name`.
        busy_timeout: Seconds to wait for another writer before giving up (SQLite only).
        migrations: The folder of the migrations.

    Raises:
        DatabaseUnreachable: When the address is none of these, or its driver is not installed.

    """

    def __init__(self, url: str, *, busy_timeout: float = BUSY_TIMEOUT_SECONDS, migrations: Path = MIGRATIONS) -> None:
        """Prepare an engine; nothing is opened until the first unit of work."""
        self.url = _parsed(url)
        self._migrations = migrations
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        arguments: dict[str, Any] = {"timeout": busy_timeout} if self.is_sqlite else {"connect_timeout": 10}
        try:
            # What is stored, as a post or a token, stands in no error, of which a log may show the whole traceback.
            options: dict[str, Any] = {"pool_pre_ping": not self.is_sqlite, "hide_parameters": True}
            self.engine: Engine = create_engine(self.url, connect_args=arguments, **options)
        except ImportError as error:
            message = f"`database_url` needs a driver that is missing ({error.name}): install the `postgres` extra"
            raise DatabaseUnreachable(message) from error
        event.listen(self.engine, "handle_error", _refuse_unstorable)
        prepare = _prepare_sqlite_connection if self.is_sqlite else _prepare_postgres_connection
        event.listen(self.engine, "connect", prepare)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def work(self) -> Iterator[Session]:
        """Open a unit of work, of which nothing is kept but what its user commits; see `changes`.

        Raises:
            StorageError: One of its subclasses, when the database refuses.

        """
        with translating(self.place), self._sessions() as session:
            yield session

    @contextmanager
    def changes(self) -> Iterator[Session]:
        """Open a unit of work that is committed at its end, unless an error leaves it.

        Raises:
            StorageError: One of its subclasses, when the database refuses.

        """
        with self.work() as session:
            yield session
            session.commit()

    @property
    def place(self) -> str:
        """Where the database is, without a password, for messages."""
        return str(self.url.database) if self.is_sqlite else self.url.render_as_string(hide_password=True)

    def upgrade(self) -> None:
        """Run the migrations that the database lacks; creates all tables in an empty one.

        Raises:
            StorageError: One of its subclasses; the database is then as it was before.

        """
        from storage import migrate  # Alembic loads slowly, and few commands need it

        if self.is_sqlite and self.url.database:
            self._make_folder(Path(self.url.database).parent)
        if self.current_revision() not in (None, *self.revisions()):
            raise SchemaMismatch(self._newer_than_program())
        with translating(self.place), self.engine.connect() as connection:
            migrate.upgrade_to_newest(connection, self._migrations)

    def _make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"cannot make the folder {folder} for the database: {error.strerror}: check rights and free space"
            raise DatabaseReadOnly(message) from error

    def current_revision(self) -> str | None:
        """Return the revision of the tables; None for an empty database."""
        with translating(self.place), self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return revision

    def revisions(self) -> list[str]:
        """List the revisions that this program knows, newest first. A migration's file has the name of its revision."""
        return sorted((path.stem for path in self._migrations.glob("[0-9]*.py")), reverse=True)

    def newest_revision(self) -> str:
        """Return the newest revision that this program knows."""
        return self.revisions()[0]

    def require_current_schema(self) -> None:
        """Check that the tables have the newest revision.

        Raises:
            SchemaMismatch: With the command that mends it.

        """
        current, newest = self.current_revision(), self.newest_revision()
        if current == newest:
            return
        if current is None:
            raise SchemaMismatch(f"the database {self.place} has no tables yet: run `kiemtin init`")
        if current not in self.revisions():
            raise SchemaMismatch(self._newer_than_program())
        message = (
            f"the database {self.place} stands at {current}, this program expects {newest}: run `kiemtin db upgrade`"
        )
        raise SchemaMismatch(message)

    def _newer_than_program(self) -> str:
        return f"the database {self.place} was made by another version of this program: install that version"

    def differences(self) -> list[Any]:
        """List what the models have and the tables lack, or the reverse; empty when they agree."""
        from storage import migrate

        with translating(self.place), self.engine.connect() as connection:
            return migrate.list_differences(connection)

    def analyse(self) -> None:
        """Have PostgreSQL take the sizes of its tables after very many new rows, by which it chooses how to read them.

        By itself it does so a minute later at best. SQLite chooses by the indexes alone, which our statements rely on.
        """
        if not self.is_sqlite:
            with translating(self.place), self.engine.begin() as connection:
                connection.execute(text("ANALYZE"))

    def close(self) -> None:
        """Close all connections; a later unit of work opens new ones."""
        self.engine.dispose()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        supported = parsed.drivername in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
    except (ArgumentError, ValueError):
        supported = False
    if not supported:
        forms = "sqlite:///path/to/file.db or postgresql+psycopg://user@host/name"
        message = f"`database_url` is not an address of a database that this program knows: write {forms}"
        raise DatabaseUnreachable(message)
    return parsed


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
    # SQLAlchemy has ON CONFLICT only in the inserts of the two dialects, not in the general one.
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing(index_elements=list(unique))
    session.connection().execute(statement, list(rows))  # past the session, which looks at each value of each row


def count_changed(session: Session, statement: Executable) -> int:
    """Execute an update or a deletion, and return how many rows it met."""
    return cast("CursorResult[Any]", session.execute(statement)).rowcount


def in_chunks(values: Iterable[Value]) -> Iterator[list[Value]]:
    """Yield values in lists that are short enough for one statement."""
    every = list(values)
    yield from (every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE))


def rows_among(
    session: Session, query: Select[*tuple[Any, ...]], column: InstrumentedAttribute[Value], values: Iterable[Value]
) -> Iterator[Any]:
    """Yield what a query finds where a column has one of many values, in as many statements as that takes."""
    for chunk in in_chunks(values):
        yield from session.execute(query.where(column.in_(chunk)))


def added(session: Session, row: Mapped) -> Mapped:
    """Add a row, and return it with the number that it got."""
    session.add(row)
    session.flush()
    return row


def require(session: Session, query: Select[Value], missing: str) -> Value:
    """Return the first value that a query finds.

    Raises:
        NotFound: When it finds none, with what is said to be missing.

    """
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(missing)
    return found


@contextmanager
def translating(place: str) -> Iterator[None]:
    """Translate SQLAlchemy's errors to `StorageError`, with a message of one line that says what to do.

    Raises:
        StorageError: One of its subclasses.

    """
    try:
        yield
    except (IntegrityError, DataError) as error:
        message = f"the database {place} refused a row: {_first_line(error.orig)}: check what was to be stored"
        raise DataRejected(message) from error
    except DBAPIError as error:
        raise _explain(place, error) from error
    except SQLAlchemyError as error:
        raise StorageError(f"the database {place} failed: {_first_line(error)}") from error


def _explain(place: str, error: DBAPIError) -> StorageError:
    said = _first_line(error.orig)
    error_class = _error_class_of(error)
    if error_class is DiskFailed and not _has_room(place):
        error_class = DiskFull  # SQLite names it only for the database itself, not for its log and shared memory
    if _CANNOT_OPEN in said and _may_not_write_beside(place):
        error_class = DatabaseReadOnly  # the log and the shared memory are files beside the database
    explained = _EXPLAINED.get(error_class, "the database {place} failed: {said}")
    return error_class(explained.format(place=place, said=said))


def _error_class_of(error: DBAPIError) -> type[StorageError]:
    """Choose the error class: by SQLSTATE on PostgreSQL, by the words of the message on SQLite, which has no codes."""
    code = getattr(error.orig, "sqlstate", None)
    if code:
        return next((found for start, found in _POSTGRES_CODES.items() if code.startswith(start)), StorageError)
    said = str(error.orig).lower()
    for words, error_class in _SQLITE_WORDS.items():
        if words in said:
            return error_class
    return DatabaseUnreachable if isinstance(error, OperationalError) else StorageError


def _has_room(place: str) -> bool:
    try:
        return shutil.disk_usage(Path(place).parent).free > LEAST_FREE_BYTES
    except OSError:
        return True  # nothing is known of it


def _may_not_write_beside(place: str) -> bool:
    return Path(place).exists() and not os.access(Path(place).parent, os.W_OK)


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _prepare_sqlite_connection(connection: Any, _record: Any) -> None:
    """Set foreign keys, write-ahead logging (readers work beside a writer) and secure deletion on a new connection."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    # A decision is on the disk before it is acknowledged; NORMAL would leave it to the next checkpoint.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA secure_delete = ON")  # what retention deletes must not linger in free pages
    cursor.close()


def _prepare_postgres_connection(connection: Any, _record: Any) -> None:
    """Have commits on the disk before they are acknowledged, also where the server is set otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    connection.commit()


def _refuse_unstorable(context: ExceptionContext) -> None:
    """Translate what drivers raise for half of a surrogate pair and for a number beyond 64 bits.

    Neither is a database error for SQLAlchemy.
    """
    error = context.original_exception
    if isinstance(error, UnicodeEncodeError):
        raise DataRejected(f"a text cannot be stored: {error.reason}: replace half characters before") from error
    if isinstance(error, OverflowError):
        raise DataRejected("a number is larger than any in the database: check what was given") from error
