"""`kiemtin score`, `report`, `export` and `publish`: from imported posts to flags and files."""

import json
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from classifiers.labels import LABEL_NAMES
from storage.models import Correction, Flag, Post
from storage.review import corrections
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, decide, make_correction, matter_of
from tests.monitor.cli.command import Command, apart
from tests.monitor.cli.conftest import ImportPosts

RUMOUR = "Tin nội bộ: ngày mai ngân hàng đóng cửa, ai có tiền rút ngay, chia sẻ gấp cho mọi người cùng biết!!!"
TEXTS = [RUMOUR, RUMOUR + " Khẩn!", "Gọi anh Nguyễn Văn Ba 0912345678", "Lương chậm ba tháng, công nhân kêu trời"]


@pytest.fixture
def posts(import_posts: ImportPosts) -> None:
    import_posts(TEXTS)


def flags_in(kiemtin: Command) -> Counter[str]:
    """Count the flags by label; how many there are changes with the small model."""
    with kiemtin.rows() as session:
        found = Counter(session.scalars(select(Flag.label).where(Flag.suggested())))
    assert found["unverified"] >= 2, "both rumours are flagged"
    return found


@pytest.mark.usefixtures("posts")
def test_the_account_of_scoring_as_json(kiemtin: Command) -> None:
    data = kiemtin.well("score", "--json").data
    assert set(data) == {"model", "scored", "opened", "unsure", "compared", "copies", "claims_with_evidence"}
    assert data["model"].startswith("small-")
    assert (data["scored"], data["opened"], data["compared"], data["copies"]) == (4, flags_in(kiemtin), 4, 1)
    assert set(data["opened"]) <= set(LABEL_NAMES)
    again = kiemtin.well("score", "--json").data
    assert (again["scored"], again["opened"], again["compared"]) == (0, {}, 0)


@pytest.mark.usefixtures("posts")
def test_the_account_of_scoring_in_words(kiemtin: Command) -> None:
    out = kiemtin.well("score").out
    assert out.startswith("Scored 4 posts with small-")
    assert f"unverified {flags_in(kiemtin)['unverified']}" in out
    assert "Unsure, so not flagged: " in out
    with kiemtin.rows() as session:
        session.execute(update(Post).values(collected_at=datetime(2020, 1, 1, tzinfo=UTC)))
    again = kiemtin.well("score").out
    assert "Flags opened: none. Unsure, so not flagged: none." in again
    assert "Past their retention: forum: 4 posts deleted" in again, "imported posts too"


@pytest.mark.usefixtures("posts")
def test_more_workers_find_the_same() -> None:
    answer = apart("score", "--json", KIEMTIN_WORKERS="2")
    assert (answer.status, answer.err, answer.data["scored"], answer.data["copies"]) == (0, "", 4, 1)


@pytest.mark.usefixtures("posts")
def test_a_model_that_is_missing_or_made_with_other_versions_is_not_used(kiemtin: Command) -> None:
    manifest = kiemtin.home / "models" / "small" / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {"versions": {"underthesea": "1"}}))
    kiemtin.fails("made with underthesea 1", "score")
    for model in ("nowhere", "/no/such/folder"):
        kiemtin.set(model=model)
        kiemtin.fails("kiemtin train --name", "score")


@pytest.mark.usefixtures("posts")
def test_the_summary_of_a_week_is_written(kiemtin: Command) -> None:
    kiemtin.well("score")
    data = kiemtin.well("report", "--json").data
    assert set(data) == {"period", "files"}
    assert data["files"]
    for file in data["files"]:
        assert Path(file).stat().st_size > 0
        assert Path(file).is_relative_to(kiemtin.home / "reports")
    assert kiemtin.well("report").out.count("Wrote ") == len(data["files"])
    kiemtin.set(channels=json.dumps([{"name": "shelf", "what": ["reports"], "to": str(kiemtin.home / "shelf")}]))
    for said in ("sent by shelf", "Nothing was due."):
        assert said in kiemtin.well("report", "--send").out


def test_one_format_into_another_folder_also_of_a_week_without_posts(kiemtin: Command, tmp_path: Path) -> None:
    folder = tmp_path / "kết quả"
    given = ["--week", "2020-W05", "--format", "html", "--out", str(folder)]
    data = kiemtin.well("report", *given, "--json").data
    assert (data["period"], {Path(file).parent for file in data["files"]}) == ("2020-W05", {folder})
    assert data["files"][0].endswith(".html")
    assert all(Path(file).exists() for file in data["files"])


def test_a_report_that_cannot_be_written_is_one_line(kiemtin: Command, tmp_path: Path) -> None:
    assert "2999-W10 has not begun" in kiemtin("report", "--week", "2999-W10").complaint
    assert not list((kiemtin.home / "reports").glob("*2999*"))
    (tmp_path / "file").write_text("")
    kiemtin.fails(str(tmp_path / "file"), "report", "--out", str(tmp_path / "file"))


@pytest.mark.usefixtures("posts")
@pytest.mark.parametrize("last", ["jsonl", pytest.param("parquet", marks=pytest.mark.gate)])
def test_a_table_is_exported_in_several_formats(last: str, kiemtin: Command, tmp_path: Path) -> None:
    formats = list(dict.fromkeys(["csv", "jsonl", last]))
    given = ["--format", "csv,jsonl", "--format", last]
    found = kiemtin.well("export", "posts", *given, "--out", str(tmp_path), "--json")
    names = [f"posts.{name}" for name in formats]
    assert found.data == {"table": "posts", "rows": 4, "files": [str(tmp_path / name) for name in names]}
    content = (tmp_path / "posts.csv").read_text(encoding="utf-8")
    assert "Lương chậm ba tháng" in content
    assert "0912345678" not in content


@pytest.mark.parametrize("table", ["posts", "flags", "decisions", "sources"])
def test_the_period_of_an_export_stands_in_its_name(table: str, kiemtin: Command, tmp_path: Path) -> None:
    said = kiemtin.well("export", table, "--month", "2026-01", "--out", str(tmp_path)).out
    assert f"{table}-2026-01.csv. Read them before you pass them on." in said


def test_an_export_that_cannot_be_made_says_why(kiemtin: Command, tmp_path: Path) -> None:
    for given, said in (
        (("posts", "--format", "xlsx"), "choose from csv, jsonl, parquet"),
        (("flags", "--week", "2026-W01", "--month", "2026-01"), "choose one"),
        (("flags", "--month", "2999-01"), "has not begun"),
        (("flags", "--out", str(tmp_path / "none")), "make it first"),
    ):
        kiemtin.fails(said, "export", *given, status=2)


def test_a_released_correction_is_published_once_and_again_only_when_it_changed(
    kiemtin: Command, tmp_path: Path
) -> None:
    folder = tmp_path / "public"
    content, typed = (make_correction(claim=f"Ngân hàng{each} đóng cửa") for each in ("", "\ufffe\uffff\x0b\0"))
    with kiemtin.rows() as session:
        lan, minh = add_user(session, "lan"), add_user(session, "minh", "lead")
        flag = add_flag(session, add_post(session, add_source(session)), "unverified")
        decide(session, flag, "refuted", lan, now=NOW)
        row = corrections.write(session, matter_of(session, flag), typed, user_id=lan.id, now=NOW)
        seen = corrections.newest_text(session, row.id).id
        corrections.release(session, row, seen=seen, user_id=minh.id, now=NOW)
        session.commit()
        number, by = row.id, minh.id
    kiemtin.fails("[publish] table", "publish", "--to", str(folder), status=2)
    kiemtin.set(publish='{"url": "https://ldld.example.vn/tin"}')
    kiemtin.set(report='{"organisation": "LĐLĐ tỉnh"}')
    assert kiemtin.well("publish", "--to", str(folder), "--json").data["changed"] is True
    assert "nothing changed" in kiemtin.well("publish", "--to", str(folder)).out
    page = folder / "dinh-chinh-1.html"
    assert content.claim in page.read_text(encoding="utf-8")
    feed = ET.parse(folder / "feed.atom")  # noqa: S314  our own file
    assert content.claim in "".join(feed.getroot().itertext()), "no character that XML forbids is left of what is typed"
    with kiemtin.rows() as session:
        row = session.get_one(Correction, number)
        corrections.withdraw(session, row, why="nguồn đã gỡ", user_id=by, now=NOW)
    kiemtin.well("publish", "--to", str(folder))
    assert "nguồn đã gỡ" in page.read_text(encoding="utf-8")
