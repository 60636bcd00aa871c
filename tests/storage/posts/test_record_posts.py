"""Storing posts: once each, the original untouched, every later version kept, and no harm done by a batch twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.errors import DataRejected
from storage.models import CrawlRun, Post, PostRevision, join_title
from storage.posts import posts, sources
from storage.scoring import registry, unscored
from tests import factories
from tests.clock import MONDAY_MORNING
from tests.factories import hash_of, make_post

LATER = MONDAY_MORNING + timedelta(hours=1)


def stored(new: int = 0, changed: int = 0, duplicate: int = 0) -> posts.RecordCounts:
    return posts.RecordCounts(new=new, changed=changed, duplicate=duplicate)


def the_post(session: Session) -> Post:
    return session.scalars(select(Post)).one()


def test_a_batch_is_stored_with_everything_that_was_collected(database: Database) -> None:
    draft = make_post(
        "t1_abc",
        "Nước  vào tới đầu gối\r\n\tbà con ơi 😭",
        title="Lụt",
        context="Mưa lớn ở miền núi",
        author_key="k" * 64,
        published_at=MONDAY_MORNING - timedelta(days=1),
        published_raw="hôm qua",
        published_precision="day",
        language="vi",
        engagement={"likes": 3},
    )
    with database.changes() as session:
        source = factories.add_source(session)
        assert posts.record(session, source.id, [draft, make_post("2")]) == stored(new=2)
    with database.work() as session:
        post = session.scalars(select(Post).where(Post.external_id == "t1_abc")).one()
        dates = ("published_at", "published_raw", "published_precision")
        for column in ("text", "title", "context", "author_key", *dates, "language", "url"):
            assert getattr(post, column) == getattr(draft, column)
        assert post.engagement == {"likes": 3}
        assert (post.revision_number, post.edited_at, post.deleted_at) == (0, None, None)


def test_the_same_batch_twice_changes_nothing(session: Session) -> None:
    batch = [make_post(str(number), f"bài số {number}") for number in range(1000)]
    source = factories.add_source(session)
    assert posts.record(session, source.id, []) == stored()
    assert posts.record(session, source.id, batch) == stored(new=1000)
    assert posts.record(session, source.id, batch) == stored(duplicate=1000)
    assert session.scalar(select(func.count()).select_from(Post)) == 1000
    assert session.scalar(select(func.count()).select_from(PostRevision)) == 0


def test_an_edit_becomes_a_revision_and_the_original_stays(database: Database) -> None:
    with database.changes() as session:
        source = factories.add_source(session)
        post = factories.add_post(session, source, text="Mai nghỉ học", title="Tin nóng")
        edit = make_post(text="Mai vẫn đi học", title="Đính chính", collected_at=LATER)
        assert posts.record(session, source.id, [edit]) == stored(changed=1)
    with database.work() as session:
        post = the_post(session)
        assert (post.text, post.title) == ("Mai nghỉ học", "Tin nóng")
        assert (post.current_text, post.current_title) == ("Mai vẫn đi học", "Đính chính")
        assert post.judged_text == "Đính chính\nMai vẫn đi học"
        assert (post.revision_number, post.content_hash, post.edited_at) == (1, edit.content_hash, LATER)
        assert posts.version(session, post, 0) == ("Tin nóng", "Mai nghỉ học", "")
        assert posts.version(session, post, 1) == ("Đính chính", "Mai vẫn đi học", "")
        assert post.original_hash != post.content_hash


def test_versions_within_one_batch_are_taken_in_their_order(session: Session) -> None:
    versions = [make_post(text=text) for text in ("một", "hai", "hai", "ba")]
    source = factories.add_source(session)
    assert posts.record(session, source.id, versions) == stored(new=1, changed=2, duplicate=1)
    assert session.scalars(select(PostRevision.text).order_by(PostRevision.number)).all() == ["hai", "ba"]


def test_an_edit_that_is_taken_back_is_a_version_of_its_own(database: Database) -> None:
    with database.changes() as session:
        source = factories.add_source(session)
        for text, outcome in (("A", stored(new=1)), ("B", stored(changed=1)), ("A", stored(changed=1))):
            assert posts.record(session, source.id, [make_post(text=text)]) == outcome
    with database.work() as session:
        assert (the_post(session).current_text, the_post(session).revision_number) == ("A", 2)


def test_importing_a_file_twice_does_not_look_like_edits(session: Session) -> None:
    file = [make_post("1", "A"), make_post("1", "B"), make_post("2", "C")]
    source = factories.add_source(session)
    assert posts.record(session, source.id, file, any_version=True) == stored(new=2, changed=1)
    assert posts.record(session, source.id, file, any_version=True) == stored(duplicate=3)
    assert posts.record(session, source.id, [make_post("1", "D")], any_version=True) == stored(changed=1)


def test_engagement_follows_the_platform_without_a_revision(database: Database) -> None:
    with database.changes() as session:
        source = factories.add_source(session)
        factories.add_post(session, source, engagement={"likes": 3})
        assert posts.record(session, source.id, [make_post(engagement={"likes": 40})]) == stored(duplicate=1)
        posts.record(session, source.id, [make_post()])  # a reading that says nothing of it
    with database.work() as session:
        assert the_post(session).engagement == {"likes": 40}


def test_a_post_that_went_is_marked_once_until_it_comes_back(session: Session) -> None:
    source, other = factories.add_source(session), factories.add_source(session, "newspaper")
    factories.add_post(session, source)
    assert posts.record(session, other.id, [make_post()]) == stored(new=1), "an identifier is one of its source"
    assert posts.tombstone(session, source.id, ["1", "never seen"], LATER) == 1
    assert posts.tombstone(session, source.id, ["1"], LATER + timedelta(days=1)) == 0
    session.expire_all()
    gone = session.scalars(select(Post).where(Post.deleted_at.is_not(None))).one()
    assert (gone.source.name, gone.deleted_at, gone.text) == ("forum", LATER, make_post().text)
    posts.record(session, source.id, [make_post()])
    session.expire_all()
    assert gone.deleted_at is None


def test_recent_posts_that_still_stand_are_watched_for_edits_last_published_first(session: Session) -> None:
    source = factories.add_source(session)
    factories.add_post(session, source, "old", collected_at=MONDAY_MORNING - timedelta(days=30))
    for name in ("a", "b", "c", "gone"):
        factories.add_post(session, source, name)
    posts.tombstone(session, source.id, ["gone"], LATER)
    since = MONDAY_MORNING - timedelta(days=7)
    assert posts.watched_ids(session, source.id, since, limit=10) == ["c", "b", "a"]
    assert posts.watched_ids(session, source.id, since, limit=2) == ["c", "b"]
    for name, hours in (("new", -1), ("older", 9), ("newest", -2)):
        factories.add_post(session, source, name, published_at=MONDAY_MORNING - timedelta(hours=hours))
    assert posts.watched_ids(session, source.id, since, limit=9) == ["newest", "new", "c", "b", "a", "older"]


@pytest.mark.parametrize(
    ("title", "text", "judged"),
    [
        (None, "nội dung", "nội dung"),
        ("Tiêu đề", "nội dung", "Tiêu đề\nnội dung"),
        ("Tiêu đề", "Tiêu đề và nội dung", "Tiêu đề và nội dung"),
        ("Tiêu đề", "", "Tiêu đề"),
        ("", "", ""),
    ],
)
def test_heading_and_text_are_judged_together_and_nothing_twice(title: str | None, text: str, judged: str) -> None:
    assert join_title(title, text) == judged


@pytest.mark.parametrize("text", ["nửa ký tự \ud83d", "byte không \x00"], ids=["lone surrogate", "NUL"])
def test_what_no_database_can_hold_is_refused_in_plain_words(postgres_database: Database, text: str) -> None:
    with pytest.raises(DataRejected) as caught, postgres_database.work() as session:
        factories.add_post(session, factories.add_source(session), text=text)
    assert "\n" not in str(caught.value)


def test_a_lone_surrogate_is_refused_by_sqlite_too(sqlite_database: Database) -> None:
    with pytest.raises(DataRejected), sqlite_database.work() as session:
        factories.add_post(session, factories.add_source(session), text="nửa ký tự \ud83d")


def test_a_reported_post_is_known_by_its_identifier_or_by_what_any_version_said(session: Session) -> None:
    assert not posts.is_known(session, "tips", "1")
    source = factories.add_source(session, "tips")
    factories.add_post(session, source, "1", text="bản đầu")
    factories.add_post(session, factories.add_source(session, "other"), "2")
    posts.record(session, source.id, [make_post("1", "bản sau")])
    assert [posts.is_known(session, "tips", external_id) for external_id in ("1", "2")] == [True, False]
    said = ("bản đầu", "bản sau", "bản khác")
    assert [posts.is_known(session, "tips", "x", [hash_of(text)]) for text in said] == [True, True, False]


def test_each_version_is_scored_once_by_each_model(session: Session) -> None:
    source = factories.add_source(session)
    post = factories.add_post(session, source)
    reference = factories.add_source(session, "newspaper", role="reference")
    factories.add_post(session, reference)
    model = factories.add_model(session)
    assert unscored.waiting(session, 0, 10) == [post], "reference posts are evidence, they are not judged"
    registry.record_scores(session, model.id, [factories.make_score(post)])
    assert unscored.count(session, model) == 0
    posts.record(session, source.id, [make_post(text="đã sửa")])
    assert unscored.count(session, model) == 1, "an edit waits for a score of its own"
    assert unscored.count(session, factories.add_model(session, "default-2")) == 1


def test_posts_wait_for_their_score_oldest_first_and_only_some_at_a_time(session: Session) -> None:
    source = factories.add_source(session)
    waiting = [factories.add_post(session, source, str(number)) for number in range(5)]
    model = factories.add_model(session)
    assert unscored.waiting(session, 0, 3) == waiting[:3]
    assert unscored.count(session, model) == 5


def test_the_account_of_a_reading_that_was_killed_is_closed_by_the_next(database: Database) -> None:
    with database.changes() as session:
        source = factories.add_source(session)
        sources.start_run(session, source.id, MONDAY_MORNING)
        sources.start_run(session, source.id, LATER)
    with database.work() as session:
        first, second = session.scalars(select(CrawlRun).order_by(CrawlRun.id))
        assert (first.outcome, first.ended_at) == ("interrupted", LATER)
        assert (second.outcome, second.ended_at) == ("running", None)
        assert sources.recent_runs(session, limit=1) == [second]
