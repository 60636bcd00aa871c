"""The record of personal data: every source with its basis, every account with what it did, every erasure."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from monitor.errors import ReportFailed
from monitor.operations.processing_record import gather, render, words, write_privacy_record
from storage import audit
from storage.database import Database
from storage.models import Base
from storage.posts.holdings import HELD
from tests.clock import MONDAY_MORNING
from tests.factories import add_post, add_source, add_user

OF_NOBODY = {
    *("clock_state", "host_state", "models", "robots_copies", "thresholds"),
    "focus",  # places, employers and topics: a name that is recognised is refused
    *("sources", "crawl_runs"),  # addresses of sites
    *("evidence", "post_bands", "scores"),
    "invitations",  # hashes and times of an account
    "known_keys",
}
"""Tables without a word of a post, and without what a person wrote or did. A new table is put here or is counted."""
TEXT = "Gọi anh Nguyễn Thử Nghiệm 0912000765"


@pytest.fixture
def record(sqlite_database: Database, tmp_path: Path) -> dict[str, Any]:
    """Gather what is held where two sources were read, two people worked, and one author was erased."""
    captures = tmp_path / "captures"
    captures.mkdir()
    (captures / "one.warc.gz").write_bytes(b"12345")
    with sqlite_database.changes() as session:
        add_source(session, "empty")
        forum = add_source(session, "forum", retention_days=30, legal_basis="Điều khoản của diễn đàn <cho phép>")
        for day, key in ((0, "ab" * 32), (2, None)):
            at = MONDAY_MORNING - timedelta(days=day)
            add_post(session, forum, str(day), text=TEXT, author_key=key, collected_at=at)
        lan = add_user(session, "lan", "reviewer", now=MONDAY_MORNING)
        old = MONDAY_MORNING - timedelta(days=400)
        for at, action, user in (
            (old, "sign_in", lan.id),
            (MONDAY_MORNING, "sign_in", lan.id),
            (MONDAY_MORNING, "decision", lan.id),
            (MONDAY_MORNING + timedelta(hours=1), "decision", lan.id),
            (MONDAY_MORNING, "backup.written", None),
        ):
            audit.record(session, at=at, action=action, subject="x", user_id=user)
        audit.record(session, at=MONDAY_MORNING, action="erasure", subject="mastodon", detail={"posts": 3})
    now = MONDAY_MORNING + timedelta(hours=2)
    folders = {"capture_files": captures, "report_files": tmp_path / "missing"}
    return gather(sqlite_database, folders, now=now, days=365, contact="mailto:hoi@lien-doan.example")


def test_every_source_has_its_basis_and_its_end(record: dict[str, Any]) -> None:
    empty, forum = record["sources"]
    assert (empty["posts"], empty["since"], empty["until"]) == (0, None, None)
    assert (forum["legal_basis"], forum["retention_days"]) == ("Điều khoản của diễn đàn <cho phép>", 30)
    assert (forum["posts"], forum["with_pseudonym"]) == (2, 1)
    assert forum["since"] == MONDAY_MORNING - timedelta(days=2)
    assert forum["until"] == MONDAY_MORNING + timedelta(days=30)


def test_every_account_is_counted_by_what_it_did_in_the_time(record: dict[str, Any]) -> None:
    lan, operator = record["accounts"]
    assert (lan["name"], lan["role"], lan["actions"]) == ("lan", "reviewer", {"sign_in": 1, "decision": 2})
    assert lan["last_at"] == MONDAY_MORNING + timedelta(hours=1)
    assert (operator["name"], operator["actions"]) == (None, {"backup.written": 1, "erasure": 1})


def test_erasures_and_files_are_counted(record: dict[str, Any]) -> None:
    assert [(each["subject"], each["posts"]) for each in record["erasures"]] == [("mastodon", 3)]
    assert {each["kind"]: (each["files"], each["size_bytes"]) for each in record["stored"]} == {
        "capture_files": (1, 5),
        "report_files": (0, 0),
    }
    assert {each["kind"]: each["count"] for each in record["rows"]}["posts"] == 2


def test_every_table_is_counted_or_holds_nobody(record: dict[str, Any]) -> None:
    counted = {table.__tablename__ for table, _ in HELD.values()}
    assert counted.isdisjoint(OF_NOBODY)
    assert counted | OF_NOBODY == set(Base.metadata.tables)
    assert [each["kind"] for each in record["rows"]] == list(HELD)
    assert {*HELD, *(each["kind"] for each in record["stored"])} <= set(words()["kinds"]), "each is described"


def test_exports_and_what_was_unmasked_are_counted(record: dict[str, Any]) -> None:
    use = record["accounts"][0] | {"actions": {"search_export": 41, "report_download": 1, "personal_data.shown": 73}}
    rows = BeautifulSoup(render(record | {"accounts": [use]}), "lxml").select("tr")
    (row,) = (row for row in rows if row.td and row.td.get_text() == "lan")
    assert {"42", "73"} <= {cell.get_text() for cell in row.select("td")}


def test_the_page_is_whole_and_loads_nothing(record: dict[str, Any]) -> None:
    page = BeautifulSoup(render(record), "lxml")
    text = page.get_text(" ", strip=True)
    assert "Điều khoản của diễn đàn <cho phép>" in text
    assert "mailto:hoi@lien-doan.example" in text
    assert "hãy hỏi luật sư" in words()["caution"]
    assert words()["caution"] in text
    assert words()["operator"] in text
    assert all(article["number"] in text for article in words()["articles"])
    assert page.select("script, img, link, iframe, [src], [href]") == []


def test_the_data_is_the_record_and_holds_no_post_and_no_pseudonym(record: dict[str, Any], tmp_path: Path) -> None:
    page, data = write_privacy_record(record, tmp_path / "out")
    for path in (page, data):
        content = path.read_text(encoding="utf-8")
        assert not [secret for secret in ("0912000765", "ab" * 32, "Thử Nghiệm") if secret in content]
    assert (page.suffix, data.suffix) == (".html", ".json")
    read = json.loads(data.read_text(encoding="utf-8"))
    assert (read["schema"], read["made_at"]) == ("kiemtin.privacy.1", record["made_at"].isoformat())
    assert read["sources"][1]["posts"] == 2
    assert {article["number"] for article in read["articles"]} == {article["number"] for article in words()["articles"]}
    assert page.stat().st_mode & 0o077 == 0
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ReportFailed, match="cannot write to"):
        write_privacy_record(record, tmp_path / "file")
