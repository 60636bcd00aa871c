"""Rows for every table, made up from what the database itself says of its columns."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    inspect,
    text,
)

from tests.clock import MONDAY_MORNING

ROWS: Final = 3
_ONE: Final = frozenset(("clock_state",))  # tables of one row
_LISTED: Final = re.compile(r"\(?\b(?P<column>\w+)\)?(?:::text)? (?:IN|= ANY) (?P<values>\(.*\))", re.DOTALL)


def reflect(connection: Connection) -> list[Table]:
    """List the tables as they are, in the order in which they refer to each other; without those of an index."""
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: not name.startswith(("search_index", "alembic_version")))
    return list(metadata.sorted_tables)


def fill(connection: Connection) -> None:
    """Fill every table with valid rows; in the last ones, all that may be empty is."""
    for table in reflect(connection):
        listed = dict(_listed_values(connection, table))
        rows = [_row(table, listed, number) for number in range(1, 2 if table.name in _ONE else ROWS + 1)]
        connection.execute(table.insert(), rows)
        if connection.dialect.name == "postgresql" and "id" in table.columns:
            sequence = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {len(rows)})"
            connection.execute(text(sequence))


def _row(table: Table, listed: Mapping[str, list[str]], number: int) -> dict[str, Any]:
    return {column.name: _value(column, listed.get(column.name, []), number) for column in table.columns}


def _value(column: Column[Any], listed: list[str], number: int) -> Any:
    if column.nullable and number == ROWS:
        return None
    if listed:
        return listed[number % len(listed)]
    kinds = {
        Boolean: True,
        JSON: {"số": number, "tên": "Hậu Giang – ưu tiên", "ít": 1e-05, "bài": [None, {}]},
        DateTime: MONDAY_MORNING + timedelta(days=number, microseconds=number),
        Float: number / 7,
        Integer: number,  # also of a row that it refers to
        LargeBinary: bytes([number, 0, 255]),
        Date: MONDAY_MORNING.date() + timedelta(days=number),
        String: f"{number} {column.name} — ư"[: getattr(column.type, "length", None)],
    }
    value = next(kinds[kind] for kind in kinds if isinstance(column.type, kind))
    return value % 1 if isinstance(value, float) else value


def _listed_values(connection: Connection, table: Table) -> Iterator[tuple[str, list[str]]]:
    """Read which values the table's constraints allow in which column."""
    for check in inspect(connection).get_check_constraints(table.name):
        if found := _LISTED.search(check["sqltext"]):
            yield found["column"], re.findall(r"'([^']*)'", found["values"])
