"""The tables grow by migrations alone, and the migrations make exactly what the models say."""

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from storage.database import MIGRATIONS, Database
from storage.errors import SchemaMismatch, StorageError
from storage.models import Base
from tests.factories import add_flag, add_post, add_source, add_user, decide
from tests.made_up_revision import REVISION, add_revision

NEWEST = max(path.stem for path in MIGRATIONS.glob("[0-9]*.py"))


def tables(database: Database) -> set[str]:
    """Name the tables, but for Alembic's own and those in which SQLite keeps the full-text index."""
    found = set(inspect(database.engine).get_table_names())
    return {name for name in found if name != "alembic_version" and not name.startswith("search_index")}


def newer(database: Database, folder: Path, *, last: str = "") -> Database:
    """Give the same database to a program that has one revision more."""
    url = database.url.render_as_string(hide_password=False)
    return Database(url, migrations=add_revision(folder / "versions", last=last))


def store_decision(database: Database) -> None:
    """Store a decision, and what it is about."""
    with database.changes() as session:
        decide(session, add_flag(session, add_post(session, add_source(session))), note="đã hỏi")


def make_folder(database: Database) -> None:
    if database.is_sqlite:
        Path(str(database.url.database)).parent.mkdir()


def test_an_empty_database_gets_what_the_models_say_and_a_second_time_changes_nothing(empty_database: Database) -> None:
    make_folder(empty_database)
    with pytest.raises(SchemaMismatch, match=r"has no tables yet: run `kiemtin init`$"):
        empty_database.require_current_schema()
    empty_database.upgrade()
    assert tables(empty_database) == set(Base.metadata.tables)
    assert empty_database.current_revision() == empty_database.newest_revision() == NEWEST
    assert empty_database.differences() == []
    with empty_database.changes() as session:
        add_user(session)
    empty_database.upgrade()
    empty_database.require_current_schema()
    assert empty_database.differences() == []
    with empty_database.work() as session:
        assert session.execute(text("SELECT name FROM users")).scalars().all() == ["lan"]


def test_a_difference_would_be_seen(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE posts ADD COLUMN surplus TEXT"))
        connection.execute(text("DROP INDEX ix_posts_author_key"))
    assert len(database.differences()) == 2


def test_an_upgrade_keeps_every_row_and_the_program_works_on_it(database: Database, tmp_path: Path) -> None:
    store_decision(database)
    with newer(database, tmp_path) as upgraded:
        assert upgraded.revisions()[:2] == [REVISION, NEWEST]
        upgraded.upgrade()
        assert upgraded.current_revision() == REVISION
        upgraded.require_current_schema()
        with upgraded.changes() as session:
            assert session.scalar(text("SELECT note FROM made_up")) == "đã hỏi"
            assert session.scalar(text("SELECT mood FROM posts")) == "calm"
            post = add_post(session, add_source(session), "2")
            decide(session, add_flag(session, post), "no")


def test_an_upgrade_that_fails_leaves_everything_as_it_was(database: Database, tmp_path: Path) -> None:
    store_decision(database)
    before = tables(database)
    with newer(database, tmp_path, last='op.execute("SELECT * FROM nowhere")') as upgraded:
        with pytest.raises(StorageError):
            upgraded.upgrade()
        assert tables(upgraded) == before
        assert "mood" not in {column["name"] for column in inspect(upgraded.engine).get_columns("posts")}
    assert database.current_revision() == NEWEST
    assert database.differences() == []


def test_a_first_migration_that_fails_leaves_nothing_behind(empty_database: Database) -> None:
    make_folder(empty_database)
    with empty_database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE reviews (id INTEGER)"))  # in the way
    with pytest.raises(StorageError):
        empty_database.upgrade()
    assert tables(empty_database) == {"reviews"}
    assert empty_database.current_revision() is None


def test_an_older_or_newer_database_names_what_mends_it(database: Database, tmp_path: Path) -> None:
    with newer(database, tmp_path) as program:
        mended = rf"stands at {NEWEST}, .* expects {REVISION}: run `kiemtin db upgrade`$"
        with pytest.raises(SchemaMismatch, match=mended):
            program.require_current_schema()
        program.upgrade()
    with pytest.raises(SchemaMismatch, match=r"made by another version of this program: install that version$"):
        database.require_current_schema()
    with pytest.raises(SchemaMismatch, match="another version"):
        database.upgrade()
