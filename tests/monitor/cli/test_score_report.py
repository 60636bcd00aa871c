"""`kiemtin score` and `kiemtin report`: from imported posts to flags and files."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from classifiers.labels import LABEL_NAMES
from storage.database import Database
from storage.models import Flag, Post
from tests.monitor.cli.command import Command, apart

RUMOUR = "Tin nội bộ: ngày mai ngân hàng đóng cửa, ai có tiền rút ngay, chia sẻ gấp cho mọi người cùng biết!!!"
TEXTS = [RUMOUR, RUMOUR + " Khẩn!", "Hôm nay trời đẹp", "Lương chậm ba tháng, công nhân xưởng may kêu trời"]


@pytest.fixture
def posts(kiemtin: Command, home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "forum.jsonl"
    rows = (json.dumps({"id": str(n), "text": text}, ensure_ascii=False) for n, text in enumerate(TEXTS))
    path.write_text("\n".join(rows), encoding="utf-8")
    kiemtin.well("import", str(path))
    return path


def flags_in(home: Path) -> Counter[str]:
    """Count the flags by label; how many there are changes with the small model."""
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        found = Counter(session.scalars(select(Flag.label)))
    assert found["unverified"] >= 2, "both rumours are flagged"
    return found


def test_the_account_as_json(kiemtin: Command, home: Path, posts: Path) -> None:
    data = kiemtin.well("score", "--json").data
    assert set(data) == {"model", "scored", "opened", "unsure", "compared", "copies", "claims_with_evidence"}
    assert data["model"].startswith("small-")
    assert (data["scored"], data["opened"], data["compared"], data["copies"]) == (4, flags_in(home), 4, 1)
    assert set(data["opened"]) <= set(LABEL_NAMES)
    again = kiemtin.well("score", "--json").data
    assert (again["scored"], again["opened"], again["compared"]) == (0, {}, 0)


def test_the_account_in_words(kiemtin: Command, home: Path, posts: Path) -> None:
    out = kiemtin.well("score").out
    assert out.startswith("Scored 4 posts with small-")
    assert f"unverified {flags_in(home)['unverified']}" in out
    assert "Unsure, so not flagged: " in out
    assert "Flags opened: none. Unsure, so not flagged: none." in kiemtin.well("score").out


def test_imported_posts_are_deleted_past_their_retention_too(kiemtin: Command, home: Path, posts: Path) -> None:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        session.execute(update(Post).values(collected_at=datetime(2020, 1, 1, tzinfo=UTC)))
        session.commit()
    assert "Past their retention: forum: 4 posts deleted" in kiemtin.well("score").out


def test_more_workers_find_the_same(kiemtin: Command, posts: Path) -> None:
    answer = apart("score", "--json", KIEMTIN_WORKERS="2")
    assert (answer.status, answer.err, answer.data["scored"], answer.data["copies"]) == (0, "", 4, 1)


@pytest.mark.parametrize("model", ["nowhere", "/no/such/folder"])
def test_a_model_that_is_not_there_is_told(
    model: str, kiemtin: Command, posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEMTIN_MODEL", model)
    answer = kiemtin("score")
    assert (answer.status, "kiemtin train --name" in answer.complaint) == (1, True)


def test_a_model_made_with_other_versions_is_not_used(
    kiemtin: Command, home: Path, posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = home / "models" / "small" / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {"versions": {"underthesea": "1"}}))
    answer = kiemtin("score")
    assert (answer.status, "made with underthesea 1" in answer.complaint) == (1, True)


def test_the_summary_of_a_week_is_written(kiemtin: Command, home: Path, posts: Path) -> None:
    kiemtin.well("score")
    data = kiemtin.well("report", "--json").data
    assert set(data) == {"period", "files"}
    assert data["files"]
    for file in data["files"]:
        assert Path(file).stat().st_size > 0
        assert Path(file).is_relative_to(home / "reports")
    assert kiemtin.well("report").out.count("Wrote ") == len(data["files"])


def test_one_format_into_another_folder(kiemtin: Command, posts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kết quả"
    data = kiemtin.well("report", "--format", "html", "--out", str(folder), "--json").data
    assert {Path(file).parent for file in data["files"]} == {folder}
    assert data["files"][0].endswith(".html")


def test_a_week_that_has_not_begun_has_no_summary(kiemtin: Command, home: Path) -> None:
    assert "week 2999-W10 has not begun" in kiemtin("report", "--week", "2999-W10").complaint
    assert not list((home / "reports").glob("*2999*"))


def test_a_week_without_posts_still_gives_a_summary(kiemtin: Command, home: Path) -> None:
    data = kiemtin.well("report", "--week", "2020-W05", "--json").data
    assert data["period"] == "2020-W05"
    assert all(Path(file).exists() for file in data["files"])


def test_a_folder_that_cannot_be_written_is_one_line(kiemtin: Command, posts: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = kiemtin("report", "--out", str(tmp_path / "file"))
    assert (answer.status, str(tmp_path / "file") in answer.complaint) == (1, True)
