"""What migrations share: they run SQL from files, of which tables are written once for both databases."""

from importlib import resources
from string import Template
from typing import Final

from alembic import op

_TYPES: Final = {
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


def make_tables(folder: str) -> None:
    """Run `tables.sql` of a folder of migrations, with the types of the database filled in."""
    _run(Template(_read(folder, "tables")).substitute(_TYPES[_database()]))


def make_rules(folder: str) -> None:
    """Run what a folder of migrations holds for this database alone."""
    _run(_read(folder, _database()))


def _database() -> str:
    return op.get_context().dialect.name


def _read(folder: str, name: str) -> str:
    return (resources.files("storage") / "migrations" / folder / f"{name}.sql").read_text(encoding="utf-8")


def _run(statements: str) -> None:
    """Run statements; an empty line ends each."""
    for statement in statements.split("\n\n"):
        op.execute(statement)
