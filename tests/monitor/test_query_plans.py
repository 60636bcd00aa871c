"""No statement that desk, pipeline or reports really issue reads all posts, scores or flags.

The statements are recorded while the desk's pages are opened and the pipeline runs, and the database then explains
each. What counts whole tables is named below, with the index that it counts by.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import event, text

from monitor.app.application import Application
from monitor.crawl.recheck import GIVE_UP_AFTER, RECHECK_AFTER
from monitor.operations.clock_check import confirm_clock
from monitor.operations.retain import retain
from monitor.reports.periods import Unit, period_of
from monitor.scoring.workers import cached_model
from monitor.settings.settings import Settings
from storage.database import Database
from storage.posts import posts, rechecks
from tests.browser.world import PASSWORD, REVIEWER, build_world
from tests.clock import FakeClock
from tests.factories import add_source, make_post
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.desk.walking import pages

LARGE: Final = ("posts", "scores", "flags")
COUNTS: Final[Mapping[str, str]] = {
    "flags.state, count(*) AS count_1 FROM flags WHERE flags.origin =": "how many flags there are",
    "flags.state, CASE WHEN (CASE WHEN (posts.published_at <= posts.collected_at) THEN posts.published_at ELSE "
    "posts.collected_at END < %(param_1)s": "the flags of 28 days, which PostgreSQL joins with all where these are few",
    "coalesce(sum(CASE WHEN (flags.state": "how often the machine is right, of all flags",
    "FROM flags WHERE flags.sampling IS NOT NULL AND": "how many flags were drawn for teaching",
    "FROM posts GROUP BY posts.source_id": "how many posts each source has, by ix_posts_source_id_collected_at",
    "WHERE NOT (EXISTS (SELECT * FROM scores": "what score --all goes through: all posts, page by page",
    "length(posts.text) AS characters": "all open flags, whose worth is computed anew after a scoring",
}
PARTIAL: Final = re.compile(r"INDEX ix_(posts_unscored|posts_not_indexed)\b")
"""Indexes of those rows alone that wait for something."""
SEARCHES: Final = ("q=lương", "q=lương&label=concern&state=open", "source=dien-dan", "q=%22ngân+hàng%22+-tiền")


@dataclass
class Recorder:
    """Statements with the values of one call, and where they came from."""

    step: str = ""
    found: dict[str, tuple[Any, str]] = field(default_factory=dict)

    def note(self, _connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)\b", statement):
            self.found.setdefault(statement, (values[0] if many and isinstance(values, list) else values, self.step))


@contextmanager
def recording(database: Database) -> Iterator[Recorder]:
    recorder = Recorder()
    event.listen(database.engine, "before_cursor_execute", recorder.note)
    try:
        yield recorder
    finally:
        event.remove(database.engine, "before_cursor_execute", recorder.note)


def open_every_page(database: Database, clock: FakeClock, folder: Path, recorder: Recorder) -> None:
    world = build_world(database, clock, folder)
    recorder.found.clear()  # how the world was built is no matter
    desk = make_desk(database, clock, Settings(home=folder))
    person = Browser(desk)
    assert person.sign_in(REVIEWER, PASSWORD).status_code == 303
    numbers = {"flag_id": world.flag_ids[0], "post_id": world.post_id}
    paths = [
        re.sub(r"\{(\w+)[^}]*\}", lambda name: str(numbers.get(name[1], 1)), route.path)
        for route in pages(desk)
        if "GET" in (route.methods or ())
    ]
    for path in [*paths, "/queue?label=concern", "/queue?state=confirmed", *(f"/search?{each}" for each in SEARCHES)]:
        recorder.step = path
        assert person.get(path).status_code < 500


def run_the_pipeline(database: Database, clock: FakeClock, home: Path, recorder: Recorder) -> None:
    app = Application(Settings(home=home, model="small", database_url=database.url.render_as_string(False)), clock)
    recorder.step = "collect"
    with database.changes() as session:
        source = add_source(session, "bản tin")
        drafts = [make_post(str(number), "Nghe nói mai ngân hàng đóng cửa, rút tiền gấp") for number in range(3)]
        for _ in range(2):  # the second time they are known
            posts.record(session, source.id, drafts, any_version=True)
        posts.tombstone(session, source.id, ["2"], clock.now())
        posts.watched_ids(session, source.id, clock.now() - timedelta(days=3), 10)
    with app:
        recorder.step = "score and match"
        app.score_waiting(lambda *_: None)
        recorder.step = "recheck"
        with database.work() as session:
            rechecks.plan(session, RECHECK_AFTER[0], clock.now() - GIVE_UP_AFTER)
            rechecks.due(session, clock.now(), 100)
        recorder.step = "retention"
        clock.advance(timedelta(days=190))
        confirm_clock(database, clock)
        retain(database, clock, app.captures)
        recorder.step = "report"
        app.reports.figures(period_of(Unit.WEEK, (clock.now() - timedelta(days=195)).date()))


def scans_on_sqlite(database: Database, recorder: Recorder) -> Iterator[str]:
    large = re.compile(rf"SCAN ({'|'.join(LARGE)})(_\d+)?\b")
    with database.engine.connect() as connection:
        for statement, (values, step) in recorder.found.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            for *_, line in plan:
                if large.match(line) and not PARTIAL.search(line) and not is_count(statement):
                    yield f"{step}: {line}: {' '.join(statement.split())}"


def scans_on_postgresql(database: Database, recorder: Recorder) -> Iterator[str]:
    with database.engine.connect() as connection:
        for statement, (values, step) in recorder.found.items():
            (plan,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).one()
            for node in nodes(plan[0]["Plan"]):
                if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE and not is_count(statement):
                    yield f"{step}: {node['Relation Name']}: {' '.join(statement.split())}"


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def is_count(statement: str) -> bool:
    return any(part in " ".join(statement.split()) for part in COUNTS)


@pytest.fixture
def home(small_model: Path, tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "home" / "models").mkdir(parents=True)
    (tmp_path / "home" / "models" / "small").symlink_to(small_model)
    yield tmp_path / "home"
    cached_model.cache_clear()


@pytest.mark.gate
def test_no_statement_reads_a_large_table_whole_on_sqlite(
    sqlite_database: Database, clock: FakeClock, home: Path
) -> None:
    """SQLite plans by the indexes alone, so that few rows show what it does with many."""
    with recording(sqlite_database) as recorder:
        open_every_page(sqlite_database, clock, home, recorder)
        run_the_pipeline(sqlite_database, clock, home, recorder)
    assert len(recorder.found) > 100
    found = sorted(scans_on_sqlite(sqlite_database, recorder))
    assert not found, "\n".join(found)


@pytest.mark.gate
def test_a_full_scan_would_be_found(sqlite_database: Database) -> None:
    with recording(sqlite_database) as recorder, sqlite_database.work() as session:
        recorder.step = "here"
        session.execute(text("SELECT id FROM posts WHERE title = 'x'"))
    (found,) = scans_on_sqlite(sqlite_database, recorder)
    assert found == "here: SCAN posts: SELECT id FROM posts WHERE title = 'x'"


@pytest.mark.long
def test_nor_does_postgresql_with_a_hundred_thousand_rows(
    postgres_database: Database, clock: FakeClock, home: Path
) -> None:
    with recording(postgres_database) as recorder:
        open_every_page(postgres_database, clock, home, recorder)
        run_the_pipeline(postgres_database, clock, home, recorder)
    add_many(postgres_database)
    found = sorted(scans_on_postgresql(postgres_database, recorder))
    assert not found, "\n".join(found)


def add_many(database: Database) -> None:
    """Add posts of a year with scores, and a flag for each tenth, by the database itself."""
    statements = Path(__file__).with_name("many_rows.sql").read_text(encoding="utf-8")
    with database.engine.begin() as connection:
        for statement in statements.strip().split(";\n"):
            connection.execute(text(statement))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
