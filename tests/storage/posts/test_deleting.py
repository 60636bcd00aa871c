"""What is deleted is gone from every table, and nothing else is."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.database import Database
from storage.models import Base, Evidence, Post
from storage.posts import posts, sources
from storage.scoring import matching
from tests import factories
from tests.clock import MONDAY_MORNING
from tests.storage.sample_rows import fill

NOW = MONDAY_MORNING
MANY = 100
LONG_AGO = NOW - timedelta(days=200)
HANGS_ON_POSTS = {
    "posts", "post_revisions", "pictures", "post_bands", "clusters", "scores", "flags", "reviews", "evidence",
    "search_texts", "fact_checks", "quote_choices",
}  # fmt: skip


def count_rows(session: Session) -> dict[str, int]:
    tables = Base.metadata.sorted_tables
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.fixture
def filled(database: Database) -> Database:
    """Give a database with three posts, each with a source of its own and a row in every table that can refer to it."""
    with database.engine.begin() as connection:
        fill(connection)
    return database


def test_retention_deletes_all_that_hangs_on_a_post(filled: Database) -> None:
    with filled.changes() as session:
        before = count_rows(session)
        assert posts.delete_expired(session, 1, NOW + timedelta(days=400), 180, MANY).posts == 1
    with filled.work() as session:
        assert count_rows(session) == {name: count - (name in HANGS_ON_POSTS) for name, count in before.items()}


def test_a_request_of_erasure_deletes_one_authors_posts_in_every_source(filled: Database) -> None:
    with filled.changes() as session:
        before = count_rows(session)
        session.execute(update(Post).where(Post.id < 3).values(author_key="a" * 64))
        assert posts.delete_by_author(session, "a" * 64).posts == 2
    with filled.work() as session:
        assert count_rows(session) == {name: count - 2 * (name in HANGS_ON_POSTS) for name, count in before.items()}
        assert posts.delete_by_author(session, "a" * 64).posts == 0


def test_retention_leaves_younger_posts_and_other_sources_alone(session: Session) -> None:
    source, slow = factories.add_source(session), factories.add_source(session, "archive")
    limit = NOW - timedelta(days=180)
    for place, name, at in ((source, "young", limit), (slow, "of another source", LONG_AGO)):
        factories.add_post(session, place, name, collected_at=at)
    factories.add_post(session, source, "old", collected_at=limit - timedelta(microseconds=1))
    assert posts.delete_expired(session, source.id, NOW, 180, MANY).posts == 1
    assert set(session.scalars(select(Post.external_id))) == {"young", "of another source"}


def test_a_cluster_stays_as_long_as_one_of_its_posts_does(session: Session) -> None:
    source = factories.add_source(session)
    old = factories.add_post(session, source, "old", collected_at=LONG_AGO)
    young = factories.add_post(session, source, "young")
    matching.join_cluster(session, old, young, NOW)
    both = [old.id, young.id]
    posts.delete_expired(session, source.id, NOW, source.retention_days, MANY)
    assert posts.existing_ids(session, both) == {young.id}
    session.expire_all()
    assert young.cluster_id is not None
    assert count_rows(session)["clusters"] == 1


def test_evidence_goes_with_the_reference_and_the_claim_stays(session: Session) -> None:
    claim = factories.add_post(session, factories.add_source(session))
    newspaper = factories.add_source(session, "newspaper", role="reference")
    article = factories.add_post(session, newspaper, collected_at=LONG_AGO)
    factories.suggest(session, claim.id, {article.id: 0.8})
    posts.delete_expired(session, newspaper.id, NOW, newspaper.retention_days, MANY)
    assert session.scalars(select(Evidence)).all() == []
    assert session.scalars(select(Post)).all() == [claim]


def test_deleted_text_does_not_linger_in_the_file(sqlite_database: Database) -> None:
    secret = "chuyện riêng của chị công nhân"
    files = Path(str(sqlite_database.url.database)).parent
    with sqlite_database.changes() as session:
        source = factories.add_source(session)
        factories.add_post(session, source, text=secret, collected_at=LONG_AGO)
    sqlite_database.close()
    assert any(secret.encode() in path.read_bytes() for path in files.iterdir())
    with sqlite_database.changes() as session:
        posts.delete_expired(session, sources.by_name(session, "forum").id, NOW, 180, MANY)
    sqlite_database.close()
    assert not any(secret.encode() in path.read_bytes() for path in files.iterdir())
