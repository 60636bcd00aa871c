"""Reviews, events and the audit trail are only ever added, whoever tries; a decision goes with its post."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from storage import audit
from storage.database import Database
from storage.errors import DataRejected, StorageError
from storage.models import AuditEvent, Correction, CorrectionEvent, Flag, Review, User
from storage.posts import posts, traces
from storage.review import matter_steps
from storage.review.matter_steps import Step
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, decide, matter_of

MASKED = {"reviews": "note", "matter_events": "note", "correction_events": "claim"}
"""A column of each table that an erasure may mask."""
TABLES = ("audit_events", *MASKED)


@pytest.fixture
def filled(database: Database) -> Database:
    """Three of each: decisions on three posts, with audit events."""
    with database.changes() as session:
        source, reviewer = add_source(session), add_user(session)
        for number in range(3):
            old = {"collected_at": NOW - timedelta(days=400)} if number == 1 else {}
            post = add_post(session, source, str(number), author_key=str(number) * 64, **old)
            said = {"note": "đã gọi lan hỏi", "evidence": ["https://e.vn/lan", "https://e.vn"]}
            flag = add_flag(session, post)
            decide(session, flag, **said)
            matter = matter_of(session, flag)
            matter_steps.take_step(session, matter, Step(kind="noted"), user_id=reviewer.id, now=NOW)
            audit.record(session, at=NOW, action="decision", subject="flags", detail={"tiny": 1e-05, "names": ["ư"]})
            by = {"written_by": reviewer.id, "written_at": NOW, "changed_at": NOW}
            correction = Correction(matter_id=matter.id, state="draft", **by)
            session.add(correction)
            session.flush()
            written = {"correction_id": correction.id, "user_id": reviewer.id, "kind": "written", "note": ""}
            session.add(CorrectionEvent(**written, at=NOW))
    return database


def refused(database: Database, statement: str) -> bool:
    """Try a statement; says whether the database refused it by its rules for append-only tables."""
    error = ""
    try:
        with database.engine.begin() as connection:
            connection.execute(text(statement))
    except DBAPIError as raised:
        error = str(raised)
    return "only ever added" in error


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_changed_deleted_or_replaced(filled: Database, table: str) -> None:
    with filled.engine.connect() as connection:
        row = connection.execute(text(f"SELECT * FROM {table} WHERE id = 2")).mappings().one()  # noqa: S608
    assert refused(filled, f"UPDATE {table} SET id = 99 WHERE id = 2")  # noqa: S608
    assert refused(filled, f"DELETE FROM {table} WHERE id = 2")  # noqa: S608
    assert refused(filled, f"DELETE FROM {table}")  # noqa: S608
    if filled.is_sqlite:
        columns = ", ".join(row)
        replacing = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = 2"  # noqa: S608
        assert refused(filled, replacing)
    else:
        assert refused(filled, f"TRUNCATE {table} CASCADE")  # with what refers to it, which is refused anyway
        replacing = f"INSERT INTO {table} SELECT * FROM {table} WHERE id = 2 "  # noqa: S608
        assert refused(filled, replacing + "ON CONFLICT (id) DO UPDATE SET id = 99")


def test_neither_a_flag_nor_who_decided_goes_with_the_decisions(filled: Database) -> None:
    assert refused(filled, "DELETE FROM flags WHERE id = 2")
    with pytest.raises(DataRejected), filled.work() as session:
        session.execute(delete(User))
    with pytest.raises(StorageError, match="rows of reviews are only ever added"), filled.work() as session:
        session.execute(update(Review).values(note="khác"))


@pytest.mark.parametrize(("table", "column"), MASKED.items())
def test_a_text_changes_only_with_the_time_of_an_erasure(filled: Database, table: str, column: str) -> None:
    change = f"UPDATE {table} SET {column} = 'x'"  # noqa: S608
    assert refused(filled, change)
    assert refused(filled, f"{change}, redacted_at = NULL")
    assert refused(filled, f"{change}, redacted_at = '2026-11-16', id = id + 100")
    assert not refused(filled, f"{change}, redacted_at = '2026-11-16'")
    assert refused(filled, f"UPDATE {table} SET {column} = 'y'")  # noqa: S608


def test_an_erasure_masks_notes_and_links_and_the_decision_stays(filled: Database) -> None:
    with filled.changes() as session:
        assert traces.mask(session, re.compile("lan"), "[tên]", now=NOW) == 6
    with filled.work() as session:
        review = session.get_one(Review, 2)
        assert (review.note, review.evidence) == ("đã gọi [tên] hỏi", ["https://e.vn/[tên]", "https://e.vn"])
        assert (review.decision, review.decided_at) == ("yes", NOW)
        assert review.redacted_at is not None


def test_retention_and_erasure_delete_decisions_with_their_posts(filled: Database) -> None:
    with filled.changes() as session:
        source = add_source(session)
        expired = posts.delete_expired(session, source.id, NOW, source.retention_days, 100)
        erased = posts.erase_author(session, "2" * 64, NOW)
        assert (expired, erased) == (posts.Deleted(1, 1), posts.Deleted(1, 1))
    with filled.work() as session:
        assert len(session.scalars(select(Review)).all()) == 1
        assert len(session.scalars(select(Flag)).all()) == 1
        assert len(session.scalars(select(AuditEvent)).all()) == 3


@pytest.mark.parametrize("table", TABLES)
def test_a_rule_that_somebody_took_away_is_seen(filled: Database, table: str) -> None:
    assert filled.differences() == []
    rules = ("append_only", "kept", "added" if filled.is_sqlite else "whole")
    with filled.engine.begin() as connection:
        for rule in rules:
            connection.execute(text(f"DROP TRIGGER {table}_{rule}{'' if filled.is_sqlite else f' ON {table}'}"))
    assert filled.differences() == [f"the trigger {table}_{rule} is missing" for rule in sorted(rules)]


def test_of_two_programs_at_once_no_row_is_lost(filled: Database) -> None:
    with filled.changes() as first:
        audit.record(first, at=NOW, action="first", subject="x")
        with filled.work() as second:
            assert second.scalar(select(AuditEvent.id).where(AuditEvent.action == "first")) is None
    with filled.changes() as session:
        audit.record(session, at=NOW, action="second", subject="x")
        assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()[-2:] == ["first", "second"]
