"""Migrations by Alembic. Only `storage.database` calls this, and imports it when it is needed: Alembic loads slowly."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, text

from storage.errors import StorageError
from storage.models import Base

APPEND_ONLY: Final = ("audit_events", "correction_events", "matter_events", "reviews")
"""Tables whose rows the database lets nobody change: see the first migration."""


def upgrade_to_newest(connection: Connection, migrations: Path) -> None:
    """Run all migrations of a folder that the tables lack, in one transaction.

    Raises:
        StorageError: When Alembic refuses, or a row refers to one that is not there.

    """
    with _foreign_keys_off(connection) if connection.dialect.name == "sqlite" else connection.begin():
        try:
            command.upgrade(_config(connection, migrations), "head")
        except CommandError as error:
            raise StorageError(f"the migrations cannot run: {error}: restore a backup") from error


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Begin a transaction in which SQLite may make tables anew that others refer to; commit it if all keys hold."""
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")  # does nothing within a transaction
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver itself begins none for CREATE TABLE
        yield
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise StorageError(f"a row of the table {broken[0]} refers to one that is missing: restore a backup")
        connection.commit()
    finally:
        connection.rollback()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")  # the pool gives the connection to others


def list_differences(connection: Connection) -> list[Any]:
    """List what the models have and the tables lack, or the reverse; empty when they agree."""
    options = {"compare_type": True, "compare_server_default": True, "include_object": _is_modelled}
    found = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    return [*found, *(f"the trigger {name} is missing" for name in _missing_triggers(connection))]


def _missing_triggers(connection: Connection) -> list[str]:
    """List what keeps tables as they must be and is not there, which the models know nothing of."""
    postgres = connection.dialect.name == "postgresql"
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if postgres:
        names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    rules = ("append_only", "kept", "whole" if postgres else "added")
    expected = {"matters_counted_once", *(f"{table}_{rule}" for table in APPEND_ONLY for rule in rules)}
    return sorted(expected - set(connection.scalars(text(names))))


def _is_modelled(_thing: object, name: str | None, _kind: str, _reflected: object, _other: object) -> bool:
    """Leave out what no model can describe: the full-text index, and the tables that SQLite keeps it in."""
    return not (name or "").startswith(("search_index", "ix_search_texts_lexemes"))


def _config(connection: Connection, migrations: Path) -> Config:
    """Configure Alembic in code, so that there is no alembic.ini to ship."""
    config = Config()
    for option, path in (("script_location", Path(__file__).parent / "migrations"), ("version_locations", migrations)):
        config.set_main_option(option, str(path).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
