"""What must not be kept is really deleted after its time."""

from datetime import timedelta

from sqlalchemy import func, select

from monitor.operations.clock_check import confirm_clock
from monitor.operations.retain import retain
from storage.database import Database
from storage.models import AuditEvent, Post, PostRevision
from storage.posts import posts
from tests.clock import FakeClock
from tests.factories import add_post, add_source, make_post


def test_posts_are_deleted_when_their_sources_time_is_over(sqlite_database: Database, clock: FakeClock) -> None:
    with sqlite_database.work() as session:
        short = add_source(session, "short", retention_days=7)
        long = add_source(session, "long", retention_days=30)
        for source in (short, long):
            add_post(session, source, "old", collected_at=clock.now() - timedelta(days=8))
            add_post(session, source, "exact", collected_at=clock.now() - timedelta(days=7))
        session.commit()
    assert retain(sqlite_database, clock) == {"short": 1}
    assert retain(sqlite_database, clock) == {}
    clock.advance(timedelta(days=24))
    confirm_clock(sqlite_database, clock)
    assert retain(sqlite_database, clock) == {"short": 1, "long": 2}
    with sqlite_database.work() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        assert session.scalar(select(func.count()).select_from(Post)) == 0
    assert [(event.action, event.subject, event.detail) for event in events if event.action == "retention"] == [
        ("retention", "short", {"posts": 1}),
        ("retention", "long", {"posts": 2}),
        ("retention", "short", {"posts": 1}),
    ]


def test_an_edit_does_not_prolong_the_time_of_a_post(sqlite_database: Database, clock: FakeClock) -> None:
    with sqlite_database.work() as session:
        source = add_source(session, retention_days=7)
        add_post(session, source, "1", collected_at=clock.now() - timedelta(days=8))
        posts.record(session, source.id, [make_post("1", "đã sửa hôm nay", collected_at=clock.now())])
        session.commit()
    assert retain(sqlite_database, clock) == {"forum": 1}
    with sqlite_database.work() as session:
        assert session.scalar(select(func.count()).select_from(PostRevision)) == 0


def test_a_source_that_keeps_for_millennia_does_not_stop_the_others(
    sqlite_database: Database, clock: FakeClock
) -> None:
    with sqlite_database.work() as session:
        for name, days in (("archive", 999_999), ("forum", 7)):
            source = add_source(session, name, retention_days=days)
            add_post(session, source, "old", collected_at=clock.now() - timedelta(days=8))
        session.commit()
    assert retain(sqlite_database, clock) == {"forum": 1}
