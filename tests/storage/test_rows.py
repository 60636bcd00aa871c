"""What the tables themselves hold to, whoever writes into them: times, decisions that stay, values that make sense."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from storage import audit
from storage.accounts import users
from storage.database import Database
from storage.errors import DataRejected, NotFound, StorageError
from storage.models import AuditEvent, Review, User
from storage.review import reviews
from storage.scoring import registry
from tests import factories
from tests.clock import MONDAY_MORNING


def decided(session: Session) -> Review:
    post = factories.add_post(session, factories.add_source(session))
    flag = factories.add_flag(session, post)
    reviewer = factories.add_user(session)
    return reviews.decide(session, flag, reviewer_id=reviewer.id, decision="yes", note="có thật", now=MONDAY_MORNING)


def test_a_decision_cannot_be_rewritten(database: Database) -> None:
    with database.work() as session:
        decided(session)
        session.commit()
    with pytest.raises(StorageError, match="rows of reviews are only ever added"), database.work() as session:
        session.execute(update(Review).values(note="khác"))
    with database.work() as session:
        assert session.scalars(select(Review.note)).one() == "có thật"


def test_the_audit_trail_cannot_be_rewritten(database: Database) -> None:
    with database.work() as session:
        audit.record(session, at=MONDAY_MORNING, action="erase", subject="posts:3", detail={"deleted": 2})
        session.commit()
    with pytest.raises(StorageError, match="rows of audit_events are only ever added"), database.work() as session:
        session.execute(update(AuditEvent).values(action="nothing"))
    with database.work() as session:
        event = session.scalars(select(AuditEvent)).one()
        assert (event.action, event.subject, event.user_id, event.detail) == ("erase", "posts:3", None, {"deleted": 2})


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 11, 16, 2, 0)  # noqa: DTZ001  that is the point
    with pytest.raises(StorageError, match="a time without a zone cannot be stored"), database.work() as session:
        factories.add_user(session, now=naive)


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    in_vietnam = datetime(2026, 11, 16, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=7)))
    with database.work() as session:
        factories.add_user(session, now=in_vietnam)
        session.commit()
    with database.work() as session:
        stored = session.scalars(select(User.created_at)).one()
        assert stored == in_vietnam
        assert stored.tzinfo is UTC


def test_times_are_compared_as_times_whatever_their_zone(database: Database) -> None:
    with database.work() as session:
        factories.add_user(session, now=MONDAY_MORNING)
        same_in_vietnam = MONDAY_MORNING.astimezone(timezone(timedelta(hours=7)))
        assert session.scalars(select(User.name).where(User.created_at >= same_in_vietnam)).all() == ["lan"]
        later = same_in_vietnam + timedelta(microseconds=1)
        assert session.scalars(select(User.name).where(User.created_at >= later)).all() == []


@pytest.mark.parametrize(
    "write",
    [
        lambda session: factories.add_source(session, role="friend"),
        lambda session: factories.add_source(session, retention_days=0),
        lambda session: factories.add_source(session, interval_seconds=0),
        lambda session: factories.add_user(session, role="king"),
        lambda session: session.execute(text("INSERT INTO post_bands (post_id, key) VALUES (999, 0)")),
    ],
    ids=["role of a source", "retention", "interval", "role of a user", "band of no post"],
)
def test_rows_that_make_no_sense_are_refused(database: Database, write: Callable[[Session], Any]) -> None:
    with pytest.raises(DataRejected) as caught, database.work() as session:
        write(session)
    assert "\n" not in str(caught.value)


def test_a_probability_lies_between_zero_and_one(database: Database) -> None:
    with database.work() as session:
        post, model = factories.add_post(session, factories.add_source(session)), factories.add_model(session)
        session.commit()
    score = factories.make_score(post, {"concern": 1.5})
    with pytest.raises(DataRejected, match="ck_scores_probability"), database.work() as session:
        registry.record_scores(session, model.id, [score])


def test_leaving_without_a_commit_stores_nothing(database: Database) -> None:
    with database.work() as session:
        factories.add_user(session)
    with database.work() as session:
        assert users.all_users(session) == []


def test_a_user_with_decisions_stays(database: Database) -> None:
    with database.work() as session:
        decided(session)
        session.commit()
    with pytest.raises(DataRejected), database.work() as session:
        session.execute(delete(User))


def test_users_are_found_by_name_and_switched_off_without_being_deleted(database: Database) -> None:
    with database.work() as session:
        minh, lan = factories.add_user(session, "minh", "admin"), factories.add_user(session, "lan")
        assert [user.name for user in users.all_users(session)] == ["lan", "minh"]
        assert users.by_name(session, "minh") is minh
        lan.active = False
        assert users.by_name(session, "lan").active is False
        with pytest.raises(NotFound, match=r"no user named 'hoa': `kiemtin users list` shows them$"):
            users.by_name(session, "hoa")
        with pytest.raises(DataRejected, match="a user named 'lan' already"):
            factories.add_user(session, "lan")
