"""Load very many rows: into PostgreSQL by COPY, and with its indexes and foreign keys made after the rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from sqlalchemy import Connection, Row, Table, insert, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

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


@contextmanager
def indexes_set_aside(connection: Connection) -> Iterator[None]:
    """Drop indexes, unique constraints and foreign keys of PostgreSQL, and make them again; keys stay."""
    rows = connection.execute(text(_TAKEN_AWAY)).all()
    for row in reversed(rows):
        connection.exec_driver_sql(row.dropped)
    yield
    connection.exec_driver_sql(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'")
    for row in rows:
        connection.exec_driver_sql(row.made)


def load(connection: Connection, table: Table, rows: Sequence[Row[Any]]) -> None:
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
