"""A whole database is copied into another one and verified, or nothing is; nothing foreign is touched."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text

from storage import audit
from storage.database import Database
from storage.errors import DataRejected, StorageError
from storage.models import Base, Model, Post, RobotsCopy, SearchText
from storage.transfer import copying
from storage.transfer.copying import copy_database
from tests.clock import MONDAY_MORNING
from tests.factories import add_model, add_post, add_source
from tests.storage.sample_rows import fill

POSTS = 40
SMALL_BATCH = 7


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give the place of a database in which nothing is, not even a table."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/target.db"
        if request.param == "postgresql":
            url = stack.enter_context(request.getfixturevalue("postgres_server").new_database())
        yield stack.enter_context(Database(url))


@pytest.fixture
def source(sqlite_database: Database) -> Database:
    """Give a database with rows in every table, and more posts."""
    with sqlite_database.engine.begin() as connection:
        fill(connection)
    with sqlite_database.changes() as session:
        forum = add_source(session, "bản tin")
        for number in range(POSTS):
            add_post(session, forum, f"của tôi {number}", text=f"Bài số {number} “ở xưởng” 😀" * 20)
    return sqlite_database


def test_everything_arrives(source: Database, target: Database) -> None:
    steps: list[tuple[str, int, int]] = []
    copied = copy_database(source, target, lambda *step: steps.append(step))
    assert {table.name for table in copied} == set(Base.metadata.tables)
    assert {table.name: table.rows for table in copied}["posts"] == POSTS + 3
    assert steps[-1][1:] == (sum(table.rows for table in copied),) * 2
    target.require_current_schema()
    assert target.differences() == []
    with target.work() as other:
        assert other.scalar(select(func.count()).select_from(SearchText)) == 3


def test_every_value_arrives_as_it_is(sqlite_database: Database, target: Database) -> None:
    odd = "a\tb\nc\r\nd\\e \\N \\. \\x41 'f' \"g\" {h} ư 😀\x1b\x7f\u2028"
    with sqlite_database.changes() as session:
        source = add_source(session, odd)
        far = datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=7)))
        add_post(
            session, source, "\\N", text=odd, title="", context=None, published_at=far, engagement={odd: [None, 1.5]}
        )
        add_model(session)
        session.add(RobotsCopy(url="\\N", status=200, body=bytes(range(256)), read_at=MONDAY_MORNING))
    copy_database(sqlite_database, target)
    assert all_rows(target) == all_rows(sqlite_database)
    with target.work() as session:
        assert session.scalar(select(func.count()).where(Model.comparison.is_(None))) == 1, "no null of JSON"


def all_rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
        }


def test_rows_of_postgresql_are_compared_in_the_order_of_bytes(source: Database, postgres_database: Database) -> None:
    """PostgreSQL would order addresses by the rules of the language that the database was made for, not by bytes."""
    asked: list[str] = []
    event.listen(postgres_database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    copy_database(source, postgres_database)
    ordered = [each for each in asked if "FROM robots_copies ORDER BY" in each]
    assert ordered
    assert all('ORDER BY robots_copies.url COLLATE "C"' in each for each in ordered)


def test_what_postgresql_cannot_hold_ends_the_copy_in_one_line(source: Database, postgres_database: Database) -> None:
    with source.changes() as session:
        add_post(session, add_source(session, "lạ"), text="trước\x00sau")
    with pytest.raises(DataRejected, match=r"refused a row: .*NUL.*: check what was to be stored"):
        copy_database(source, postgres_database)


def test_new_rows_are_numbered_after_the_copied_ones_and_search_finds_them(source: Database, target: Database) -> None:
    copy_database(source, target)
    with target.work() as session:
        last = session.scalar(select(func.max(Post.id))) or 0
        assert add_post(session, add_source(session, "mới"), "1").id == last + 1
        audit.record(session, at=MONDAY_MORNING, action="test", subject="", detail={})


def copy_and_die(source: str, target: str) -> None:
    """Copy, and be killed before the comparison."""

    def count(step: str, *_: object) -> None:
        if step.startswith("comparing"):
            os.kill(os.getpid(), signal.SIGKILL)

    with Database(source) as here, Database(target) as there:
        copy_database(here, there, count)


@pytest.mark.gate
def test_a_copy_that_was_killed_is_begun_again(source: Database, target: Database) -> None:
    child = get_context("spawn").Process(
        target=copy_and_die,
        args=(source.url.render_as_string(), target.url.render_as_string(hide_password=False)),
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert not any(all_rows(target).values())
    copy_database(source, target)
    assert all_rows(target) == all_rows(source)


class Stopped(Exception):
    """The copy ends here."""


@pytest.mark.parametrize("step", ["copying posts", "comparing users"])
def test_a_copy_that_stops_leaves_an_empty_database(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(copying, "BATCH", SMALL_BATCH)

    def stop(reached: str, *_: int) -> None:
        if reached == step:
            raise Stopped

    with pytest.raises(Stopped):
        copy_database(source, target, stop)
    assert not any(all_rows(target).values())
    assert target.differences() == []
    copy_database(source, target)
    assert all_rows(target) == all_rows(source)


def test_a_database_that_holds_something_else_is_left_alone(source: Database, target: Database) -> None:
    target.upgrade()
    with target.changes() as session:
        add_source(session, "của người khác")
    before = all_rows(target)
    with pytest.raises(StorageError, match=r"is not empty \(table sources has rows\): copy into an empty database"):
        copy_database(source, target)
    assert all_rows(target) == before
    target.require_current_schema()


def test_a_row_that_changes_meanwhile_is_found(source: Database, target: Database) -> None:
    def change(step: str, *_: int) -> None:
        if step == "copying posts":
            with source.engine.begin() as connection:
                connection.execute(text("UPDATE posts SET text = text || '.' WHERE id = 5"))

    with pytest.raises(StorageError, match="the copy of posts is not equal: 43 rows here, 43 there"):
        copy_database(source, target, change)
    assert not any(all_rows(target).values())
