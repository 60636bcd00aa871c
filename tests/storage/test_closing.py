"""Whoever opens a database closes it: Python reports every connection that nobody closed."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from monitor.app.application import Application
from monitor.settings.settings import Settings
from storage.database import Database


def connections_of(database: Database) -> list[Any]:
    """Open two connections at once, give both back, and return them."""
    opened: list[Any] = []
    event.listen(database.engine, "connect", lambda connection, _record: opened.append(connection))
    with database.work() as one, database.work() as other:
        for session in (one, other):
            session.execute(text("SELECT 1"))
    return opened


def through_database(folder: Path) -> list[Any]:
    with Database(f"sqlite:///{folder / 'kiemtin.db'}") as database:
        return connections_of(database)


def through_application(folder: Path) -> list[Any]:
    with Application(Settings(home=folder)) as app:
        return connections_of(app.database)


@pytest.mark.parametrize("opened_through", [through_database, through_application])
def test_leaving_closes_every_connection(opened_through: Callable[[Path], list[Any]], tmp_path: Path) -> None:
    connections = opened_through(tmp_path)
    assert len(connections) == 2
    for connection in connections:
        with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
            connection.execute("SELECT 1")


def test_an_application_that_opened_nothing_closes_nothing(tmp_path: Path) -> None:
    with Application(Settings(home=tmp_path)):
        pass
    assert list(tmp_path.iterdir()) == []
