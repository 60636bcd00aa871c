"""What must not be kept is really deleted: after its time, and on its author's request."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from monitor.pipeline.clock_check import confirm_clock
from monitor.pipeline.pseudonym import Pseudonymiser
from monitor.pipeline.retain import erase, retain
from storage import posts, registry, reviews, sources
from storage.database import Database
from storage.models import AuditEvent, Base, Post, PostRevision
from tests.clock import FakeClock
from tests.factories import add_flag, add_model, add_post, add_source, add_user, make_post, make_score

AUTHOR = "lan@mang.example"
HANGING_ON_A_POST = ("posts", "post_revisions", "scores", "flags", "reviews")


def count(database: Database, *names: str) -> dict[str, int]:
    with database.work() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name in names]
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def fill(database: Database, pseudonymiser: Pseudonymiser, clock: FakeClock) -> None:
    """Store an edited, scored, flagged and reviewed post of the author, and one of somebody else."""
    with database.work() as session:
        source = add_source(session, "network", kind="mastodon")
        key = pseudonymiser.key("mastodon", AUTHOR)
        post = add_post(session, source, "1", text="chuyện riêng của tôi", author_key=key)
        posts.record(session, source.id, [make_post("1", "chuyện riêng đã sửa", author_key=key)])
        model = add_model(session)
        registry.record_scores(session, model.id, [make_score(post)])
        flag = add_flag(session, post, model=model)
        reviewer = add_user(session)
        reviews.decide(session, flag, reviewer_id=reviewer.id, decision="confirmed", note="", now=clock.now())
        other = pseudonymiser.key("mastodon", "ai khác")
        add_post(session, source, "2", text="bài của người khác", author_key=other)
        session.commit()


def test_an_erased_author_is_gone_with_all_that_hung_on_the_posts(
    sqlite_database: Database, pseudonymiser: Pseudonymiser, clock: FakeClock, tmp_path: Path
) -> None:
    fill(sqlite_database, pseudonymiser, clock)
    assert min(count(sqlite_database, *HANGING_ON_A_POST).values()) >= 1

    assert erase(sqlite_database, clock, pseudonymiser, kind="mastodon", author=AUTHOR) == 1

    assert count(sqlite_database, *HANGING_ON_A_POST) == {
        "posts": 1,
        "post_revisions": 0,
        "scores": 0,
        "flags": 0,
        "reviews": 0,
    }
    sqlite_database.close()
    content = b"".join(file.read_bytes() for file in tmp_path.glob("kiemtin.db*"))
    assert "bài của người khác".encode() in content
    for trace in ("chuyện riêng", AUTHOR):
        assert trace.encode() not in content  # not even in free pages of the file


def test_nothing_of_an_erased_author_is_stored_again(
    sqlite_database: Database, pseudonymiser: Pseudonymiser, clock: FakeClock
) -> None:
    fill(sqlite_database, pseudonymiser, clock)
    erase(sqlite_database, clock, pseudonymiser, kind="mastodon", author=AUTHOR)
    erased, other = (pseudonymiser.key("mastodon", name) for name in (AUTHOR, "ai khác"))
    with sqlite_database.work() as session:
        source = sources.by_name(session, "network")
        again = [make_post("1", "lại đăng", author_key=erased), make_post("3", "bài mới", author_key=other)]
        stored = posts.record(session, source.id, again)
        session.commit()
        assert (stored.new, stored.erased) == (1, 1)
        assert set(session.scalars(select(Post.external_id))) == {"2", "3"}


def test_an_erasure_is_noted_without_saying_whose(
    sqlite_database: Database, pseudonymiser: Pseudonymiser, clock: FakeClock
) -> None:
    fill(sqlite_database, pseudonymiser, clock)
    erase(sqlite_database, clock, pseudonymiser, kind="mastodon", author=AUTHOR)
    with sqlite_database.work() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.subject, event.detail, event.at) == (
        "erasure",
        "mastodon",
        {"posts": 1, "decisions": 1},
        clock.now(),
    )


@pytest.mark.parametrize(("kind", "author"), [("feed", AUTHOR), ("mastodon", "LAN@mang.example"), ("mastodon", "")])
def test_only_that_author_on_that_platform_is_erased(
    sqlite_database: Database, pseudonymiser: Pseudonymiser, clock: FakeClock, kind: str, author: str
) -> None:
    fill(sqlite_database, pseudonymiser, clock)
    assert erase(sqlite_database, clock, pseudonymiser, kind=kind, author=author) == 0
    assert count(sqlite_database, "posts") == {"posts": 2}


def test_nobody_can_be_found_with_another_key(
    sqlite_database: Database, pseudonymiser: Pseudonymiser, clock: FakeClock
) -> None:
    fill(sqlite_database, pseudonymiser, clock)
    stranger = Pseudonymiser(b"another secret of enough bytes..")
    assert erase(sqlite_database, clock, stranger, kind="mastodon", author=AUTHOR) == 0


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
