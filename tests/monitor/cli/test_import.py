"""`kiemtin import`: the mapping is shown, every record is accounted for, a dry run keeps nothing."""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.models import Base
from tests.monitor.cli.command import Command

ROWS = (
    "Mã,Nội dung,Ngày,Người đăng\n"
    '1,"Lương tháng này lại chậm, ai cũng lo",16/11/2026 08:00,Tài khoản A\n'
    "2,Nhà trọ tăng giá,15/11/2026,Tài khoản B\n"
    "3,,15/11/2026,Tài khoản C\n"
    "2,Nhà trọ tăng giá,15/11/2026,Tài khoản B\n"
)
MAP = ["--map", "text=Nội dung", "--map", "external_id=Mã"]


@pytest.fixture
def comments(tmp_path: Path) -> Path:
    path = tmp_path / "comments.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def counts(data: Mapping[str, Any]) -> dict[str, int]:
    return {key: data[key] for key in ("new", "changed", "known", "repeated", "refused")}


def total_rows(home: Path) -> int:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        counts = (session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables)
        return sum(count or 0 for count in counts)


def test_the_account_as_json_has_exactly_these_keys(kiemtin: Command, home: Path, comments: Path) -> None:
    data = kiemtin.well("import", str(comments), *MAP, "--json").data
    assert set(data) == {
        "source", "file", "sha256", "format", "encoding", "mapping", "notes", "dry_run",
        "records", "new", "changed", "known", "repeated", "refused", "undated", "reasons", "refusals", "refused_file",
        "dates",
    }  # fmt: skip
    assert (data["source"], data["records"], data["dry_run"]) == ("comments", 4, False)
    assert counts(data) == {"new": 2, "changed": 0, "known": 0, "repeated": 1, "refused": 1}
    assert (data["reasons"], data["refusals"]) == ({"no text": 1}, [{"line": 4, "reason": "no text"}])
    assert data["mapping"]["text"] == "Nội dung"


def test_the_order_of_day_and_month_is_asked_for_once_a_source(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("id,text,date\n1,Chưa nhận lương,05/11/2026\n2,Nóng quá,\n")
    second.write_text("id,text,date\n3,Có rồi,06/11/2026\n")
    asked = kiemtin("import", str(first), "--source", "comments")
    assert (asked.status, "add --dates day-first or --dates month-first" in asked.complaint) == (1, True)
    told = kiemtin.well("import", str(first), "--source", "comments", "--dates", "day-first").out
    assert "day and month in its dates: day-first" in told
    assert "1 row has no date that could be read" in told
    assert kiemtin.well("import", str(second), "--source", "comments", "--json").data["dates"] == "day-first"
    assert "choose day-first or month-first" in kiemtin("import", str(first), "--dates", "ngày").complaint


def test_importing_again_adds_nothing(kiemtin: Command, home: Path, comments: Path) -> None:
    kiemtin.well("import", str(comments), *MAP)
    again = kiemtin.well("import", str(comments), *MAP, "--json").data
    assert counts(again) == {"new": 0, "changed": 0, "known": 2, "repeated": 1, "refused": 1}


def test_a_dry_run_shows_the_mapping_and_samples_and_keeps_nothing(
    kiemtin: Command, home: Path, comments: Path
) -> None:
    before = total_rows(home)
    answer = kiemtin.well("import", str(comments), *MAP, "--dry-run")
    assert "text ← Nội dung" in answer.out
    assert "Would import" in answer.out
    for shown in ("16/11/2026 08:00", "Nhà trọ tăng giá", "refused: no text"):
        assert shown in answer.out
    assert "Tài khoản" not in answer.out
    assert not comments.with_name("comments.csv.refused.csv").exists()
    assert total_rows(home) == before
    assert kiemtin.well("import", str(comments), *MAP, "--dry-run", "--json").data["dry_run"] is True
    assert total_rows(home) == before


def test_the_words_tell_what_was_refused_and_where(kiemtin: Command, home: Path, comments: Path) -> None:
    out = kiemtin.well("import", str(comments), *MAP, "--source", "facebook").out
    assert "source facebook: 2 new, 0 changed, 0 known, 1 repeated, 1 refused, 4 rows in all." in out
    assert "line 4: no text" in out


def test_a_broken_line_in_the_middle_costs_only_itself(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    lines = [f"{n},Bài số {n},15/11/2026" for n in range(50)]
    lines[25] = '25,"Bài số 25 không đóng ngoặc,15/11/2026'
    path.write_text("\n".join(["id,text,date", *lines]) + "\n", encoding="utf-8")
    data = kiemtin.well("import", str(path), "--json").data
    assert data["refused"] >= 1
    assert data["new"] >= 49 - 1
    assert data["records"] == sum(counts(data).values())
    assert data["refusals"][0]["line"] == 27


@pytest.mark.parametrize(
    ("mapping", "said"),
    [("text=Nothing", "Nothing"), ("nonsense=Mã", "nonsense"), ("text", "FIELD=COLUMN")],
)
def test_a_wrong_mapping_is_told(mapping: str, said: str, kiemtin: Command, home: Path, comments: Path) -> None:
    answer = kiemtin("import", str(comments), "--map", mapping)
    assert said in answer.complaint
    assert kiemtin.well("sources", "list", "--json").data == []


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("missing.csv", None, "missing.csv"),
        ("empty.csv", b"", "empty.csv"),
        ("image.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "image.csv"),
        ("head.csv", b"id,text\n", "no record could be imported"),
        ("blank.jsonl", b'{"text": ""}\n{"text": " "}\n', "no record could be imported: no text"),
        ("cut.csv.gz", gzip.compress(ROWS.encode() * 500)[:40], "cut.csv.gz"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_file_that_cannot_be_imported_is_one_line(
    name: str, body: bytes | None, said: str, kiemtin: Command, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / name
    if body is not None:
        path.write_bytes(body)
    answer = kiemtin("import", str(path))
    assert answer.status == 1
    assert said in answer.complaint
    assert "Imported" not in answer.out


def test_the_same_posts_gzipped_are_the_same_posts(kiemtin: Command, home: Path, comments: Path) -> None:
    kiemtin.well("import", str(comments), *MAP)
    packed = comments.with_name("comments.csv.gz")
    packed.write_bytes(gzip.compress(comments.read_bytes()))
    data = kiemtin.well("import", str(packed), *MAP, "--json").data
    assert (data["source"], data["new"], data["known"], data["repeated"]) == ("comments", 0, 2, 1)


def test_a_place_that_is_read_is_not_replaced_by_a_file(kiemtin: Command, home: Path, comments: Path) -> None:
    kiemtin.well("sources", "add", "comments", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    answer = kiemtin("import", str(comments), *MAP)
    assert (answer.status, "--source" in answer.complaint) == (2, True)
    (found,) = kiemtin.well("sources", "list", "--json").data
    assert (found["kind"], found["posts"]) == ("feed", 0)


def test_refused_records_are_written_beside_the_file_and_told(kiemtin: Command, home: Path, comments: Path) -> None:
    beside = comments.with_name("comments.csv.refused.csv")
    answer = kiemtin.well("import", str(comments), *MAP)
    assert f"all refused records are in {beside}" in answer.out
    assert beside.read_text(encoding="utf-8-sig").splitlines()[1] == '4,no text,"3,,15/11/2026,Tài khoản C"'
    assert kiemtin.well("import", str(comments), *MAP, "--json").data["refused_file"] == str(beside)


@pytest.mark.parametrize(
    ("rows", "options"), [(ROWS, ["--no-refused-file"]), (ROWS, ["--dry-run"]), ("Mã,Nội dung\n1,Nhà trọ\n", [])]
)
def test_no_file_is_written_where_none_is_wanted_or_needed(
    rows: str, options: list[str], kiemtin: Command, home: Path, comments: Path
) -> None:
    comments.write_text(rows, encoding="utf-8")
    data = kiemtin.well("import", str(comments), *MAP, *options, "--json").data
    assert data["refused_file"] is None
    assert [path.name for path in comments.parent.glob("*.csv*")] == ["comments.csv"]


def test_a_known_format_is_recognised_or_asked_for(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "bang.csv"
    path.write_text(
        "id,thread_id,author,body,timestamp\n1,1,ai,Tin đồn cắt điện,2026-11-14 01:00:00\n", encoding="utf-8"
    )
    out = kiemtin.well("import", str(path), "--dry-run").out
    assert "bang.csv: fourcat, utf-8, separated by ','" in out
    assert "14/11/2026 08:00" in out
    assert kiemtin.well("import", str(path), "--format", "csv", "--json").data["format"] == "csv"
    answer = kiemtin("import", str(path), "--format", "excel")
    assert (answer.status, "use one of crowdtangle, csv" in answer.complaint) == (2, True)
    answer = kiemtin("import", str(path), "--format", "telegram_export")
    assert (answer.status, "bang.csv: it is no export of Telegram" in answer.complaint) == (1, True)
