"""`kiemtin export posts` and its like: files of rows by period and format."""

from pathlib import Path

import pytest

from tests.monitor.cli.command import Command


@pytest.fixture
def posts(kiemtin: Command, home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "forum.csv"
    path.write_text("id,text\n1,Lương chậm ba tháng\n2,Gọi anh Nguyễn Văn Ba 0912345678\n", encoding="utf-8")
    kiemtin.well("import", str(path))
    return path


@pytest.mark.parametrize("last", ["jsonl", pytest.param("parquet", marks=pytest.mark.gate)])
def test_a_table_is_written_in_several_formats(last: str, kiemtin: Command, posts: Path, tmp_path: Path) -> None:
    formats = list(dict.fromkeys(["csv", "jsonl", last]))
    given = ["--format", "csv,jsonl", "--format", last]
    found = kiemtin.well("export", "posts", *given, "--out", str(tmp_path), "--json")
    names = [f"posts.{name}" for name in formats]
    assert found.data == {"table": "posts", "rows": 2, "files": [str(tmp_path / name) for name in names]}
    content = (tmp_path / "posts.csv").read_text(encoding="utf-8")
    assert "Lương chậm ba tháng" in content
    assert "0912345678" not in content


@pytest.mark.parametrize("table", ["posts", "flags", "decisions", "sources"])
def test_a_period_stands_in_the_name(table: str, kiemtin: Command, posts: Path, tmp_path: Path) -> None:
    said = kiemtin.well("export", table, "--month", "2026-01", "--out", str(tmp_path)).out
    assert f"{table}-2026-01.csv. Read them before you pass them on." in said


def test_what_is_wrong_is_said(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    assert "choose from csv, jsonl, parquet" in kiemtin("export", "posts", "--format", "xlsx").complaint
    assert "choose one" in kiemtin("export", "flags", "--week", "2026-W01", "--month", "2026-01").complaint
    assert "has not begun" in kiemtin("export", "flags", "--month", "2999-01").complaint
    assert "make it first" in kiemtin("export", "flags", "--out", str(tmp_path / "none")).complaint
