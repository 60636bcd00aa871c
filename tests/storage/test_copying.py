"""A whole database is copied into another one, verified, and goes on after a kill; nothing foreign is touched."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from storage import audit, chain, copying
from storage.copying import copy_database
from storage.database import Database
from storage.errors import SchemaMismatch, StorageError
from storage.models import Base, Post, SearchText
from tests.clock import MONDAY_MORNING
from tests.factories import add_post, add_source
from tests.storage.old_rows import dump, fill

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
    """Give a database with rows in every table, a deleted decision among them, and more posts."""
    with sqlite_database.engine.begin() as connection:
        fill(connection)
    with sqlite_database.work() as session:
        forum = add_source(session, "bản tin")
        for number in range(POSTS):
            add_post(session, forum, f"của tôi {number}", text=f"Bài số {number} “ở xưởng” 😀")
        session.commit()
    return sqlite_database


def rows_of(database: Database) -> dict[str, object]:
    with database.engine.connect() as connection:
        return {name: rows for name, rows in dump(connection).items() if name != "alembic_version"}


def test_everything_arrives(source: Database, target: Database) -> None:
    steps: list[tuple[str, int, int]] = []
    copied = copy_database(source, target, lambda *step: steps.append(step))
    assert {table.name for table in copied} == set(Base.metadata.tables)
    assert {table.name: table.rows for table in copied}["posts"] == POSTS + 3
    assert steps[-1][1:] == (sum(table.rows for table in copied),) * 2
    target.require_current_schema()
    assert target.differences() == []
    with source.work() as session, target.work() as other:
        assert chain.verify(other) == chain.verify(session)
        assert other.scalar(select(func.count()).select_from(SearchText)) == 3


def test_new_rows_are_numbered_after_the_copied_ones_and_search_finds_them(source: Database, target: Database) -> None:
    copy_database(source, target)
    with target.work() as session:
        last = session.scalar(select(func.max(Post.id))) or 0
        assert add_post(session, add_source(session, "mới"), "1").id == last + 1
        audit.record(session, at=MONDAY_MORNING, action="test", subject="", detail={})
        assert not [line for line in chain.verify(session) if "missing" in line or "changed" in line]


def copy_and_die(source: str, target: str, at: int) -> None:
    """Copy in small batches, and be killed after some of them."""
    copying.BATCH = SMALL_BATCH  # type: ignore[misc]
    left = [at]

    def count(*_: object) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    with Database(source) as here, Database(target) as there:
        copy_database(here, there, count)


@pytest.mark.gate
@pytest.mark.parametrize("at", [3, 25])
def test_a_copy_that_was_killed_goes_on(source: Database, target: Database, at: int) -> None:
    child = get_context("spawn").Process(
        target=copy_and_die,
        args=(source.url.render_as_string(), target.url.render_as_string(hide_password=False), at),
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    with pytest.raises(SchemaMismatch, match="is not finished: run `kiemtin db copy` again"):
        target.require_current_schema()
    copy_database(source, target)
    target.require_current_schema()


def test_a_database_with_rows_of_its_own_is_left_alone(source: Database, target: Database) -> None:
    target.upgrade()
    with target.work() as session:
        add_source(session, "của người khác")
        session.commit()
    before = rows_of(target)
    with pytest.raises(StorageError, match=r"is not empty \(table sources has rows\): copy into an empty database"):
        copy_database(source, target)
    assert rows_of(target) == before
    target.require_current_schema()


def test_the_unfinished_copy_of_another_database_is_left_alone(source: Database, target: Database) -> None:
    target.upgrade()
    with target.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'copying-0123456789abcdef'"))
    with pytest.raises(StorageError, match="holds the unfinished copy of another database"):
        copy_database(source, target)


def test_a_row_that_differs_is_found(source: Database, target: Database) -> None:
    with pytest.raises(StorageError, match="the copy of posts is not equal: 43 rows here, 43 there"):
        copy_database(source, target, _spoiling(target))
    with pytest.raises(SchemaMismatch, match="is not finished"):
        target.require_current_schema()


def _spoiling(target: Database) -> Callable[[str, int, int], None]:
    def spoil(step: str, *_: int) -> None:
        if step == "copying posts":
            with target.engine.begin() as connection:
                connection.execute(text("UPDATE posts SET title = 'khác' WHERE id = 5"))

    return spoil
