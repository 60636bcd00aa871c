"""Copy a database into another one, also of the other kind: in key order, verified, and all of it or nothing."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    String,
    Table,
    collate,
    func,
    insert,
    select,
    text,
    tuple_,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from storage.base import TypedText
from storage.database import Database, translating
from storage.errors import StorageError
from storage.models import Base

BATCH: Final = 2000
"""How many rows are read and stored at once where a row may be long."""
_SHORT_AT_ONCE: Final = 10
"""How many times as many where it cannot be."""
_MEMORY: Final = "256MB"
"""How much memory PostgreSQL may use to make one index."""
# Indexes are made first, foreign keys last: these need what they refer to.
_TAKEN_AWAY: Final = """
SELECT 1 AS turn, format('DROP INDEX %s', indexrelid::regclass) AS dropped, pg_get_indexdef(indexrelid) AS made
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
UNION ALL
SELECT CASE contype WHEN 'u' THEN 2 ELSE 3 END,
       format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype IN ('u', 'f') AND connamespace = current_schema()::regnamespace
ORDER BY turn, made
"""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """One table that both databases hold alike: rows, and the SHA-256 of all values in the order of their keys."""

    name: str
    rows: int
    sha256: str


def copy_database(
    source: Database, target: Database, on_progress: Callable[[str, int, int], None] = lambda *_: None
) -> list[CopiedTable]:
    """Copy everything in one transaction. No program may work on either of them meanwhile.

    Args:
        source: The database, at the newest revision.
        target: An empty one.
        on_progress: Called with what is done, the rows done, and all rows.

    Returns:
        The tables with the counts and hashes that both have.

    Raises:
        StorageError: When the target holds something, when one of them fails, or when they differ at the end; the
            target is then empty.

    """
    target.upgrade()
    tables = Base.metadata.sorted_tables
    with source.engine.connect() as reading, translating(target.place), target.engine.begin() as writing:
        _require_empty(target, writing)
        with translating(source.place):
            total = sum(reading.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
        with nullcontext() if target.is_sqlite else _indexes_set_aside(writing):
            done = _Progress(total, on_progress)
            for table in tables:
                for batch in _pages(source, reading, table):
                    _load(writing, table, batch)
                    done.add(f"copying {table.name}", len(batch))
            done.add("making indexes", 0)
        if not target.is_sqlite:
            _continue_numbers(writing)
            writing.execute(text("ANALYZE"))  # else the comparison sorts whole tables for each batch
        done = _Progress(total, on_progress)
        verified = []
        for table in tables:
            here = _digest(source, reading, table, done)
            there = _digest(target, writing, table)
            if here != there:
                message = (
                    f"the copy of {table.name} is not equal: {here[0]} rows here, {there[0]} there: stop every program "
                    "that uses the database, and copy again"
                )
                raise StorageError(message)
            verified.append(CopiedTable(table.name, *here))
    return verified


class _Progress:
    """Counts rows over all tables."""

    def __init__(self, total: int, show: Callable[[str, int, int], None]) -> None:
        self._total, self._show, self._done = total, show, 0

    def add(self, step: str, rows: int) -> None:
        """Count rows, and show how many there are now."""
        self._done += rows
        self._show(step, self._done, max(self._total, self._done))


def _require_empty(target: Database, writing: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if writing.execute(select(*table.primary_key).limit(1)).first():
            message = f"{target.place} is not empty (table {table.name} has rows): copy into an empty database"
            raise StorageError(message)


def _order(connection: Connection, table: Table) -> list[ColumnElement[Any]]:
    """Return the key of a table in the order that both databases share: SQLite compares bytes, PostgreSQL languages."""
    in_words = connection.dialect.name == "postgresql"
    return [
        collate(key, "C") if in_words and isinstance(key.type, String) else key.expression for key in table.primary_key
    ]


def _pages(database: Database, connection: Connection, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """Read a table in the order of its keys."""
    places = [table.columns.keys().index(key.name) for key in table.primary_key]
    keys = _order(connection, table)
    query = ordered = select(table).order_by(*keys).limit(_at_once(table))
    while True:
        with translating(database.place):
            page = connection.execute(query).all()
        if not page:
            return
        yield page
        after = tuple(page[-1][place] for place in places)
        query = ordered.where(tuple_(*keys) > tuple_(*after) if len(keys) > 1 else keys[0] > after[0])


def _at_once(table: Table) -> int:
    """Return how many rows are read at once: many where each is short, so that memory is bounded."""
    types = [column.type for column in table.columns]
    texts = (isinstance(kind, String) and not kind.length for kind in types)
    long = any(texts) or any(isinstance(kind, JSON | LargeBinary | TypedText) for kind in types)
    return BATCH if long else BATCH * _SHORT_AT_ONCE


def _digest(database: Database, connection: Connection, table: Table, done: _Progress | None = None) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    objects = [place for place, column in enumerate(table.columns) if isinstance(column.type, JSON)]
    for page in _pages(database, connection, table):
        rows = (_with_sorted_names(row, objects) for row in page) if objects else map(tuple, page)
        digest.update("".join(map(repr, rows)).encode())
        count += len(page)
        if done:
            done.add(f"comparing {table.name}", len(page))
    return count, digest.hexdigest()


def _with_sorted_names(row: Row[Any], objects: Sequence[int]) -> tuple[Any, ...]:
    """Write the JSON of a row as one text, whose names PostgreSQL orders in its own way."""
    values = list(row)
    for place in objects:
        values[place] = json.dumps(values[place], sort_keys=True)
    return tuple(values)


def _continue_numbers(writing: Connection) -> None:
    """Have PostgreSQL number new rows after those that were copied; SQLite does so by itself."""
    for table in Base.metadata.sorted_tables:
        for column in table.primary_key:
            name = writing.scalar(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
            )
            if name:
                highest = writing.scalar(select(func.max(column)))
                writing.execute(select(func.setval(name, highest or 1, highest is not None)))


@contextmanager
def _indexes_set_aside(connection: Connection) -> Iterator[None]:
    """Drop indexes, unique constraints and foreign keys of PostgreSQL, and make them again; keys stay."""
    rows = connection.execute(text(_TAKEN_AWAY)).all()
    for row in reversed(rows):
        connection.exec_driver_sql(row.dropped)
    yield
    connection.exec_driver_sql(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'")
    for row in rows:
        connection.exec_driver_sql(row.made)


def _load(connection: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
    """Store rows that hold all columns of a table, in their order."""
    dialect = connection.dialect
    bound = _binding(table, dialect)
    if dialect.name == "sqlite":
        connection.exec_driver_sql(str(insert(table).compile(dialect=dialect)), [tuple(bound(row)) for row in rows])
        return
    preparer = dialect.identifier_preparer
    columns = ", ".join(preparer.format_column(column) for column in table.columns)
    _send(connection, f"COPY {preparer.format_table(table)} ({columns}) FROM STDIN", map(bound, rows))


def _send(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Send rows past SQLAlchemy, which knows no COPY, in the transaction that it began."""
    driver: Any = connection.connection.driver_connection
    base: type[Exception] = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except base as error:
        raise cast(
            "DBAPIError", DBAPIError.instance(statement, None, error, base, dialect=connection.dialect)
        ) from error


def _binding(table: Table, dialect: Dialect) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return what converts the values of a row to those that the driver takes."""
    converters = [
        (at, column.nullable, convert)
        for at, column in enumerate(table.columns)
        if (convert := column.type.dialect_impl(dialect).bind_processor(dialect))
    ]

    def bound(row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for at, nullable, convert in converters:
            # SQLAlchemy would make a null of JSON of it.
            values[at] = None if nullable and values[at] is None else convert(values[at])
        return values

    return bound if converters else lambda row: row
