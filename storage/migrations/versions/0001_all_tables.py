"""All tables of the first release, and what the database itself holds: SQL in `initial`, apart from the models."""

import sqlite3

from alembic import op

from storage.errors import StorageError
from storage.migrations.statements import make_rules, make_tables

revision = "0001_all_tables"
down_revision = None
branch_labels = None
depends_on = None

OLDEST_SQLITE = (3, 42, 0)  # the first whose full-text index can really forget deleted words


def upgrade() -> None:
    """Bring the tables forward."""
    if op.get_context().dialect.name == "sqlite" and sqlite3.sqlite_version_info < OLDEST_SQLITE:
        message = f"SQLite {sqlite3.sqlite_version} cannot forget deleted words: use a Python with SQLite 3.42 or newer"
        raise StorageError(message)
    make_tables("initial")
    make_rules("initial")
