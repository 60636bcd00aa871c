"""A label is a row of a table: a fourth one goes from import to report when `classifiers/labels.py` alone has it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[1]
TABLE = "classifiers/labels.py"
ROW = ROOT / "tests" / "fourth_label" / "label.txt"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the program in which every file is the same but the table of labels."""
    root = tmp_path_factory.mktemp("copy")
    for package in ("monitor", "storage", "tests"):
        (root / package).symlink_to(ROOT / package)
    (root / "classifiers").mkdir()
    for path in (ROOT / "classifiers").iterdir():
        (root / "classifiers" / path.name).symlink_to(path)
    before, table = (ROOT / TABLE).read_text(encoding="utf-8").split("LABELS: Final = (", 1)
    (root / TABLE).unlink()
    (root / TABLE).write_text(
        f"{before}{ROW.read_text(encoding='utf-8')}\n\nLABELS: Final = (HAZARD, {table}", encoding="utf-8"
    )
    return root


@pytest.fixture(scope="module")
def walked(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Walk through everything with the copy, as a program of its own."""
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "tests.fourth_label.walk", str(tmp_path_factory.mktemp("walk"))],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_posts_are_scored_and_flagged(walked: Any) -> None:
    assert walked["opened"]["hazard"] >= 5
    assert walked["classified"]["hazard"] > 0.1
    assert "hazard" in walked["classified"]["flags"]


def test_a_person_decides_at_the_desk(walked: Any) -> None:
    desk = walked["desk"]
    assert desk["chips"] == ["Mối nguy hiểm"]
    assert desk["buttons"][:3] == ["yes", "no", "unsure"]
    assert (desk["answer"], desk["state"]) == (303, "confirmed")
    assert "mối nguy hiểm" in desk["home"], "it has a share of the day"
    assert "Mối nguy hiểm" in desk["overview"]
    assert "--label-hazard: #00695c;" in desk["colours"]


def test_its_decision_opens_a_matter(walked: Any) -> None:
    assert walked["desk"]["matters"] == 1


def test_it_has_a_part_of_the_report_in_both_languages(walked: Any) -> None:
    vietnamese, english = (BeautifulSoup(walked["pages"][code], "lxml") for code in ("vi", "en"))
    assert [heading.get_text() for heading in vietnamese.select("h2") if "." in heading.get_text()][:5] == [
        "I. ĐIỂM CHÍNH",
        "II. MỐI NGUY HIỂM",
        "III. BỨC XÚC CỦA NGƯỜI LAO ĐỘNG",
        "IV. THÔNG TIN CHƯA KIỂM CHỨNG",
        "V. CHUẨN MỰC ỨNG XỬ TRÊN MẠNG",
    ]
    assert "Cán bộ xác nhận 1 bài về mối nguy hiểm" in vietnamese.get_text()
    assert "1 post about a hazard was confirmed" in english.get_text()
    assert "Danger" in english.get_text(), "a column of its own"


def test_its_figures_and_decisions_go_to_other_programs(walked: Any) -> None:
    assert next(row["confirmed"] for row in walked["rows"] if row["label"] == "hazard") == 1
    assert [(row["label"], row["decision"], row["state"]) for row in walked["decisions"]] == [
        ("hazard", "yes", "confirmed")
    ]
