"""Copy a database into another one, also of the other kind: in key order, verified, and all of it or nothing."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, Connection, Row, String, Table, collate, func, insert, select, text, tuple_

from storage.database import Database, translating
from storage.errors import StorageError
from storage.models import Base

BATCH: Final = 2000
"""How many rows are read and stored at once."""


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
        done = _Progress(total, on_progress)
        for table in tables:
            for batch in _pages(source, reading, table):
                writing.execute(insert(table), [row._asdict() for row in batch])
                done.add(f"copying {table.name}", len(batch))
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
    query = ordered = select(table).order_by(*keys).limit(BATCH)
    while True:
        with translating(database.place):
            page = connection.execute(query).all()
        if not page:
            return
        yield page
        after = tuple(page[-1][place] for place in places)
        query = ordered.where(tuple_(*keys) > tuple_(*after) if len(keys) > 1 else keys[0] > after[0])


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
