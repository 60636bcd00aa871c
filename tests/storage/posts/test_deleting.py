"""What is deleted is gone from every table, and nothing else is."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import audit
from storage.database import Database
from storage.models import Base, Capture, Evidence, FactCheck, Post, Source
from storage.outbox import deliveries, reports
from storage.posts import clock_state, host_state, posts, rechecks, sources
from storage.review import corrections, quote_choices, reviews, teamwork
from storage.scoring import matching, registry, thresholds
from storage.search import search
from tests import factories
from tests.clock import MONDAY_MORNING

NOW = MONDAY_MORNING
MANY = 100
LONG_AGO = NOW - timedelta(days=200)
HANGS_ON_POSTS = {
    "posts", "post_revisions", "post_bands", "clusters", "scores", "flags", "reviews", "evidence",
    "search_texts", "fact_checks",
    "quote_choices", "assignments",
}  # fmt: skip


def count_rows(session: Session) -> dict[str, int]:
    tables = Base.metadata.sorted_tables
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def add_post_with_everything(session: Session, source: Source, external_id: str, **changes: object) -> Post:
    """Store a post with a row in every table that can refer to one."""
    run = sources.start_run(session, source.id, NOW)
    capture = Capture(
        url="https://forum.example.vn/1", fetched_at=NOW, status=200, content_type="text/html", size_bytes=10,
        sha256="0" * 64,
    )  # fmt: skip
    capture_id = sources.add_capture(session, run.id, capture)
    post = factories.add_post(session, source, external_id, capture_id=capture_id, **changes)
    edit = factories.make_post(external_id, "bản sửa", capture_id=capture_id, **changes)
    posts.record(session, source.id, [edit])
    matching.set_bands(session, {post.id: [1, 2]})
    search.index(
        session, [search.SearchDraft(post_id=post.id, source_id=source.id, dated=NOW, accented=["bản", "sửa"])]
    )
    copy = factories.add_post(session, source, f"{external_id}, copied", **changes)
    matching.join_cluster(session, post, copy, NOW)
    model = registry.active_model(session) or factories.add_model(session)
    registry.record_scores(session, model.id, [factories.make_score(post)])
    flag = factories.add_flag(session, post)
    reviewer = factories.add_user(session, f"reviewer of {external_id}")
    reviews.decide(session, flag, reviewer_id=reviewer.id, decision="yes", note="rõ ràng", now=NOW, topic="other")
    session.add(FactCheck(post_id=post.id, claim="bản sửa", verdict="sai", bears="refutes", outlet="soi tin"))
    quote_choices.choose(session, flag, user_id=reviewer.id, now=NOW)
    second = factories.add_user(session, f"second reader of {external_id}")
    factories.read_again(session, flag, second.id, "no")
    teamwork.assign(session, flag, user_id=second.id, by=reviewer.id, now=NOW)
    factories.add_drawn(session, post, "negative")
    factories.suggest(session, post.id, {copy.id: 0.5})
    claim = factories.add_flag(session, post, "unverified")
    shown = ["https://e.vn"]
    reviews.decide(session, claim, reviewer_id=reviewer.id, decision="refuted", note="", evidence=shown, now=NOW)
    corrections.write(session, claim, factories.make_correction(), user_id=reviewer.id, now=NOW)
    rechecks.plan(session, timedelta(hours=1), NOW - timedelta(days=1))
    host = {"host": "forum.example.vn", "ready_at": NOW, "closed_until": None, "refusals": 0}
    host_state.save_rate_limit(session, {**host, "day_began": NOW, "sent": 1})
    robots = {"url": "https://forum.example.vn/robots.txt", "status": 404, "body": b"", "read_at": NOW}
    host_state.save_robots(session, robots)
    posts.erase_author(session, "0" * 64, NOW)
    audit.record(session, at=NOW, action="review", subject=f"flags:{flag.id}", user_id=reviewer.id)
    thresholds.put(session, "concern", "precision", 0.7, NOW)
    clock_state.load(session, NOW)
    issued = reports.record_report(
        session, period="2026-W47", schema_version=3, figures={"posts": 2}, files=[], now=NOW
    )
    deliveries.put(session, "report", issued.id, {"folder": "/srv/reports"}, NOW)
    session.flush()
    return post


def test_retention_deletes_all_that_hangs_on_a_post(database: Database) -> None:
    with database.changes() as session:
        source = factories.add_source(session, retention_days=180)
        add_post_with_everything(session, source, "1", collected_at=LONG_AGO)
        before = count_rows(session)
        empty = {name for name, count in before.items() if not count}
        # No post has to do with them.
        of_accounts = {"api_keys", "invitations", "user_sessions"}
        of_accounts |= {"handovers", "saved_searches", "alerts", "report_drafts", "focus"}
        assert empty <= of_accounts, f"the test has to fill every table: {before}"
        assert posts.delete_expired(session, source.id, NOW, source.retention_days, MANY).posts == 2
    with database.work() as session:
        after = count_rows(session)
        assert {name for name, count in after.items() if count == 0} - of_accounts == HANGS_ON_POSTS
        kept = before.keys() - HANGS_ON_POSTS
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


def test_retention_leaves_younger_posts_and_other_sources_alone(session: Session) -> None:
    source = factories.add_source(session, retention_days=180)
    slow = factories.add_source(session, "archive", retention_days=365)
    limit = NOW - timedelta(days=180)
    add_post_with_everything(session, source, "young", collected_at=limit)
    add_post_with_everything(session, slow, "kept longer", collected_at=LONG_AGO)
    factories.add_post(session, source, "old", collected_at=limit - timedelta(microseconds=1))
    before = count_rows(session)
    assert posts.delete_expired(session, source.id, NOW, source.retention_days, MANY).posts == 1
    assert count_rows(session) == before | {"posts": before["posts"] - 1}


def test_a_request_of_erasure_deletes_one_authors_posts_in_every_source(database: Database) -> None:
    with database.changes() as session:
        for name in ("forum", "newspaper"):
            source = factories.add_source(session, name)
            add_post_with_everything(session, source, f"in {name}", author_key="a" * 64)
            factories.add_post(session, source, "of somebody else", author_key="b" * 64)
            factories.add_post(session, source, "of nobody")
        assert posts.delete_by_author(session, "a" * 64).posts == 4
    with database.work() as session:
        after = count_rows(session)
        assert after["posts"] == 4
        assert all(after[name] == 0 for name in HANGS_ON_POSTS - {"posts"})
        assert posts.delete_by_author(session, "a" * 64).posts == 0


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
