"""One question has one figure: paper, annex, workbook, page, files of rows, desk and API answer as SQL does."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import docx
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from classifiers.labels import LABEL_NAMES, label_named
from monitor.desk.api.app import create_api
from monitor.desk.api.keys import make_key
from monitor.desk.web.passwords import hash_password
from monitor.outbox.issue import ReportOffice, Wish
from monitor.privacy.masks.mask import mask_personal
from monitor.settings.settings import Settings
from storage.accounts import users
from storage.database import Database
from storage.models import Cluster
from storage.search import search
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, decide, draft_of
from tests.monitor.desk.api.client import Program
from tests.monitor.desk.browser import PASSWORD, Browser
from tests.monitor.desk.made_desk import make_desk
from tests.monitor.reports.sample_week import AFTER, MONDAY, THURSDAY, WEEK
from tests.monitor.reports.test_report_numbers import FIRST_POSTS, FLAGGED, JOINED, OF_WEEK, TOLD, sql

pytestmark = pytest.mark.gate
Figures = Mapping[str, int]
SHORT = {label_named(name).short.of("vi"): name for name in LABEL_NAMES}
LONG = {label_named(name).title.of("vi"): name for name in LABEL_NAMES}
COUNTED = {
    "posts": r"Hệ thống đọc ([\d.]+) bài công khai",
    "grievances": r"([\d.]+) vụ việc bức xúc của người lao động",
    "in grievances": r"vụ việc bức xúc của người lao động, nêu trong ([\d.]+) bài",
    "rumours": r"([\d.]+) tin chưa kiểm chứng, xuất hiện",
    "in rumours": r"tin chưa kiểm chứng, xuất hiện trong ([\d.]+) bài",
    "negative": r"([\d.]+) bài thiếu chuẩn mực ứng xử",
    "confirmed": r"cán bộ đã xếp loại ([\d.]+), loại bỏ",
    "rejected": r"loại bỏ ([\d.]+),",
    "waiting": r"còn ([\d.]+) chưa kết luận",
}


class Drawn(NamedTuple):
    """A post of the weeks: where, how many hours after Monday, and its flag with what people made of it."""

    source: int
    hours: int
    label: str
    state: str
    copies: int


POSTS = st.lists(
    st.builds(
        Drawn,
        st.integers(0, 3),
        st.integers(-200, 190),
        st.sampled_from((*LABEL_NAMES, "")),
        st.sampled_from(("confirmed", "confirmed", "rejected", "open", "unsure")),
        st.integers(0, 3),
    ),
    max_size=40,
)


DECISIONS = {
    "concern": {"confirmed": "yes", "rejected": "no", "unsure": "unsure"},
    "negative": {"confirmed": "yes", "rejected": "no", "unsure": "unsure"},
    "unverified": {"confirmed": "no_source", "rejected": "not_a_claim", "unsure": "unsure"},
}


def fill(database: Database, drawn: Sequence[Drawn]) -> None:
    """Store the posts, the last source as a reference; posts of one number above 0 are copies."""
    with database.changes() as session:
        begun = MONDAY - timedelta(weeks=3)
        roles = ("monitored", "monitored", "monitored", "reference")
        sources = [add_source(session, f"nguon-{n}", now=begun, role=role) for n, role in enumerate(roles)]
        lan = users.add(session, name="lan", password_hash=hash_password(PASSWORD), role="reviewer", now=begun)
        clusters = [Cluster(created_at=THURSDAY) for _ in range(3)]
        session.add_all(clusters)
        session.flush()
        index = []
        for number, one in enumerate(drawn):
            at = MONDAY + timedelta(hours=one.hours)
            source = sources[one.source]
            post = add_post(session, source, str(number), text=f"Bài {number}", published_at=at, collected_at=at)
            index.append(draft_of(post))
            post.cluster_id = clusters[one.copies - 1].id if one.copies else None
            if one.label and source.role == "monitored":
                flag = add_flag(session, post, one.label)
                if one.state != "open":
                    decide(session, flag, DECISIONS[one.label][one.state], lan, now=THURSDAY)
        search.index(session, index)  # the desk lists what is indexed


def by_sql(database: Database) -> dict[str, int]:
    monitored = f"SELECT count(*) FROM {JOINED} WHERE s.role = 'monitored' AND {OF_WEEK}"  # noqa: S608
    flags = f"SELECT count(*) FROM {FLAGGED}"  # noqa: S608
    found = {
        "posts": sql(database, monitored),
        "waiting": sql(database, f"{flags} AND f.state IN ('open', 'unsure')"),
        "confirmed": sql(database, f"{flags} AND f.state = 'confirmed'"),
        "rejected": sql(database, f"{flags} AND f.state = 'rejected'"),
    }
    for name in ("grievance", "rumour"):
        of_week = f"{FIRST_POSTS} AND m.kind = '{name}'"
        found[f"{name}s"] = sql(database, f"SELECT count(*) FROM {of_week}")  # noqa: S608
        told = f"SELECT count(*) FROM {TOLD} AND mp.matter_id IN (SELECT m.id FROM {of_week})"  # noqa: S608
        found[f"in {name}s"] = sql(database, told)
    of_label = f"{flags} AND f.label = :label AND f.state = 'confirmed'"
    return {**found, **{name: sql(database, of_label, label=name) for name in LABEL_NAMES}}


def in_paper(text: str) -> dict[str, int]:
    """Read the figures of the paper, wherever it stands; what it does not tell of is 0."""
    text = " ".join(text.split())
    found = {name: re.search(pattern, text) for name, pattern in COUNTED.items()}
    return {name: number(match[1]) if match else 0 for name, match in found.items()}


def number(cell: object) -> int:
    text = str(cell).replace(".", "")
    return int(text) if text.isdecimal() else 0


def in_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[dict[str, int]]:
    """Read the figures of a table that holds any, known by its head; a column that says nothing may be left out."""
    lines = [dict(zip(head, row, strict=True)) for row in rows]
    if head[0] == "Chỉ tiêu":
        yield {"posts": number(lines[0].get("Kỳ này", 0))}
    elif "Tổng số gợi ý" in head:
        yield {LONG[line["Nhãn"]]: number(line.get("Đã xác nhận", 0)) for line in lines}
    elif head[0] == "Nhãn" and "Kỳ này" in head:
        yield {LONG[line["Nhãn"]]: number(line.get("Kỳ này", 0)) for line in lines}
        yield {"waiting": sum(number(line.get("Còn chờ", 0)) for line in lines)}
    elif head[0] in ("Chủ đề", "Địa bàn (tên hiện nay)"):
        yield {"grievances": sum(number(line.get("Kỳ này", line.get("Số vụ việc", 0))) for line in lines)}
    elif head[0] in ("Ngày đăng", "Nguồn") and "Tình trạng" not in head:
        monitored = [line for line in lines if line.get("Vai trò") != "Đối chiếu"]
        counted: Counter[str] = Counter()
        for line in monitored:
            counted.update({SHORT[name]: number(cell) for name, cell in line.items() if name in SHORT})
            counted["posts"] += number(line.get("Bài theo dõi", line.get("Bài trong kỳ", 0)))
            counted["waiting"] += number(line.get("Còn chờ", 0))
        yield {name: counted[name] for name in (*LABEL_NAMES, "posts", "waiting")}


def in_document(content: bytes) -> Iterator[dict[str, int]]:
    document = docx.Document(BytesIO(content))
    yield in_paper("\n".join(element.text or "" for element in document.element.body.iter(qn("w:t"))))
    for table in document.tables:
        head, *rows = [[cell.text for cell in row.cells] for row in table.rows]
        yield from in_table(head, rows)


def in_page(content: str) -> Iterator[dict[str, int]]:
    page = BeautifulSoup(content, "lxml")
    yield in_paper(page.get_text())
    for table in page.select("table"):
        rows = [[cell.get_text() for cell in row.select("th, td")] for row in table.select("tbody tr")]
        yield from in_table([cell.get_text() for cell in table.select("thead th")], rows)


def in_workbook(content: bytes) -> Iterator[dict[str, int]]:
    summary, *sheets = load_workbook(BytesIO(content)).worksheets
    yield in_paper("\n".join(str(cell) for row in summary.iter_rows(values_only=True) for cell in row))
    for sheet in sheets:
        _, head, *rows = sheet.iter_rows(values_only=True)
        whole = [row for row in rows if len(head) == 1 or any(cell is not None for cell in row[1:])]
        yield from in_table([str(cell) for cell in head], whole)


def in_rows(content: bytes) -> Iterator[dict[str, int]]:
    counted: Counter[str] = Counter()
    for row in map(json.loads, content.decode().splitlines()):
        if row["table"] == "labels":
            counted.update({row["label"]: row["confirmed"], "waiting": row["waiting"]})
        counted["grievances"] += row["table"] == "grievances"
        if row["table"] == "posts" and row["measure"] == "monitored":
            counted["posts"] = row["this_period"]
    yield {name: counted[name] for name in (*LABEL_NAMES, "waiting", "grievances", "posts")}


def at_desk(person: Browser) -> Iterator[dict[str, int]]:
    """Read the paper at the desk, and follow its figures to the posts behind them."""
    page = person.page(f"/reports/{WEEK}/draft")
    yield in_paper(page.get_text())
    for link in page.select('a[href*="state=confirmed"]'):
        label = re.search(r"label=(\w+)", str(link["href"]))
        listed = person.page(str(link["href"])).select_one('p[role="status"] strong')
        yield {label[1]: number(listed.get_text().split()[0])}


def in_api(program: Program) -> dict[str, int]:
    found = program.data(f"/summaries/{WEEK}")["figures"]
    return {
        "posts": found["posts"]["monitored"],
        "grievances": sum(found["topics"].values()),
        "waiting": sum(states["open"] + states["unsure"] for states in found["labels"].values()),
        **{name: states["confirmed"] for name, states in found["labels"].items()},
    }


@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=POSTS)
def test_every_place_answers_one_question_with_the_figure_of_sql(sqlite_template: Path, drawn: list[Drawn]) -> None:
    with TemporaryDirectory() as name, Database(f"sqlite:///{shutil.copy(sqlite_template, name)}") as database:
        fill(database, drawn)
        clock, home = FakeClock(AFTER), Settings(home=Path(name))
        office = ReportOffice(database, home, clock)
        page, document, workbook, rows, _ = office.issue(
            Wish(period=WEEK, formats=("html", "docx", "xlsx", "jsonl"), language="vi")
        )
        with database.changes() as session:
            ends = clock.now() + timedelta(days=1)
            key, _ = make_key(session, "sổ", ["figures:read"], user="", now=clock.now(), expires_at=ends)
        app = make_desk(database, clock, home, api=create_api(database, clock, mask=mask_personal))
        person = Browser(app)
        person.sign_in()
        answers = {
            "document": list(in_document(document.read_bytes())),
            "page": list(in_page(page.read_text(encoding="utf-8"))),
            "workbook": list(in_workbook(workbook.read_bytes())),
            "rows": list(in_rows(rows.read_bytes())),
            "desk": list(at_desk(person)),
            "API": [in_api(Program(app, key))],
        }
        expected = by_sql(database)
        wrong = [
            (place, name, figure, expected[name])
            for place, found in answers.items()
            for one in found
            for name, figure in one.items()
            if figure != expected[name]
        ]
    assert wrong == []
    assert len(answers["document"]) >= 4, "paper and tables were read"
