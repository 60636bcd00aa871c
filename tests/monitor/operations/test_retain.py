"""Retention deletes posts for good when their time is over; a source that is removed goes with all of its posts."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.crawl.captures import CaptureStore
from monitor.errors import NotReady
from monitor.operations.clock_check import confirm_clock
from monitor.operations.retain import remove_source, retain
from storage.database import Database
from storage.errors import NotFound
from storage.models import AuditEvent, Post, PostRevision, Source
from storage.posts import posts, sources
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, decide, make_post
from tests.monitor.operations.conftest import add_capture


def test_posts_are_deleted_when_their_sources_time_is_over(sqlite_database: Database, clock: FakeClock) -> None:
    with sqlite_database.changes() as session:
        short = add_source(session, "short", retention_days=7)
        long = add_source(session, "long", retention_days=30)
        for source in (short, long):
            add_post(session, source, "old", collected_at=clock.now() - timedelta(days=8))
            add_post(session, source, "exact", collected_at=clock.now() - timedelta(days=7))
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


def test_neither_an_edit_nor_a_source_that_keeps_for_millennia_prolongs_the_time_of_a_post(
    sqlite_database: Database, clock: FakeClock
) -> None:
    with sqlite_database.changes() as session:
        for name, days in (("archive", 999_999), ("forum", 7)):
            source = add_source(session, name, retention_days=days)
            add_post(session, source, "1", collected_at=clock.now() - timedelta(days=8))
        posts.record(session, source.id, [make_post("1", "đã sửa hôm nay", collected_at=clock.now())])
    assert retain(sqlite_database, clock) == {"forum": 1}
    with sqlite_database.work() as session:
        assert session.scalar(select(func.count()).select_from(PostRevision)) == 0


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> CaptureStore:
    return CaptureStore(tmp_path, clock, 1000)


@pytest.fixture
def page(database: Database, clock: FakeClock, tmp_path: Path) -> Path:
    """Two sources; one has three posts, one of them decided, and a captured page, which is returned."""
    path = tmp_path / "2026" / "11" / "a.warc.gz"
    path.parent.mkdir(parents=True)
    path.write_text("page")
    with database.changes() as session:
        source, other = add_source(session), add_source(session, "other")
        capture = add_capture(session, source.id, path.relative_to(tmp_path).as_posix(), clock.now())
        for number in range(3):
            post = add_post(session, source, str(number), capture_id=capture)
        flag = add_flag(session, post)
        decide(session, flag, now=clock.now())
        add_post(session, other, "stays")
    return path


def test_posts_decisions_and_captures_go(database: Database, clock: FakeClock, store: CaptureStore, page: Path) -> None:
    assert remove_source(database, clock, store, "forum") == 3
    assert not page.exists()
    with database.work() as session:
        assert session.scalars(select(Source.name)).all() == ["other"]
        assert session.scalars(select(Post.external_id)).all() == ["stays"]
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert (last.action, last.subject, last.detail) == ("source.removed", "forum", {"posts": 3})
    with pytest.raises(NotFound):
        remove_source(database, clock, store, "forum")


def test_a_source_that_is_being_read_is_only_switched_off(
    database: Database, clock: FakeClock, store: CaptureStore, page: Path
) -> None:
    with database.changes() as session:
        until = clock.now() + timedelta(minutes=10)
        sources.lease(session, owner="crawl", now=clock.now(), until=until, only_due=False, names=["forum"])
    with pytest.raises(NotReady, match="is being read at this moment"):
        remove_source(database, clock, store, "forum")
    with database.work() as session:
        assert not sources.by_name(session, "forum").enabled
    assert page.exists()
    clock.advance(timedelta(minutes=11))
    assert remove_source(database, clock, store, "forum") == 3


def test_a_removal_that_was_killed_is_run_again(
    database: Database, clock: FakeClock, store: CaptureStore, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """No block may tidy up after it."""

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("monitor.operations.retain.BATCH", 2)
        patched.setattr("monitor.operations.retain.audit.record", kill)
        with pytest.raises(Killed):
            remove_source(database, clock, store, "forum")
    with database.work() as session:
        assert not sources.by_name(session, "forum").enabled
        assert session.scalar(select(func.count()).select_from(Post)) == 4
    assert remove_source(database, clock, store, "forum") == 3
    assert not page.exists()
