"""`kiemtin tip`: a reported text or page is kept once and scored with the next run."""

import io
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from monitor.demo.sites.server import serve
from tests.monitor.cli.command import Command

PAGE = (
    "<html><head><title>Sắp cắt nước</title></head><body><article><h1>Sắp cắt nước</h1>"
    "<p>Một người tự nhận là bảo vệ nói rằng từ ngày mai cả khu trọ sẽ không có nước dùng trong năm ngày.</p>"
    "</article></body></html>"
)


def answer(request: Request) -> Response:
    return PlainTextResponse("") if request.url.path == "/robots.txt" else HTMLResponse(PAGE)


def test_a_reported_text_is_kept_once_and_scored(kiemtin: Command, home: Path) -> None:
    text = "Tin mật: mai đóng cửa cả khu công nghiệp, chia sẻ gấp"
    data = kiemtin.well("tip", text, "--url", "https://example.org/1", "--json").data
    assert set(data) == {"source", "outcome", "external_id", "url", "title", "text"}
    assert (data["source"], data["outcome"], data["text"]) == ("tips", "new", text)
    assert "known already" in kiemtin.well("tip", text).out
    (source,) = kiemtin.well("sources", "list", "--json").data
    assert (source["name"], source["posts"], source["role"]) == ("tips", 1, "monitored")
    assert kiemtin.well("score", "--json").data["scored"] == 1


def test_a_reported_page_is_read(kiemtin: Command, home: Path) -> None:
    with serve(Starlette(routes=[Route("/{path:path}", answer)])) as address:
        out = kiemtin.well("tip", f"{address}/tin").out
        assert "scored with the next `kiemtin score`: Sắp cắt nước" in out
        assert kiemtin.well("tip", f"{address}/tin#binh-luan", "--json").data["outcome"] == "duplicate"


def test_a_long_text_is_read_from_standard_input(kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Dòng một\nDòng hai\n"))
    assert kiemtin.well("tip", "-", "--json").data["text"] == "Dòng một\nDòng hai\n"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["  "], 2, "empty"),
        (["https://example.org/1", "--title", "a"], 2, "go with a text"),
        (["a", "--url", "example"], 2, "not a web address"),
        (["http://10.0.0.1/a"], 1, "10.0.0.1"),
    ],
)
def test_a_wrong_tip_is_told_in_one_line(
    arguments: list[str], status: int, said: str, kiemtin: Command, home: Path
) -> None:
    told = kiemtin("tip", *arguments)
    assert (told.status, said in told.complaint) == (status, True)
    assert kiemtin.well("sources", "list", "--json").data == []


def test_a_file_named_tips_needs_another_name(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "tips.csv"
    path.write_text("id,text\n1,Tin\n", encoding="utf-8")
    told = kiemtin("import", str(path))
    assert (told.status, "--source" in told.complaint) == (2, True)
    assert kiemtin.well("import", str(path), "--source", "tin-bao", "--json").data["new"] == 1
