"""A migration that is interrupted, killed or refused leaves the first release as it was, and can be run again."""

import signal
import subprocess
import sys

import pytest
from sqlalchemy import event, inspect, text

from storage.database import Database
from storage.errors import StorageError
from tests.storage.first_release import REVISION, first_release, whole_home


def rows(database: Database) -> dict[str, list[str]]:
    """Return all rows of all tables."""
    with database.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}")))) for name in names}  # noqa: S608


def interrupt(database: Database, statement: int) -> bool:
    """Upgrade, and fail before one of the statements within the transaction; says whether there were so many."""
    left = [statement]

    def fail(_connection: object, _cursor: object, words: str, *_: object) -> None:
        left[0] -= not words.startswith("PRAGMA foreign_keys")
        if left[0] == 0:
            raise KeyboardInterrupt

    event.listen(database.engine, "before_cursor_execute", fail)
    try:
        database.upgrade()
    except KeyboardInterrupt:
        return True
    finally:
        event.remove(database.engine, "before_cursor_execute", fail)
    return False


def test_an_upgrade_that_is_interrupted_anywhere_changes_nothing_and_can_be_run_again(
    old: Database, new: Database
) -> None:
    with first_release(old) as home:
        whole_home(home)
    before, statement = rows(old), 1
    while interrupt(new, statement):
        assert new.current_revision() == REVISION
        assert rows(new) == before
        statement += 7
    assert statement > 50, statement
    assert new.differences() == []
    assert {name: len(found) for name, found in rows(new).items() if name.startswith("matter")} == {
        "matters": 8,
        "matter_events": 23,
        "matter_posts": 11,
    }


KILLED = """
import os, signal, sys
from sqlalchemy import event
from storage.database import Database

with Database(sys.argv[1]) as database:
    left = [int(sys.argv[2])]

    def kill(*_):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "after_cursor_execute", kill)
    database.upgrade()
"""


def test_a_program_that_is_killed_during_an_upgrade_leaves_the_first_release(old: Database, new: Database) -> None:
    with first_release(old) as home:
        whole_home(home)
    before = rows(old)
    url = new.url.render_as_string(hide_password=False)
    for statement in (30, 50):
        ended = subprocess.run([sys.executable, "-c", KILLED, url, str(statement)], check=False)  # noqa: S603
        assert ended.returncode == -signal.SIGKILL
        assert new.current_revision() == REVISION
        assert rows(new) == before
    new.upgrade()
    assert new.differences() == []


@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
def test_a_row_that_refers_to_a_missing_one_stops_the_upgrade_and_keys_hold_afterwards(
    old: Database, new: Database
) -> None:
    with first_release(old) as home:
        home.post()
    with old.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("UPDATE posts SET cluster_id = 99")
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    with pytest.raises(StorageError, match="a row of the table posts refers to one that is missing"):
        new.upgrade()
    assert new.current_revision() == REVISION
    with new.changes() as session:
        session.execute(text("UPDATE posts SET cluster_id = NULL"))
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
    new.upgrade()
    with new.work() as session:
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
