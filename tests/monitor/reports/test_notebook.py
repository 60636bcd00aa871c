"""The notebook of a week runs from top to bottom on a real database and is kept without what it showed."""

from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError

from storage.database import Database
from tests.monitor.reports.sample_week import AUTHOR_KEY
from tests.notebooks import is_kept_without_outputs, keep_kernel_files_in, shown_by

pytestmark = pytest.mark.gate
NOTEBOOK = "weekly.ipynb"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the database of the test, as an operator would."""
    monkeypatch.setenv("KIEMTIN_HOME", str(tmp_path))
    monkeypatch.delenv("KIEMTIN_WEEK", raising=False)
    keep_kernel_files_in(tmp_path, monkeypatch)


def test_it_is_kept_without_outputs() -> None:
    assert is_kept_without_outputs(NOTEBOOK)


def test_it_shows_the_newest_week_with_posts(full_week: Database) -> None:
    output = shown_by(NOTEBOOK)
    assert "Tuần 47 năm 2026" in output
    assert "Hệ thống đọc 6 bài công khai của 2 nguồn" in output
    assert output.count("image/svg+xml") == 2
    assert "[số điện thoại]" in output
    assert AUTHOR_KEY not in output
    assert "0912345678" not in output


def test_another_week_can_be_named(full_week: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEMTIN_WEEK", "2026-W30")
    output = shown_by(NOTEBOOK)
    assert "Tuần 30 năm 2026" in output
    assert "Trong kỳ không có bài nào của các nguồn theo dõi" in output


def test_without_posts_it_says_what_to_do(sqlite_database: Database) -> None:
    with pytest.raises(CellExecutionError, match="the database holds no posts yet: run `kiemtin crawl`"):
        shown_by(NOTEBOOK)
