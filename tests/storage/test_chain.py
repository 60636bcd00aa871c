"""Reviews, answers and audit events are only ever added, whoever tries; and what was changed all the same is seen."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from storage import audit, chain
from storage.database import Database
from storage.models import Answer, AuditEvent, Correction, CorrectionEvent, Redaction, Review
from storage.posts import posts
from storage.review import questions, reviews
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user
from tests.storage.sample_questions import add_question

TABLES = ("reviews", "answers", "audit_events", "case_events", "correction_events")


@pytest.fixture
def filled(database: Database) -> Database:
    """Three of each: decisions on three posts, with answers and audit events."""
    with database.work() as session:
        source, reviewer = add_source(session), add_user(session)
        for number in range(3):
            old = {"collected_at": NOW - timedelta(days=400)} if number == 1 else {}
            post = add_post(session, source, str(number), author_key=str(number) * 64, **old)
            flag = add_flag(session, post)
            given: dict[str, Any] = {"reviewer_id": reviewer.id, "now": NOW}
            review = reviews.decide(
                session, flag, decision="yes", note="đã gọi hỏi", evidence=["https://e.vn"], **given
            )
            questions.answer(session, add_question(session, post, "negative"), decision="rejected", **given)
            detail = {"review": review.id, "share": 0.1, "tiny": 1e-05, "names": ["ư"]}
            audit.record(session, at=NOW, action="decision", subject="flags", user_id=reviewer.id, detail=detail)
            by = {"written_by": reviewer.id, "written_at": NOW, "changed_at": NOW}
            correction = Correction(state="draft", **by)
            session.add(correction)
            session.flush()
            written = {"correction_id": correction.id, "user_id": reviewer.id, "kind": "written", "note": ""}
            chain.append(session, CorrectionEvent(**written, at=NOW))
        session.commit()
    return database


def refused(database: Database, statement: str) -> bool:
    """Try a statement; says whether the database refused it by its rules for append-only tables."""
    error = ""
    try:
        with database.engine.begin() as connection:
            connection.execute(text(statement))
    except DBAPIError as raised:
        error = str(raised)
    return "retention and erasure alone" in error or "only ever added" in error


def verified(database: Database) -> list[str]:
    with database.work() as session:
        return chain.verify(session)


def test_an_untouched_database_is_in_order(filled: Database) -> None:
    assert verified(filled) == []


def test_an_empty_database_is_in_order(database: Database) -> None:
    assert verified(database) == []


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_changed_deleted_or_replaced(filled: Database, table: str) -> None:
    with filled.engine.connect() as connection:
        row = connection.execute(text(f"SELECT * FROM {table} WHERE id = 2")).mappings().one()  # noqa: S608
    assert refused(filled, f"UPDATE {table} SET chain_salt = 'x' WHERE id = 2")  # noqa: S608
    assert refused(filled, f"DELETE FROM {table} WHERE id = 2")  # noqa: S608
    assert refused(filled, f"DELETE FROM {table}")  # noqa: S608
    if filled.is_sqlite:
        columns = ", ".join(row)
        replacing = f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = 2"  # noqa: S608
        assert refused(filled, replacing)
        free = columns.replace("id,", "99 AS id,", 1)
        assert refused(filled, f"REPLACE INTO {table} ({columns}) SELECT {free} FROM {table} WHERE id = 2")  # noqa: S608
    else:
        assert refused(filled, f"TRUNCATE {table} CASCADE")  # with what refers to it, which is refused anyway
        replacing = f"INSERT INTO {table} SELECT * FROM {table} WHERE id = 2 "  # noqa: S608
        assert refused(filled, replacing + "ON CONFLICT (id) DO UPDATE SET chain_salt = 'x'")
    assert verified(filled) == []


def test_no_row_is_added_past_the_program(filled: Database) -> None:
    added = "INSERT INTO audit_events (at, action, subject, detail) VALUES ('2026-11-16', 'x', 'y', '{}')"
    assert refused(filled, added)


@pytest.mark.parametrize("table", ["redactions", "chain_heads"])
def test_what_guards_the_chains_is_guarded_as_well(filled: Database, table: str) -> None:
    with filled.work() as session:
        posts.erase_author(session, "1" * 64, NOW)
        session.commit()
    assert refused(filled, f"DELETE FROM {table}")  # noqa: S608
    assert refused(filled, f"UPDATE {table} SET chain_position = 0")  # noqa: S608
    invented = f"INSERT INTO redactions VALUES ('reviews', 3, '{'0' * 64}', '{'0' * 64}', '2026-11-16', 'erasure')"  # noqa: S608
    assert refused(filled, invented)


def test_retention_and_erasure_delete_decisions_and_the_chain_holds(filled: Database) -> None:
    with filled.work() as session:
        source = add_source(session)
        expired = posts.delete_expired(session, source.id, NOW, source.retention_days, 100)
        erased = posts.erase_author(session, "2" * 64, NOW)
        assert (expired, erased) == (posts.Deleted(1, 2), posts.Deleted(1, 2))
        for action, gone in (("retention", expired), ("erasure", erased)):
            detail = {"posts": gone.posts, chain.DECISIONS: gone.decisions}
            audit.record(session, at=NOW, action=action, subject="forum", detail=detail)
        session.commit()
    with filled.work() as session:
        assert len(session.scalars(select(Review)).all()) == len(session.scalars(select(Answer)).all()) == 1
        assert {gone.reason for gone in session.scalars(select(Redaction))} == {"retention", "erasure"}
    assert verified(filled) == []


def test_a_deleted_decision_that_the_trail_does_not_tell_of_is_seen(filled: Database) -> None:
    with filled.work() as session:
        posts.erase_author(session, "2" * 64, NOW)
        session.commit()
    assert verified(filled) == ["2 decisions were deleted, and the audit trail tells of 0"]


def test_a_new_decision_after_a_deletion_takes_the_next_place(filled: Database) -> None:
    """SQLite gives the number of the last row again once that row is deleted."""
    with filled.work() as session:
        gone = posts.erase_author(session, "2" * 64, NOW)
        detail = {"posts": gone.posts, chain.DECISIONS: gone.decisions}
        audit.record(session, at=NOW, action="erasure", subject="feed", detail=detail)
        flag = add_flag(session, add_post(session, add_source(session), "new"))
        reviewer = add_user(session, "hoa")
        review = reviews.decide(session, flag, reviewer_id=reviewer.id, decision="unsure", note="", now=NOW)
        assert review.chain_position == 4
        session.commit()
    assert verified(filled) == []


def test_a_note_is_rewritten_on_an_erasure_and_the_decision_stays(filled: Database) -> None:
    with filled.work() as session:
        review = session.get_one(Review, 2)
        chain.rewrite(session, review, {"note": "đã gọi [tên]", "evidence": []}, now=NOW)
        audit.record(session, at=NOW, action="erasure", subject="feed", detail={"posts": 0, chain.DECISIONS: 1})
        session.commit()
    with filled.work() as session:
        review = session.get_one(Review, 2)
        assert (review.note, review.evidence, review.decision) == ("đã gọi [tên]", [], "yes")
        assert review.decided_at == NOW
    assert verified(filled) == []


CHANGES = {
    "UPDATE audit_events SET detail = '{}' WHERE id = 2": "audit_events: row 2 was changed",
    "UPDATE reviews SET decision = 'no' WHERE id = 1": "reviews: row 1 was changed",
    "UPDATE answers SET decided_at = '2026-11-17 00:00:00' WHERE id = 3": "answers: row 3 was changed",
    "DELETE FROM audit_events WHERE id = 2": "audit_events: rows 2 to 2 are missing",
    "DELETE FROM audit_events WHERE id = 3": "audit_events: the chain ends at row 2, and its head says 3",
    "UPDATE chain_heads SET chain_hash = '0'": "answers: the chain ends at row 3, and its head says 3",
}


@pytest.mark.parametrize("statement", CHANGES)
def test_who_takes_the_triggers_away_is_seen(filled: Database, statement: str) -> None:
    table = statement.split()[2 if statement.startswith("DELETE") else 1]
    with filled.engine.begin() as connection:
        for rule in ("append_only", "kept") if table != "chain_heads" else ():
            place = "" if filled.is_sqlite else f" ON {table}"
            connection.execute(text(f"DROP TRIGGER {table}_{rule}{place}"))
        connection.execute(text(statement))
    found = verified(filled)
    assert CHANGES[statement] in found
    if table != "chain_heads":
        assert f"the trigger {table}_kept is missing: rows of its table can be changed" in found


@pytest.mark.parametrize("table", [*TABLES, "redactions", "chain_heads"])
def test_a_trigger_against_truncating_that_is_gone_is_seen(postgres_database: Database, table: str) -> None:
    with postgres_database.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER {table}_whole ON {table}"))
    assert verified(postgres_database) == [f"the trigger {table}_whole is missing: rows of its table can be changed"]


def test_of_two_programs_at_once_no_row_is_lost(filled: Database) -> None:
    """The second waits for the first, and follows it in the chain."""
    with filled.work() as first:
        audit.record(first, at=NOW, action="first", subject="x")
        with filled.work() as second:
            assert second.scalar(select(AuditEvent.id).where(AuditEvent.action == "first")) is None
        first.commit()
    with filled.work() as session:
        audit.record(session, at=NOW, action="second", subject="x")
        session.commit()
    assert verified(filled) == []
