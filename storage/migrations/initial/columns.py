"""Types of columns, references and indexes, in the words of the first revision.

Names of constraints follow from the naming convention of `storage.base`, which never changes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

KEY: TypeEngine[Any] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON: TypeEngine[Any] = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def to(table: str, ondelete: str) -> sa.ForeignKey:
    """Return a reference to the key of a table, and what becomes of the row when the other one is deleted."""
    return sa.ForeignKey(f"{table}.id", ondelete=ondelete)


def create_partial_index(name: str, table: str, columns: list[str], where: str, *, on_sqlite: str = "") -> None:
    """Create an index of the rows that fulfil a condition; SQLite uses it where a query says it in the same words."""
    on_one, on_the_other = sa.text(on_sqlite or where), sa.text(where)
    op.create_index(name, table, columns, sqlite_where=on_one, postgresql_where=on_the_other)


def on_postgresql() -> bool:
    """Return whether the tables are made on PostgreSQL."""
    return op.get_context().dialect.name == "postgresql"
