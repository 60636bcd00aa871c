"""`kiemtin import` shows the mapping and accounts for every record; `kiemtin tip` keeps what is reported once."""

import gzip
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from monitor.demo.sites.server import serve
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


def total_rows(kiemtin: Command) -> int:
    with kiemtin.rows() as session:
        counts = (session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables)
        return sum(count or 0 for count in counts)


def test_the_account_as_json_has_exactly_these_keys(kiemtin: Command, comments: Path) -> None:
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
    again = kiemtin.well("import", str(comments), *MAP, "--json").data
    assert counts(again) == {"new": 0, "changed": 0, "known": 2, "repeated": 1, "refused": 1}


def test_the_order_of_day_and_month_is_asked_for_once_a_source(kiemtin: Command, tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("id,text,date\n1,Chưa nhận lương,05/11/2026\n2,Nóng quá,\n")
    second.write_text("id,text,date\n3,Có rồi,06/11/2026\n")
    asked = kiemtin("import", str(first), "--source", "comments")
    assert (asked.status, "add --dates day-first or --dates month-first" in asked.complaint) == (1, True)
    told = kiemtin.well("import", str(first), "--source", "comments", "--dates", "day-first").out
    assert "day and month in its dates: day-first" in told
    assert "rows without a date that could be read: 1" in told
    assert kiemtin.well("import", str(second), "--source", "comments", "--json").data["dates"] == "day-first"
    assert "choose day-first or month-first" in kiemtin("import", str(first), "--dates", "ngày").complaint


def test_a_dry_run_shows_the_mapping_and_samples_and_keeps_nothing(kiemtin: Command, comments: Path) -> None:
    before = total_rows(kiemtin)
    answer = kiemtin.well("import", str(comments), *MAP, "--dry-run")
    assert "text ← Nội dung" in answer.out
    assert "Would import" in answer.out
    for shown in ("16/11/2026 08:00", "Nhà trọ tăng giá", "refused: no text"):
        assert shown in answer.out
    assert "Tài khoản" not in answer.out
    assert not comments.with_name("comments.csv.refused.csv").exists()
    assert total_rows(kiemtin) == before
    assert kiemtin.well("import", str(comments), *MAP, "--dry-run", "--json").data["dry_run"] is True
    assert total_rows(kiemtin) == before


@pytest.mark.parametrize(
    ("mapping", "said"),
    [("text=Nothing", "Nothing"), ("nonsense=Mã", "nonsense"), ("text", "FIELD=COLUMN")],
)
def test_a_wrong_mapping_is_told(mapping: str, said: str, kiemtin: Command, comments: Path) -> None:
    assert said in kiemtin("import", str(comments), "--map", mapping).complaint
    assert kiemtin.well("sources", "list", "--json").data == []


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("missing.csv", None, "missing.csv"),
        ("head.csv", b"id,text\n", "no record could be imported"),
        ("cut.csv.gz", gzip.compress(ROWS.encode() * 500)[:40], "cut.csv.gz"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_file_that_cannot_be_imported_is_one_line(
    name: str, body: bytes | None, said: str, kiemtin: Command, tmp_path: Path
) -> None:
    path = tmp_path / name
    if body is not None:
        path.write_bytes(body)
    assert "Imported" not in kiemtin.fails(said, "import", str(path)).out


def test_a_place_that_is_read_is_not_replaced_by_a_file(kiemtin: Command, comments: Path) -> None:
    kiemtin.well("sources", "add", "comments", "feed", "https://a.example/rss", "--legal-basis", "công khai")
    kiemtin.fails("--source", "import", str(comments), *MAP, status=2)
    (found,) = kiemtin.well("sources", "list", "--json").data
    assert (found["kind"], found["posts"]) == ("feed", 0)


def test_refused_records_are_written_beside_the_file_and_told(kiemtin: Command, comments: Path) -> None:
    beside = comments.with_name("comments.csv.refused.csv")
    out = kiemtin.well("import", str(comments), *MAP, "--source", "facebook").out
    assert "source facebook: 2 new, 0 changed, 0 known, 1 repeated, 1 refused, 4 rows in all." in out
    assert "line 4: no text" in out
    assert f"all refused records are in {beside}" in out
    assert beside.read_text(encoding="utf-8-sig").splitlines()[1] == '4,no text,"3,,15/11/2026,Tài khoản C"'
    assert kiemtin.well("import", str(comments), *MAP, "--json").data["refused_file"] == str(beside)


@pytest.mark.parametrize(("rows", "options"), [(ROWS, ["--dry-run"]), ("Mã,Nội dung\n1,Nhà trọ\n", [])])
def test_no_file_is_written_where_none_is_wanted_or_needed(
    rows: str, options: list[str], kiemtin: Command, comments: Path
) -> None:
    comments.write_text(rows, encoding="utf-8")
    data = kiemtin.well("import", str(comments), *MAP, *options, "--json").data
    assert data["refused_file"] is None
    assert [path.name for path in comments.parent.glob("*.csv*")] == ["comments.csv"]


def test_a_known_format_is_recognised_or_asked_for(kiemtin: Command, tmp_path: Path) -> None:
    path = tmp_path / "bang.csv"
    path.write_text(
        "id,thread_id,author,body,timestamp\n1,1,ai,Tin đồn cắt điện,2026-11-14 01:00:00\n", encoding="utf-8"
    )
    out = kiemtin.well("import", str(path), "--dry-run").out
    assert "bang.csv: fourcat, utf-8, separated by ','" in out
    assert "14/11/2026 08:00" in out
    assert kiemtin.well("import", str(path), "--format", "csv", "--json").data["format"] == "csv"
    kiemtin.fails("use one of crowdtangle, csv", "import", str(path), "--format", "excel", status=2)
    kiemtin.fails("bang.csv: it is no export of Telegram", "import", str(path), "--format", "telegram_export")


PAGE = (
    "<html><head><title>Sắp cắt nước</title></head><body><article><h1>Sắp cắt nước</h1>"
    "<p>Một người tự nhận là bảo vệ nói rằng từ ngày mai cả khu trọ sẽ không có nước dùng trong năm ngày.</p>"
    "</article></body></html>"
)


def page(request: Request) -> Response:
    return PlainTextResponse("") if request.url.path == "/robots.txt" else HTMLResponse(PAGE)


def test_a_reported_text_is_kept_once_and_scored(kiemtin: Command, tmp_path: Path) -> None:
    text = "Tin mật: mai đóng cửa cả khu công nghiệp, chia sẻ gấp"
    data = kiemtin.well("tip", text, "--url", "https://example.org/1", "--json").data
    assert set(data) == {"source", "outcome", "external_id", "url", "title", "text"}
    assert (data["source"], data["outcome"], data["text"]) == ("tips", "new", text)
    assert "known already" in kiemtin.well("tip", text).out
    (source,) = kiemtin.well("sources", "list", "--json").data
    assert (source["name"], source["posts"], source["role"]) == ("tips", 1, "monitored")
    assert kiemtin.well("score", "--json").data["scored"] == 1
    (tmp_path / "tips.csv").write_text("id,text\n1,Tin\n", encoding="utf-8")
    kiemtin.fails("--source", "import", str(tmp_path / "tips.csv"), status=2)


def test_a_reported_page_is_read(kiemtin: Command) -> None:
    with serve(Starlette(routes=[Route("/{path:path}", page)])) as address:
        out = kiemtin.well("tip", f"{address}/tin").out
        assert "scored with the next `kiemtin score`: Sắp cắt nước" in out
        assert kiemtin.well("tip", f"{address}/tin#binh-luan", "--json").data["outcome"] == "duplicate"


def test_a_long_text_is_read_from_standard_input(kiemtin: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Dòng một\nDòng hai\n"))
    assert kiemtin.well("tip", "-", "--json").data["text"] == "Dòng một\nDòng hai\n"


def test_a_wrong_tip_is_told_in_one_line(kiemtin: Command) -> None:
    for arguments, status, said in (
        (["  "], 2, "empty"),
        (["https://example.org/1", "--title", "a"], 2, "go with a text"),
        (["a", "--url", "example"], 2, "not a web address"),
        (["http://10.0.0.1/a"], 1, "10.0.0.1"),
    ):
        kiemtin.fails(said, "tip", *arguments, status=status)
    assert kiemtin.well("sources", "list", "--json").data == []
