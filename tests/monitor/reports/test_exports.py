"""Exports for other programs: every row, counted by SQL, masked, without authors and addresses, in three formats."""

# ruff: noqa: S608  the queries are put together from the constants of this file

import csv
import io
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.collectors.files.row_files import ROW_FORMATS
from monitor.errors import NotReady, ReportFailed
from monitor.files import FILE_MODE
from monitor.reports.exports import SCHEMA, TABLES, export
from storage.database import Database
from storage.figures.report_counts import Period
from storage.models import AuditEvent, Flag, Post
from storage.posts import posts
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, add_user, decide, make_post
from tests.monitor.reports.many_posts import fill_many
from tests.monitor.reports.sample_week import AFTER, AUTHOR_KEY, SUNDAY, THURSDAY, WEEK
from tests.monitor.reports.test_report_numbers import OF_WEEK, sql

COUNTS = {
    "posts": f"SELECT count(*) FROM posts p WHERE {OF_WEEK}",
    "flags": f"SELECT count(*) FROM flags f JOIN posts p ON p.id = f.post_id WHERE {OF_WEEK}",
    "decisions": "SELECT count(*) FROM reviews WHERE decided_at >= :start AND decided_at < :end",
    "matters": "SELECT count(*) FROM matters WHERE counts_at >= :start AND counts_at < :end",
    "sources": "SELECT count(*) FROM sources WHERE created_at < :end",
}


def written(
    database: Database,
    table: str,
    folder: Path,
    period: Period | None = WEEK.span,
    formats: tuple[str, ...] = ("jsonl",),
) -> dict[str, Path]:
    files = {name: folder / f"{table}.{name}" for name in formats}
    export(database, FakeClock(AFTER), table, files, period)
    return files


def rows(database: Database, table: str, folder: Path, period: Period | None = WEEK.span) -> list[dict[str, Any]]:
    lines = written(database, table, folder, period)["jsonl"].read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(params=[("csv", "jsonl"), pytest.param(ROW_FORMATS, marks=pytest.mark.gate)], ids=["small", "all"])
def formats(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Give the formats to write; Parquet's library is installed for `make gate` alone."""
    chosen: tuple[str, ...] = request.param
    return chosen


def read_parquet(source: Any) -> Any:
    return pytest.importorskip("pyarrow.parquet").read_table(source)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make an empty folder; the database lies beside it."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def many(database: Database) -> Database:
    """Give a database of many posts: SQLite and PostgreSQL."""
    with database.changes() as session:
        fill_many(session, flags=300)
        for flag in session.query(Flag).filter_by(label="negative").limit(7):
            decide(session, flag, "no", now=THURSDAY)
    return database


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_a_period_is_there_once_in_the_order_of_numbers(table: str, many: Database, folder: Path) -> None:
    numbers = [row["id"] for row in rows(many, table, folder)]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == sql(many, COUNTS[table]) > 0


@pytest.mark.parametrize("table", TABLES)
def test_without_a_period_everything_is_there(table: str, many: Database, folder: Path) -> None:
    name = {"decisions": "reviews"}.get(table, table)
    assert len(rows(many, table, folder, None)) == sql(many, f"SELECT count(*) FROM {name}")


def test_sources_carry_the_number_of_their_posts(many: Database, folder: Path) -> None:
    assert sum(row["posts"] for row in rows(many, "sources", folder)) == sql(many, COUNTS["posts"])


@pytest.mark.parametrize("table", TABLES)
def test_all_formats_hold_the_same_rows_and_name_the_schema(
    table: str, full_week: Database, folder: Path, formats: tuple[str, ...]
) -> None:
    files = written(full_week, table, folder, None, formats)
    lines = [json.loads(line) for line in files["jsonl"].read_text(encoding="utf-8").splitlines()]
    assert {row["schema"] for row in lines} == {SCHEMA}
    content = files["csv"].read_bytes().decode("utf-8")
    assert content.startswith("\ufeff")
    cells = csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
    assert [{name: cell.removeprefix("'") for name, cell in row.items()} for row in cells] == [
        {name: _cell(value) for name, value in row.items()} for row in lines
    ]
    if "parquet" in formats:
        parquet = read_parquet(files["parquet"])
        assert parquet.schema.metadata[b"schema"].decode() == SCHEMA
        assert [
            {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
            for row in parquet.to_pylist()
        ] == lines


def _cell(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_two_runs_give_the_same_bytes(full_week: Database, folder: Path, formats: tuple[str, ...]) -> None:
    first = {name: path.read_bytes() for name, path in written(full_week, "posts", folder, None, formats).items()}
    again = written(full_week, "posts", folder, None, formats)
    assert {name: path.read_bytes() for name, path in again.items()} == first


def test_times_carry_the_offset_of_viet_nam(full_week: Database, folder: Path) -> None:
    first = next(row for row in rows(full_week, "posts", folder) if "lương" in row["text"])
    assert (first["published_at"], first["collected_at"]) == ("2026-11-16T00:00:00+07:00", "2026-11-16T01:00:00+07:00")


def test_no_author_no_address_and_no_name_stands_in_any_file(
    full_week: Database, folder: Path, formats: tuple[str, ...]
) -> None:
    with full_week.changes() as session:
        lan = add_user(session, "lan-reviewer")
        source = add_source(session, "Trang của Nguyễn Văn Ba", address="https://www.facebook.com/nguyen.van.ba.12")
        named = add_post(
            session, source, "https://x.example.vn/@nguyenvanba/7", text="Gặp chị Lò Thị Pâng", title="0912345678"
        )
        named.context, named.engagement = "Bài của anh Vàng A Páo", {"likes": 3, "by": "Nguyễn Văn Ba"}
        flag = add_flag(session, named, "concern")
        decide(session, flag, by=lan, note="hỏi chị Lò Thị Pâng", now=THURSDAY, topic="wages")
    found = ""
    for table in TABLES:
        files = written(full_week, table, folder, None, formats)
        found += files["csv"].read_text(encoding="utf-8") + files["jsonl"].read_text(encoding="utf-8")
        found += str(read_parquet(files["parquet"]).to_pylist()) if "parquet" in formats else ""
    for secret in (AUTHOR_KEY, "lan-reviewer", "Văn Ba", "nguyen.van.ba", "Thị Pâng", "Páo", "0912345678", "@rutgap"):
        assert secret not in found
    assert "https://forum.example.vn/feed" in found
    assert "https://forum.example.vn/wages" not in found
    assert '{\\"likes\\": 3}' in found


def test_an_edited_post_is_given_in_its_newest_version(sqlite_database: Database, folder: Path) -> None:
    with sqlite_database.changes() as session:
        source = add_source(session)
        add_post(session, source, "1", text="Nghe nói mai đóng cửa", collected_at=THURSDAY)
        posts.record(session, source.id, [make_post("1", text="Đã cải chính: không đóng cửa", collected_at=SUNDAY)])
    (row,) = rows(sqlite_database, "posts", folder)
    assert (row["text"], row["revision"]) == ("Đã cải chính: không đóng cửa", 1)


def test_of_a_post_that_its_platform_deleted_no_word_goes_out(full_week: Database, folder: Path) -> None:
    with full_week.changes() as session:
        session.query(Post).filter_by(external_id="plain").one().deleted_at = SUNDAY
    gone = next(row for row in rows(full_week, "posts", folder) if row["deleted_at"])
    assert (gone["title"], gone["text"], gone["context"]) == (None, None, None)


@pytest.mark.parametrize("beginning", ["=HYPERLINK(1)", "+cmd|x", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_no_text_begins_like_a_formula_in_csv(beginning: str, sqlite_database: Database, folder: Path) -> None:
    with sqlite_database.changes() as session:
        add_post(session, add_source(session), text=beginning, collected_at=THURSDAY)
    content = written(sqlite_database, "posts", folder, formats=("csv",))["csv"].read_bytes().decode()
    (row,) = csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
    assert row["text"] in (f"'{beginning}", "[tài khoản](A1)")  # what begins with @ is a handle


def test_whoever_exports_stands_in_the_audit_trail(full_week: Database, folder: Path) -> None:
    written(full_week, "flags", folder)
    with full_week.work() as session:
        (event,) = session.query(AuditEvent).filter_by(action="export")
        assert (event.subject, event.detail["rows"], event.detail["formats"]) == ("flags", 5, ["jsonl"])


def test_a_file_that_cannot_be_written_leaves_nothing_half(full_week: Database, folder: Path) -> None:
    (folder / "posts.jsonl").mkdir()
    with pytest.raises(ReportFailed, match="cannot write"):
        written(full_week, "posts", folder)
    assert [path.name for path in folder.iterdir()] == ["posts.jsonl"]


def test_a_break_in_the_middle_keeps_the_file_that_was_there(full_week: Database, folder: Path) -> None:
    path = written(full_week, "posts", folder)["jsonl"]
    before = path.read_bytes()

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(full_week, FakeClock(AFTER), "posts", {"jsonl": path}, None, stop)
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == FILE_MODE


def test_without_the_extra_parquet_is_refused_in_one_line(
    full_week: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NotReady, match="install the `parquet` extra"):
        written(full_week, "posts", folder, formats=("parquet",))
    assert list(folder.iterdir()) == []


def test_a_period_ends_before_its_last_midnight(full_week: Database, folder: Path) -> None:
    span = Period(WEEK.span.start, WEEK.span.start + timedelta(microseconds=1))
    assert [row["id"] for row in rows(full_week, "posts", folder, span)] == [1, 8]
