"""The tables grow by migrations alone, and the migrations make exactly what the models say."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from storage import audit, chain
from storage.database import Database, known_revisions
from storage.errors import SchemaMismatch, StorageError
from storage.migrate import alembic_config
from storage.models import AuditEvent, Base
from storage.posts import posts
from storage.review import reviews, second_readings
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_post, add_source, add_user

BEFORE, NEWEST = "0033_dates_of_a_label", "0034_labels_of_second_readings"

FLAGGED = """
INSERT INTO sources (id, name, kind, address, role, settings, legal_basis, retention_days, interval_seconds, enabled,
  created_at) VALUES (1, 'forum', 'feed', 'x', 'monitored', '{}', 'agreed', 9, 9, true, '2026-11-16');
INSERT INTO posts (id, source_id, external_id, collected_at, text, original_hash, content_hash, engagement,
  revision_number) VALUES (1, 1, '1', '2026-11-16', 'bài', 'a', 'a', '{}', 0);
INSERT INTO models (id, version, data_hash, metrics, thresholds, state, created_at)
  VALUES (1, 'default-1', 'a', '{}', '{}', 'active', '2026-11-16');
INSERT INTO flags (id, post_id, label, revision_number, probability, model_id, reasons, state, opened_at)
  VALUES (1, 1, 'concern', 0, 0.9, 1, '[]', 'open', '2026-11-16')
"""

ASKED = """;
INSERT INTO questions (id, post_id, label, revision_number, why, flagged, probability, model_id, state, asked_at)
  VALUES (1, 1, 'concern', 0, 'random', true, 0.9, 1, 'confirmed', '2026-11-16');
INSERT INTO users (id, name, password_hash, role, active, created_at)
  VALUES (1, 'lan', 'x', 'analyst', true, '2026-11-16');
INSERT INTO answers (id, question_id, reviewer_id, decision, decided_at) VALUES (1, 1, 1, 'confirmed', '2026-11-16');
INSERT INTO robots_copies (place, status, body, read_at) VALUES ('https://x/robots.txt', 200, '', '2026-11-16');
INSERT INTO rechecks (post_id, flagged_at, due_at, looked_at) VALUES (1, '2026-11-16', '2026-11-17', '2026-11-16')
"""


A_SESSION = "INSERT INTO user_sessions VALUES (1, 1, 'a', 'full', '2026-11-16', '2026-11-16', NULL, '', '', 0)"


def tables(database: Database) -> set[str]:
    """Name the tables, but for Alembic's own and those in which SQLite keeps the full-text index."""
    found = set(inspect(database.engine).get_table_names())
    return {name for name in found if name != "alembic_version" and not name.startswith("search_index")}


def move(database: Database, how: Callable[..., None], revision: str) -> None:
    with database.engine.begin() as connection:
        how(alembic_config(connection), revision)


def test_an_empty_database_gets_all_tables(empty_database: Database) -> None:
    empty_database.upgrade()
    assert tables(empty_database) == set(Base.metadata.tables)
    assert empty_database.current_revision() == empty_database.newest_revision() == NEWEST


def test_the_revisions_are_known_by_their_files_as_alembic_knows_them() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert known_revisions() == [script.revision for script in scripts.walk_revisions()]


def test_the_migrations_make_what_the_models_say(empty_database: Database) -> None:
    empty_database.upgrade()
    assert empty_database.differences() == []


def test_a_difference_would_be_seen(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE posts ADD COLUMN surplus TEXT"))
        connection.execute(text("DROP INDEX ix_posts_author_key"))
    assert len(database.differences()) == 2


def test_migrating_twice_changes_nothing(empty_database: Database) -> None:
    empty_database.upgrade()
    with empty_database.work() as session:
        add_user(session)
        session.commit()
    empty_database.upgrade()
    assert empty_database.differences() == []
    with empty_database.work() as session:
        assert session.execute(text("SELECT name FROM users")).scalars().all() == ["lan"]


def test_down_to_nothing_and_up_again(database: Database) -> None:
    move(database, command.downgrade, "base")
    assert tables(database) == set()
    assert database.current_revision() is None
    database.upgrade()
    assert database.differences() == []


def test_one_step_down_keeps_the_posts(database: Database) -> None:
    move(database, command.downgrade, "0007_date_precision")
    assert "posts" in tables(database)
    columns = {column["name"] for column in inspect(database.engine).get_columns("host_state")}
    assert "ready_at" in columns
    assert "lease_until" not in columns
    move(database, command.upgrade, "head")
    assert database.differences() == []


def test_columns_that_come_to_models_leave_its_flags_in_place(database: Database) -> None:
    """SQLite would delete all of them if the table were made anew."""
    move(database, command.downgrade, "0004_erased_authors")
    with database.engine.begin() as connection:
        for statement in FLAGGED.split(";"):
            connection.execute(text(statement))
    move(database, command.upgrade, "head")
    move(database, command.downgrade, "0004_erased_authors")
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM flags")).scalar() == 1


def test_renamed_columns_keep_what_they_hold(database: Database) -> None:
    """The answers and the check of how a post was drawn survive as well."""
    move(database, command.downgrade, "0008_host_leases")
    with database.engine.begin() as connection:
        for statement in (FLAGGED + ASKED).split(";"):
            connection.execute(text(statement))
    move(database, command.upgrade, "head")
    assert database.differences() == []
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT sampling FROM questions")).scalars().all() == ["random"]
        assert connection.execute(text("SELECT decision FROM answers")).scalars().all() == ["confirmed"]
        assert connection.execute(text("SELECT url FROM robots_copies")).scalars().all() == ["https://x/robots.txt"]
        assert connection.execute(text("SELECT checked_at FROM rechecks")).scalar() is not None
    with pytest.raises(DBAPIError), database.engine.begin() as connection:
        connection.execute(text("UPDATE questions SET sampling = 'whim'"))
    with pytest.raises(DBAPIError), database.engine.begin() as connection:
        connection.execute(text("UPDATE answers SET decision = 'rejected'"))
    move(database, command.downgrade, "0008_host_leases")
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT why FROM questions")).scalars().all() == ["random"]


def test_analysts_become_reviewers_and_their_answers_stay(database: Database) -> None:
    move(database, command.downgrade, "0009_plain_names")
    asked = ASKED.replace(", why,", ", sampling,").replace("(place,", "(url,").replace("looked_at", "checked_at")
    with database.engine.begin() as connection:
        for statement in (FLAGGED + asked).split(";"):
            connection.execute(text(statement))
        connection.execute(text("INSERT INTO users VALUES (2, 'minh', 'x', 'admin', true, '2026-11-16')"))
    move(database, command.upgrade, "head")
    assert database.differences() == []
    with database.engine.begin() as connection:
        connection.execute(text(A_SESSION))
        roles = connection.execute(text("SELECT name, role FROM users ORDER BY id")).all()
        assert roles == [("lan", "reviewer"), ("minh", "admin")]
        assert connection.execute(text("SELECT count(*) FROM answers")).scalar() == 1
    change = text("UPDATE users SET role = :role WHERE id = 1")
    for role, expected in (("analyst", pytest.raises(DBAPIError)), ("viewer", nullcontext()), ("lead", nullcontext())):
        with expected, database.engine.begin() as connection:
            connection.execute(change, {"role": role})
    move(database, command.downgrade, "0009_plain_names")
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT role FROM users ORDER BY id")).scalars().all() == ["analyst", "admin"]


DECIDED = (("unverified", "no_source"), ("unverified", "not_a_claim"), ("concern", "yes"), ("negative", "no"))


@pytest.mark.parametrize("damaged", [False, True])
def test_old_decisions_become_those_that_say_the_same_and_damage_stays_visible(
    database: Database, *, damaged: bool
) -> None:
    with database.work() as session:
        source, lan = add_source(session), add_user(session)
        given: dict[str, Any] = {"reviewer_id": lan.id, "note": "đã hỏi", "now": MONDAY_MORNING}
        for number, (label, decision) in enumerate(DECIDED):
            post = add_post(session, source, str(number), author_key=str(number) * 64)
            reviews.decide(session, add_flag(session, post, label), decision=decision, **given)
        posts.erase_author(session, "1" * 64, MONDAY_MORNING)
        detail = {"posts": 1, chain.DECISIONS: 1}
        audit.record(session, at=MONDAY_MORNING, action="erasure", subject="forum", detail=detail)
        session.commit()
    move(database, command.downgrade, "0016_saved_searches")
    with database.engine.begin() as connection:
        old = connection.execute(text("SELECT decision FROM reviews ORDER BY id")).scalars().all()
        assert old == ["confirmed", "confirmed", "rejected"]
        if damaged:
            place = "" if database.is_sqlite else " ON reviews"
            connection.execute(text(f"DROP TRIGGER reviews_append_only{place}"))
            connection.execute(text("UPDATE reviews SET note = 'khác' WHERE id = 3"))
            how = "BEGIN SELECT 1; END" if database.is_sqlite else "FOR EACH ROW EXECUTE FUNCTION refuse_update()"
            connection.execute(text(f"CREATE TRIGGER reviews_append_only BEFORE UPDATE ON reviews {how}"))
    move(database, command.upgrade, "head")
    assert database.differences() == []
    with database.work() as session:
        new = session.execute(text("SELECT decision FROM reviews ORDER BY id")).scalars().all()
        assert new == ["no_source", "yes", "no"]
        assert chain.verify(session) == (["reviews: row 3 was changed"] if damaged else [])
        told = session.scalars(select(AuditEvent).where(AuditEvent.action == "reviews.rewritten")).all()
        assert [event.detail["rows"] for event in told] == [4, 4], "down and up"


def test_second_readings_get_the_labels_of_their_flags(database: Database) -> None:
    with database.work() as session:
        post, lan = add_post(session, add_source(session)), add_user(session)
        minh = add_user(session, "minh")
        for label in ("negative", "concern"):
            flag = add_flag(session, post, label)
            reviews.decide(session, flag, reviewer_id=lan.id, decision="no", note="", now=MONDAY_MORNING)
            second_readings.record(session, flag, reader_id=minh.id, decision="no", now=MONDAY_MORNING)
        session.commit()
    move(database, command.downgrade, "0033_dates_of_a_label")
    move(database, command.upgrade, "head")
    with database.work() as session:
        assert [row.label for row in second_readings.read_twice(session)] == ["concern", "negative"]


def test_a_migration_that_fails_leaves_nothing_behind(empty_database: Database) -> None:
    if empty_database.is_sqlite:
        Path(str(empty_database.url.database)).parent.mkdir()
    with empty_database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE reviews (id INTEGER)"))  # in the way of the second revision
    with pytest.raises(StorageError):
        empty_database.upgrade()
    assert tables(empty_database) == {"reviews"}
    assert empty_database.current_revision() is None


def test_a_migrated_database_is_accepted(database: Database) -> None:
    database.require_current_schema()


def test_an_empty_database_names_the_command_that_fills_it(empty_database: Database) -> None:
    if empty_database.is_sqlite:
        Path(str(empty_database.url.database)).parent.mkdir()
    with pytest.raises(SchemaMismatch, match=r"has no tables yet: run `kiemtin init`$"):
        empty_database.require_current_schema()


def test_an_older_database_names_the_command_that_mends_it(database: Database) -> None:
    move(database, command.downgrade, "-1")
    with pytest.raises(SchemaMismatch, match=rf"stands at {BEFORE}, .* expects {NEWEST}: run `kiemtin db upgrade`$"):
        database.require_current_schema()


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_from_tomorrow'"))
    with pytest.raises(SchemaMismatch, match=r"made by a newer version of this program: install that version$"):
        database.require_current_schema()
    with pytest.raises(SchemaMismatch, match="newer version"):
        database.upgrade()
