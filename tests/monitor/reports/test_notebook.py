"""The notebook runs from top to bottom on a real database and is kept without what it showed."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from storage.database import Database
from tests.monitor.reports.sample_week import AUTHOR_KEY

pytestmark = pytest.mark.gate
NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "weekly.ipynb"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the database of the test, as an operator would, and keep the kernel's own files out of the user's home."""
    monkeypatch.setenv("KIEMTIN_HOME", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))


def shown(week: str | None, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the notebook for a week and give all that it shows."""
    if week is None:
        monkeypatch.delenv("KIEMTIN_WEEK", raising=False)
    else:
        monkeypatch.setenv("KIEMTIN_WEEK", week)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(
        notebook, timeout=3600, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOK.parents[1])}}
    ).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []
    return "\n".join(str(output.get("data", output)) for output in outputs)


def test_it_is_kept_without_outputs() -> None:
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert cells
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


def test_it_shows_the_newest_week_with_posts(full_week: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    output = shown(None, monkeypatch)
    assert "Tuần 47 năm 2026" in output
    assert "Hệ thống đọc 6 bài công khai đăng trong kỳ, từ 2 nguồn theo dõi" in output
    assert output.count("image/svg+xml") == 2
    assert "[số điện thoại]" in output
    assert AUTHOR_KEY not in output
    assert "0912345678" not in output


def test_another_week_can_be_named(full_week: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    output = shown("2026-W30", monkeypatch)
    assert "Tuần 30 năm 2026" in output
    assert "Trong kỳ không có bài nào của các nguồn theo dõi" in output


def test_without_posts_it_says_what_to_do(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CellExecutionError, match="the database holds no posts yet: run `kiemtin crawl`"):
        shown(None, monkeypatch)
