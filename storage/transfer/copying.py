"""Copy a database into another one, also of the other kind: in key order, batch by batch, verified at the end.

While it is not finished, the target's schema revision is a mark that names the source: no command works on it, and a
copy that was killed goes on after the last row that it stored.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

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
    select,
    text,
    tuple_,
)

from storage.base import TypedText
from storage.database import COPYING, Database, translating
from storage.errors import StorageError
from storage.models import AuditEvent, Base, Post, Source
from storage.transfer import loading

BATCH: Final = 2000
"""How many rows are read and stored at once where a row may be long."""
_SHORT_AT_ONCE: Final = 10
"""How many times as many where it cannot be."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """One table that both databases hold alike: rows, and the SHA-256 of all values in the order of their keys."""

    name: str
    rows: int
    sha256: str


def copy_database(
    source: Database, target: Database, on_progress: Callable[[str, int, int], None] = lambda *_: None
) -> list[CopiedTable]:
    """Copy everything. No program may work on either of them meanwhile.

    Args:
        source: The database, at the newest revision.
        target: An empty one, or one into which this source was being copied.
        on_progress: Called with what is done, the rows done, and all rows.

    Returns:
        The tables with the counts and hashes that both have.

    Raises:
        StorageError: When the target holds something else, when one of them fails, or when they differ at the end.

    """
    _prepare(source, target)
    tables = Base.metadata.sorted_tables
    with translating(source.place), source.engine.connect() as reading:
        totals = {table.name: reading.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
        done = _Progress(sum(totals.values()), on_progress)
        for table in tables:
            _copy(reading, target, table, done)
        if not target.is_sqlite:
            for _ in loading.make_indexes(target):
                done.add("making indexes", 0)
            _continue_numbers(target)
            target.analyse()
        done = _Progress(sum(totals.values()), on_progress)
        with translating(target.place), target.engine.connect() as written:
            verified = [_verified(reading, written, table, done) for table in tables]
    with translating(target.place), target.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": target.newest_revision()})
        if not target.is_sqlite:
            loading.forget_indexes(connection)
    return verified


class _Progress:
    """Counts rows over all tables."""

    def __init__(self, total: int, show: Callable[[str, int, int], None]) -> None:
        self._total, self._show, self._done = total, show, 0

    def add(self, step: str, rows: int) -> None:
        """Count rows, and show how many there are now."""
        self._done += rows
        self._show(step, self._done, max(self._total, self._done))


def _prepare(source: Database, target: Database) -> None:
    mark = COPYING + _fingerprint(source)
    revision = target.current_revision()
    if revision == mark:
        return
    if revision is not None and revision.startswith(COPYING):
        message = (
            f"{target.place} holds the unfinished copy of another database, or this one changed since: "
            "make the target empty, and copy again"
        )
        raise StorageError(message)
    target.upgrade()
    with translating(target.place), target.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if connection.execute(select(*table.primary_key).limit(1)).first():
                message = f"{target.place} is not empty (table {table.name} has rows): copy into an empty database"
                raise StorageError(message)
        connection.execute(text("UPDATE alembic_version SET version_num = :mark"), {"mark": mark})
        if not target.is_sqlite:
            loading.set_indexes_aside(connection)


def _fingerprint(source: Database) -> str:
    """Name a database by what its first rows hold, which programs that stand still do not change."""
    with source.work() as session:
        first = [
            session.execute(select(AuditEvent.at, AuditEvent.subject).order_by(AuditEvent.id).limit(1)),
            session.execute(select(Post.id, Post.original_hash).order_by(Post.id).limit(1)),
            session.execute(select(Source.id, Source.name).order_by(Source.id)),
            session.execute(select(func.max(Post.id))),
        ]
        rows = [[list(row) for row in found] for found in first]
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()[:16]


def _copy(reading: Connection, target: Database, table: Table, done: _Progress) -> None:
    with translating(target.place), target.engine.connect() as connection:
        last = _last_key(connection, table)
        if last is not None:
            reached = select(func.count()).select_from(table)
            done.add(f"copying {table.name}", connection.scalar(reached) or 0)
    for batch in _pages(reading, table, last):
        with translating(target.place), target.engine.begin() as connection:
            loading.load(connection, table, batch)
        done.add(f"copying {table.name}", len(batch))


def _last_key(connection: Connection, table: Table) -> tuple[Any, ...] | None:
    order = [key.desc() for key in _order(connection, table)]
    row = connection.execute(select(*table.primary_key).order_by(*order).limit(1)).first()
    return tuple(row) if row else None


def _order(connection: Connection, table: Table) -> list[ColumnElement[Any]]:
    """Return the key of a table in the order that both databases share: SQLite compares bytes, PostgreSQL languages."""
    in_words = connection.dialect.name == "postgresql"
    return [
        collate(key, "C") if in_words and isinstance(key.type, String) else key.expression for key in table.primary_key
    ]


def _pages(connection: Connection, table: Table, after: tuple[Any, ...] | None = None) -> Iterator[Sequence[Row[Any]]]:
    """Read a table in the order of its keys, from the first row after a key."""
    places = [table.columns.keys().index(key.name) for key in table.primary_key]
    keys = _order(connection, table)
    ordered = select(table).order_by(*keys).limit(_at_once(table))
    while True:
        query = ordered
        if after is not None:
            query = query.where(tuple_(*keys) > tuple_(*after) if len(keys) > 1 else keys[0] > after[0])
        page = connection.execute(query).all()
        if not page:
            return
        yield page
        after = tuple(page[-1][place] for place in places)


def _at_once(table: Table) -> int:
    """Return how many rows are read at once: many where each is short, so that memory is bounded."""
    types = [column.type for column in table.columns]
    texts = (isinstance(kind, String) and not kind.length for kind in types)
    long = any(texts) or any(isinstance(kind, JSON | LargeBinary | TypedText) for kind in types)
    return BATCH if long else BATCH * _SHORT_AT_ONCE


def _verified(reading: Connection, written: Connection, table: Table, done: _Progress) -> CopiedTable:
    here, there = _digest(reading, table, done), _digest(written, table, None)
    if here != there:
        message = (
            f"the copy of {table.name} is not equal: {here[0]} rows here, {there[0]} there: stop every program that "
            "uses the database, make the target empty, and copy again"
        )
        raise StorageError(message)
    return CopiedTable(table.name, *here)


def _digest(connection: Connection, table: Table, done: _Progress | None) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    objects = [place for place, column in enumerate(table.columns) if isinstance(column.type, JSON)]
    for page in _pages(connection, table):
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


def _continue_numbers(target: Database) -> None:
    """Have PostgreSQL number new rows after those that were copied; SQLite does so by itself."""
    with translating(target.place), target.engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.primary_key:
                name = connection.scalar(
                    text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
                )
                if name:
                    highest = connection.scalar(select(func.max(column)))
                    connection.execute(select(func.setval(name, highest or 1, highest is not None)))
