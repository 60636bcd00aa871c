"""What people type is stored without the characters that no feed and no document may hold."""

import pytest
from sqlalchemy import Text, select

from storage.base import TypedText, writable
from storage.database import Database
from storage.models import Base, Review, User
from tests.factories import add_flag, add_post, add_source, add_user, decide

HOSTILE = "Gọi\ufffe lại\uffff \0chị\x0b Lan\ud800\x1f"
CLEAN = "Gọi lại chị Lan"

MADE_BY_PROGRAMS = {
    # Of posts, which lose such characters where they are read, and of platforms, whose identifiers stay as they are.
    *("posts", "post_revisions", "pictures", "search_texts", "fact_checks", "matter_posts", "evidence"),
    *("crawl_runs", "captures", "host_state", "robots_copies", "outbox", "models", "scores"),
}
NOT_TYPED = {
    "users.password_hash", "users.totp_seed", "audit_events.subject", "sources.address", "sources.last_error",
    "reports.scheduled_for",
}  # fmt: skip


@pytest.mark.parametrize("text", [CLEAN, "Một\ndòng\tnữa \U0001f642 đ"])
def test_what_xml_allows_stays(text: str) -> None:
    assert writable(text) == text


def test_every_text_that_people_type_is_of_that_type() -> None:
    texts = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        if table.name not in MADE_BY_PROGRAMS
        for column in table.columns
        if isinstance(column.type, Text) and not isinstance(column.type, TypedText)
    }
    assert texts <= NOT_TYPED


def test_it_is_removed_when_it_is_stored(database: Database) -> None:
    with database.changes() as session:
        add_user(session, HOSTILE)
        flag = add_flag(session, add_post(session, add_source(session)))
        decide(session, flag, note=HOSTILE)
    with database.work() as session:
        columns = (User.name, Review.note)
        assert [session.scalars(select(column)).one() for column in columns] == [CLEAN] * 2
