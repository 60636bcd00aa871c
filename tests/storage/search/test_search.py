"""What a search finds and what it must not: 40 queries on both databases, and what is no search at all."""

import re

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from classifiers.text.segment import Segmenter
from monitor.errors import QueryRefused
from monitor.review.search_query import parse_query
from monitor.scoring.match import Matcher
from storage.database import Database
from storage.models import Post, SearchText
from storage.posts import posts, traces
from storage.search import search
from tests.clock import FakeClock
from tests.examples import examples_of
from tests.factories import add_post, add_source, make_post

EXAMPLES = examples_of(__file__)
SEGMENTER = Segmenter()


def found(database: Database, typed: str) -> set[str]:
    with database.work() as session:
        ids = search.find(session, parse_query(typed, SEGMENTER), limit=100)
        return set(session.scalars(select(Post.external_id).where(Post.id.in_(ids))))


def index_all(database: Database, clock: FakeClock) -> None:
    Matcher(database, clock).run()


def add_texts(database: Database, clock: FakeClock) -> None:
    with database.changes() as session:
        source = add_source(session)
        drafts = [make_post(name, words, author_key="a" * 64) for name, words in EXAMPLES["texts"].items()]
        posts.record(session, source.id, drafts)
    index_all(database, clock)


def test_forty_queries_find_what_they_must_and_nothing_that_they_must_not(database: Database, clock: FakeClock) -> None:
    add_texts(database, clock)
    wrong = {}
    for typed, must, must_not in EXAMPLES["queries"]:
        names = found(database, typed)
        if not names.issuperset(must) or not names.isdisjoint(must_not):
            wrong[typed] = names
    assert len(EXAMPLES["queries"]) == 40
    assert wrong == {}


def test_the_index_knows_no_author(database: Database, clock: FakeClock) -> None:
    add_texts(database, clock)
    assert found(database, "a" * 64) == set()
    columns = {column.name for column in SearchText.__table__.columns}
    assert columns == {"post_id", "source_id", "dated", "accented", "bare"}


def test_whatever_is_read_can_be_searched_for(session: Session) -> None:
    typed = ("a' | 'b", "x:*", "a & !b", "NEAR(a b)", "{bare} : a", "a\\b", "%_%", "ý ^ a", "cái * a")
    for each in (*typed, '"a b c" OR -"d e f" x'):
        try:
            query = parse_query(each)
        except QueryRefused:
            continue
        assert search.find(session, query, limit=5) == []
        assert search.count(session, query, at_most=5) == 0


def test_an_edit_changes_what_is_found_at_once_and_after_the_next_run(database: Database, clock: FakeClock) -> None:
    with database.changes() as session:
        source = add_source(session)
        add_post(session, source, "1", text="mất nước")
    index_all(database, clock)
    with database.changes() as session:
        posts.record(session, source.id, [make_post("1", "có điện lại")])
    assert found(database, "nước") == set()
    index_all(database, clock)
    assert found(database, "điện") == {"1"}


def raw_index(session: Session) -> str:
    """Read the bytes in which the database keeps its full-text index."""
    blocks = session.scalars(text("SELECT block FROM search_index_data")).all()
    return " ".join(block.decode("utf-8", "replace") for block in blocks)


def test_deleted_words_leave_the_index_itself(sqlite_database: Database, clock: FakeClock) -> None:
    with sqlite_database.changes() as session:
        source = add_source(session)
        add_post(session, source, "1", text="khongaibiet mất việc", author_key="k")
        add_post(session, source, "2", text="người khác")
    index_all(sqlite_database, clock)
    with sqlite_database.work() as session:
        assert "khongaibiet" in raw_index(session)
        posts.erase_author(session, "k", clock.now())
        session.commit()
        assert "khongaibiet" not in raw_index(session)
        assert "khac" in raw_index(session)


def test_masked_posts_lose_the_masked_words_in_the_index(database: Database, clock: FakeClock) -> None:
    with database.changes() as session:
        source = add_source(session)
        add_post(session, source, "1", text="theo lan.vuonrau thì sắp có thưởng")
        add_post(session, source, "2", text="bản đầu")
        posts.record(session, source.id, [make_post("2", "nghe lan.vuonrau nói")])
    index_all(database, clock)
    assert found(database, "vuonrau") == {"1", "2"}
    with database.work() as session:
        traces.mask(session, re.compile(r"lan\.vuonrau"), "[đã xoá]", now=clock.now())
        session.commit()
        assert session.scalars(select(SearchText)).all() == []
    index_all(database, clock)
    assert found(database, "vuonrau") == set()
    assert found(database, "thưởng") == {"1"}
