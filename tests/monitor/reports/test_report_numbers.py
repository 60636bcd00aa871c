"""Every number of every format equals a count that plain SQL makes on the same database."""

# ruff: noqa: S608  the queries are put together from the constants of this file

import csv
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import docx
import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import text

from monitor.reports.blocks import AMOUNTS, Table, shown
from monitor.reports.document import build_document
from monitor.reports.docx import render_docx
from monitor.reports.figures import ReportFigures
from monitor.reports.html import render_html
from monitor.reports.rows import render_rows
from monitor.reports.wording import load_wording
from monitor.reports.xlsx import TABLES, render_xlsx
from monitor.settings.reports import ReportSettings
from storage.database import Database
from tests.monitor.reports.many_posts import fill_many
from tests.monitor.reports.sample_week import WEEK, gathered
from tests.postgres import TEMPLATE, PostgresServer

VIETNAMESE = load_wording("vi")
# Of a post: the time by which it counts, written apart from the program.
DATED = "CASE WHEN p.published_at <= p.collected_at THEN p.published_at ELSE p.collected_at END"
OF_WEEK = f"{DATED} >= :start AND {DATED} < :end"
JOINED = "posts p JOIN sources s ON s.id = p.source_id"
FLAGGED = f"flags f JOIN posts p ON p.id = f.post_id WHERE {OF_WEEK}"
# Posts that belong to a matter of any period, and of matters the first one: by it a matter belongs to its period.
TOLD = f"matter_posts mp JOIN posts p ON p.id = mp.post_id WHERE mp.removed_by IS NULL AND {OF_WEEK}"
FIRST_POSTS = f"""matters m JOIN matter_posts mp ON mp.matter_id = m.id JOIN posts p ON p.id = mp.post_id
    WHERE mp.removed_by IS NULL AND mp.role = 'first' AND m.state NOT IN ('withdrawn', 'merged') AND {OF_WEEK}"""


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Give a database of many posts, filled once: SQLite and PostgreSQL."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = tmp_path_factory.mktemp("many") / "kiemtin.db"
            url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), path)}"
        else:
            server: PostgresServer = request.getfixturevalue("migrated_postgres")
            url = stack.enter_context(server.new_database(TEMPLATE))
        database = stack.enter_context(Database(url))
        with database.changes() as session:
            fill_many(session, flags=900)
        yield database


@pytest.fixture(scope="module")
def counted(many: Database) -> ReportFigures:
    return gathered(many)


def moments_of(database: Database, **values: Any) -> dict[str, Any]:
    """Give the ends of the week and other values as the database takes them."""
    moments = {"start": WEEK.span.start, "end": WEEK.span.end, **values}
    if not database.is_sqlite:
        return moments
    return {
        name: f"{value:%Y-%m-%d %H:%M:%S.%f}" if hasattr(value, "strftime") else value
        for name, value in moments.items()
    }


def sql(database: Database, query: str, **values: Any) -> Any:
    """Run a query and give its first cell."""
    moments = moments_of(database, **values)
    used = {name: value for name, value in moments.items() if f":{name}" in query}
    with database.engine.connect() as connection:
        return connection.execute(text(query), used).scalar()


def rows_of(figures: ReportFigures, table: str) -> Iterator[dict[str, Any]]:
    for line in render_rows("jsonl", figures, VIETNAMESE).decode().splitlines():
        row = json.loads(line)
        if row["table"] == table:
            yield row


def test_posts_are_counted_as_sql_counts_them(many: Database, counted: ReportFigures) -> None:
    found = {row["measure"]: row["this_period"] for row in rows_of(counted, "posts")}
    queries = {
        "monitored": f"SELECT count(*) FROM {JOINED} WHERE s.role = 'monitored' AND {OF_WEEK}",
        "reference": f"SELECT count(*) FROM {JOINED} WHERE s.role = 'reference' AND {OF_WEEK}",
        "found_later": f"""SELECT count(*) FROM {JOINED} WHERE s.role = 'monitored' AND {OF_WEEK}
            AND p.collected_at >= :end""",
        "older": f"""SELECT count(*) FROM {JOINED} WHERE s.role = 'monitored' AND p.collected_at >= :start
            AND p.collected_at < :end AND p.published_at < :start""",
        "flagged": f"SELECT count(DISTINCT f.post_id) FROM {FLAGGED}",
    }
    expected = {name: sql(many, query) for name, query in queries.items()}
    assert {name: found[name] for name in queries} == expected
    assert all(expected[name] for name in ("monitored", "found_later", "older", "flagged"))


def test_flags_are_counted_as_sql_counts_them(many: Database, counted: ReportFigures) -> None:
    for row in rows_of(counted, "review"):
        for state in ("confirmed", "rejected", "open", "unsure"):
            query = f"SELECT count(*) FROM {FLAGGED} AND f.label = :label AND f.state = :state"
            assert row[state] == sql(many, query, label=row["label"], state=state)
    before = WEEK.previous.span
    for row in rows_of(counted, "labels"):
        query = f"SELECT count(*) FROM {FLAGGED} AND f.label = :label AND f.state = 'confirmed'"
        assert row["confirmed"] == sql(many, query, label=row["label"])
        assert row["previous"] == sql(many, query, label=row["label"], start=before.start, end=before.end)
        four = sql(many, query, label=row["label"], start=before.start - timedelta(weeks=3), end=before.end)
        assert row["mean"] == four / 4


def test_days_and_sources_are_counted_as_sql_counts_them(many: Database, counted: ReportFigures) -> None:
    for number, row in enumerate(rows_of(counted, "parts")):
        day = {"start": WEEK.bounds[number], "end": WEEK.bounds[number + 1]}
        posts = f"SELECT count(*) FROM {JOINED} WHERE s.role = 'monitored' AND {OF_WEEK}"
        confirmed = f"SELECT count(*) FROM {FLAGGED} AND f.label = 'concern' AND f.state = 'confirmed'"
        assert (row["posts"], row["concern"]) == (sql(many, posts, **day), sql(many, confirmed, **day))
    for row in rows_of(counted, "sources"):
        named = {"name": row["source"]}
        posts = f"SELECT count(*) FROM {JOINED} WHERE s.name = :name AND {OF_WEEK}"
        waiting = f"""SELECT count(*) FROM {JOINED} JOIN flags f ON p.id = f.post_id WHERE s.name = :name AND {OF_WEEK}
            AND f.state IN ('open', 'unsure')"""
        assert (row["posts"], row["waiting"]) == (sql(many, posts, **named), sql(many, waiting, **named))


def test_grievances_are_counted_as_sql_counts_them(many: Database, counted: ReportFigures) -> None:
    joined = f"{FIRST_POSTS} AND m.kind = 'grievance'"
    rows = list(rows_of(counted, "topics"))
    assert sum(row["matters"] for row in rows) > 4
    before = WEEK.previous.span
    for row in rows:
        query = f"SELECT count(*) FROM {joined} AND m.topic = :topic"
        assert row["matters"] == sql(many, query, topic=row["topic"])
        assert row["previous"] == sql(many, query, topic=row["topic"], start=before.start, end=before.end)
        four = sql(many, query, topic=row["topic"], start=before.start - timedelta(weeks=3), end=before.end)
        assert (row["mean"], row["low"] <= row["matters"] <= row["high"]) == (four / 4, True)
    listed = list(rows_of(counted, "grievances"))
    assert counted.concerns.matters == sum(row["matters"] for row in rows) == len(listed)
    for row in rows:
        query = f"SELECT count(*) FROM {joined} AND m.topic = :topic AND m.state = :state"
        for state in ("open", "passed", "settled"):
            assert row[state] == sql(many, query, topic=row["topic"], state=state)
    places = list(rows_of(counted, "places"))
    assert sum(row["matters"] for row in places) == sum(row["matters"] for row in rows)
    for row in places:
        assert row["matters"] == sum(grievance["place"] == row["place"] for grievance in listed)
    of_week = f"SELECT mp.matter_id FROM {joined}"
    assert counted.concerns.posts == sql(many, f"SELECT count(*) FROM {TOLD} AND mp.matter_id IN ({of_week})")


def test_rumours_are_counted_as_sql_counts_them(many: Database, counted: ReportFigures) -> None:
    joined = f"{FIRST_POSTS} AND m.kind = 'rumour'"
    assert counted.claims.total == sql(many, f"SELECT count(*) FROM {joined}")
    of_week = f"SELECT mp.matter_id FROM {joined}"
    assert counted.claims.posts == sql(many, f"SELECT count(*) FROM {TOLD} AND mp.matter_id IN ({of_week})")
    reach = f"SELECT count(*) AS n FROM {TOLD} AND mp.matter_id IN ({of_week}) GROUP BY mp.matter_id"
    posts = [claim.reach.posts for claim in counted.claims.listed]
    assert posts[0] == sql(many, f"SELECT max(n) FROM ({reach}) AS reached") > 1
    assert posts == sorted(posts, reverse=True)
    refuted = f"SELECT count(*) FROM {joined} AND m.verdict = 'refuted'"
    assert 0 < counted.claims.tally.to_correct == sql(many, refuted)


def test_reliability_is_counted_as_sql_counts_it(many: Database, counted: ReportFigures) -> None:
    rows = list(rows_of(counted, "reliability"))
    assert sum(row["concluded"] for row in rows) == sql(
        many, f"SELECT count(*) FROM {FLAGGED} AND f.state IN ('confirmed', 'rejected')"
    )
    for row in rows:
        band = "f.label = :label AND f.probability >= :low AND "
        band += "(f.probability < :high OR (:high = 1 AND f.probability = 1))"
        values = {"label": row["label"], "low": row["probability_from"], "high": row["probability_to"]}
        query = f"SELECT count(*) FROM {FLAGGED} AND f.state IN ('confirmed', 'rejected') AND {band}"
        assert row["concluded"] == sql(many, query, **values)
        query = f"SELECT count(*) FROM {FLAGGED} AND f.state = 'confirmed' AND {band}"
        assert row["confirmed"] == sql(many, query, **values)
        assert row["low"] <= row["precision"] == row["confirmed"] / row["concluded"] <= row["high"]
        assert row["probability_from"] <= row["probability"] <= row["probability_to"]
    assert len(rows) > 6


def tables_of(figures: ReportFigures) -> list[Table]:
    return [make(figures, VIETNAMESE) for _, make in TABLES]


def test_the_workbook_holds_the_same_cells(counted: ReportFigures) -> None:
    book = load_workbook(BytesIO(render_xlsx(counted, VIETNAMESE)))
    for sheet, table in zip(book.worksheets[1:], tables_of(counted), strict=True):
        for row, cells in zip(
            sheet.iter_rows(min_row=3, max_row=2 + len(table.rows), values_only=True), table.rows, strict=True
        ):
            amounts = [number for number, column in enumerate(table.columns) if column.cell_type in AMOUNTS]
            assert [row[number] for number in amounts] == pytest.approx([cells[number] for number in amounts])


def test_csv_and_json_lines_hold_the_same_rows(counted: ReportFigures) -> None:
    content = render_rows("csv", counted, VIETNAMESE).decode()
    assert content.startswith("\ufeffschema,period,table,row,column,value\r\n")
    cells = {
        (row["table"], int(row["row"]), row["column"]): row["value"].removeprefix("'")
        for row in csv.DictReader(io.StringIO(content.removeprefix("\ufeff")))
    }
    expected = {}
    for line in render_rows("jsonl", counted, VIETNAMESE).decode().splitlines():
        row = json.loads(line)
        assert (row.pop("schema"), row.pop("period")) == ("kiemtin.report/6", "2026-W47")
        table, number = row.pop("table"), row.pop("row")
        expected |= {(table, number, name): "" if value is None else str(value) for name, value in row.items()}
    assert cells == expected


@pytest.mark.gate
def test_parquet_holds_the_cells_of_csv_and_its_numbers_as_numbers(counted: ReportFigures) -> None:
    content = render_rows("csv", counted, VIETNAMESE).decode().removeprefix("\ufeff")
    cells = [row["value"].removeprefix("'") for row in csv.DictReader(io.StringIO(content))]
    parquet = pytest.importorskip("pyarrow.parquet")
    found = parquet.read_table(BytesIO(render_rows("parquet", counted, VIETNAMESE))).to_pylist()
    assert [row["value"] or "" for row in found] == cells
    assert {row["schema"] for row in found} == {"kiemtin.report/6"}
    numbers = [row["number"] for row in found if row["number"] is not None]
    assert len(numbers) > 100
    assert numbers == [float(row["value"]) for row in found if row["number"] is not None]


def test_document_and_page_show_the_same_cells(counted: ReportFigures) -> None:
    document = build_document(counted, ReportSettings(), VIETNAMESE)
    tables = [block for block in (*document.body, *document.appendix) if isinstance(block, Table)]
    expected = [
        [
            [shown(cell, column.cell_type, VIETNAMESE) for cell, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ]
        for table in tables
    ]
    page = BeautifulSoup(render_html(document), "lxml")
    on_page = [
        [[cell.get_text() for cell in row.select("th, td")] for row in table.select("tbody tr")]
        for table in page.select("table")
    ]
    drawn = docx.Document(BytesIO(render_docx(document))).tables[1:]  # the first is the letterhead
    in_docx = [
        [[cell.text for cell in row.cells] for row in table.rows[1:]] for table in drawn if len(table.columns) > 2
    ]
    assert on_page == expected
    assert in_docx == [rows for rows, table in zip(expected, tables, strict=True) if len(table.columns) > 2]


@pytest.mark.parametrize(
    "render",
    [
        partial(render_rows, "csv"),
        partial(render_rows, "jsonl"),
        pytest.param(partial(render_rows, "parquet"), marks=pytest.mark.gate),
        render_xlsx,
    ],
)
def test_two_runs_give_the_same_bytes(render: Any, many: Database) -> None:
    assert render(gathered(many), VIETNAMESE) == render(gathered(many), VIETNAMESE)


def test_two_runs_give_the_same_page_and_document(many: Database) -> None:
    first, second = (build_document(gathered(many), ReportSettings(), VIETNAMESE) for _ in range(2))
    assert render_html(first) == render_html(second)
    assert render_docx(first) == render_docx(second)
