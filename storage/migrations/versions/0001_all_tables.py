"""All tables of the first release, and what the database itself holds: SQL in `initial`, apart from the models."""

import sqlite3
from importlib import resources
from string import Template

from alembic import op

from storage.errors import StorageError

revision = "0001_all_tables"
down_revision = None
branch_labels = None
depends_on = None

OLDEST_SQLITE = (3, 42, 0)  # the first whose full-text index can really forget deleted words
TYPES = {
    "sqlite": {
        "id": "INTEGER",
        "number": "INTEGER",
        "time": "DATETIME",
        "json": "JSON",
        "bytes": "BLOB",
        "false": "0",
        "without_rowid": "WITHOUT ROWID",
    },
    "postgresql": {
        "id": "BIGSERIAL",
        "number": "BIGINT",
        "time": "TIMESTAMP WITH TIME ZONE",
        "json": "JSONB",
        "bytes": "BYTEA",
        "false": "false",
        "without_rowid": "",
    },
}


def upgrade() -> None:
    """Bring the tables forward."""
    database = op.get_context().dialect.name
    if database == "sqlite" and sqlite3.sqlite_version_info < OLDEST_SQLITE:
        message = f"SQLite {sqlite3.sqlite_version} cannot forget deleted words: use a Python with SQLite 3.42 or newer"
        raise StorageError(message)
    folder = resources.files("storage") / "migrations" / "initial"
    tables = (folder / "tables.sql").read_text(encoding="utf-8")
    rules = (folder / f"{database}.sql").read_text(encoding="utf-8")
    for statement in (*Template(tables).substitute(TYPES[database]).split("\n\n"), *rules.split("\n\n")):
        op.execute(statement)
