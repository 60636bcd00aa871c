"""What the tables themselves hold to, whoever writes into them: times, decisions that stay, values that make sense."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from storage.accounts import users
from storage.database import Database
from storage.errors import DataRejected, NotFound, StorageError
from storage.figures import listings
from storage.models import User
from storage.outbox import alerts
from storage.posts import sources
from storage.review import corrections, flags, matters
from storage.scoring import matching, registry
from tests import factories
from tests.clock import MONDAY_MORNING


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 11, 16, 2, 0)  # noqa: DTZ001  that is the point
    with pytest.raises(StorageError, match="a time without a zone cannot be stored"), database.work() as session:
        factories.add_user(session, now=naive)


def test_times_come_back_in_utc_and_are_compared_whatever_their_zone(session: Session) -> None:
    in_vietnam = datetime(2026, 11, 16, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=7)))
    factories.add_user(session, now=in_vietnam)
    session.expire_all()
    stored = session.scalars(select(User.created_at)).one()
    assert (stored, stored.tzinfo) == (in_vietnam, UTC)
    for moment, found in ((in_vietnam, ["lan"]), (in_vietnam + timedelta(microseconds=1), [])):
        assert session.scalars(select(User.name).where(User.created_at >= moment)).all() == found


def more_than_certain(session: Session) -> registry.ScoreDraft:
    post = factories.add_post(session, factories.add_source(session))
    return factories.make_score(post, {"concern": 1.5})


@pytest.mark.parametrize(
    "write",
    [
        lambda session: factories.add_source(session, role="friend"),
        lambda session: factories.add_source(session, retention_days=0),
        lambda session: factories.add_source(session, interval_seconds=0),
        lambda session: factories.add_user(session, role="king"),
        lambda session: session.execute(text("INSERT INTO post_bands (post_id, key) VALUES (999, 0)")),
        lambda session: registry.record_scores(session, factories.add_model(session).id, [more_than_certain(session)]),
    ],
    ids=["role of a source", "retention", "interval", "role of a user", "band of no post", "score"],
)
def test_rows_that_make_no_sense_are_refused(database: Database, write: Callable[[Session], Any]) -> None:
    with pytest.raises(DataRejected) as caught, database.work() as session:
        write(session)
    assert "\n" not in str(caught.value)


def test_leaving_without_a_commit_stores_nothing(database: Database) -> None:
    with database.work() as session:
        factories.add_user(session)
    with database.work() as session:
        assert users.all_users(session) == []


def test_changes_are_kept_unless_an_error_leaves_them(database: Database) -> None:
    with database.changes() as session:
        factories.add_user(session, "lan")
    with pytest.raises(NotFound), database.changes() as session:
        flags.by_id(session, factories.add_user(session, "hùng").id)
    with database.work() as session:
        assert [user.name for user in users.all_users(session)] == ["lan"]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda session: users.by_name(session, "hoa"), "no user named 'hoa': `kiemtin users list` shows them"),
        (lambda session: sources.by_name(session, "forums"), "no source named 'forums': `kiemtin sources list` shows"),
        (lambda session: registry.by_name(session, "other"), "no model named 'other' is registered: `kiemtin models"),
        (lambda session: flags.by_id(session, 7), "no flag 7: its post may have been deleted"),
        (lambda session: matters.by_id(session, 7), "no matter 7"),
        (lambda session: corrections.by_id(session, 7), "no correction 7"),
        (lambda session: alerts.by_id(session, 7, 1), "no alert 7"),
        (lambda session: listings.post_by_id(session, 7), "no post 7: it may have been deleted"),
        (lambda session: matching.mark_evidence(session, 7, "refutes", user_id=1, now=MONDAY_MORNING), "no evidence 7"),
    ],
)
def test_what_is_not_there_is_explained(session: Session, ask: Callable[[Session], Any], said: str) -> None:
    with pytest.raises(NotFound, match=said):
        ask(session)


def test_users_are_found_by_name_and_switched_off_without_being_deleted(session: Session) -> None:
    minh, lan = factories.add_user(session, "minh", "admin"), factories.add_user(session, "lan")
    assert [user.name for user in users.all_users(session)] == ["lan", "minh"]
    assert users.by_name(session, "minh") is minh
    lan.active = False
    assert users.by_name(session, "lan").active is False
    with pytest.raises(DataRejected, match="a user named 'lan' already"):
        factories.add_user(session, "lan")


def test_postgresql_knows_how_many_rows_there_are_once_it_looked(postgres_database: Database) -> None:
    with postgres_database.work() as session:
        factories.add_user(session)
        session.commit()
        sizes = text("SELECT reltuples FROM pg_class WHERE relname = 'users'")
        assert session.scalar(sizes) == -1
        postgres_database.analyse()
        assert session.scalar(sizes) == 1
