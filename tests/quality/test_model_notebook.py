"""The notebook on the default model runs from top to bottom and is kept without what it showed."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "model.ipynb"
EVERY = "48"  # of the corpus's posts: learnt in some seconds


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the notebook on a part of the corpus and give all that it shows."""
    monkeypatch.setenv("KIEMTIN_EVERY", EVERY)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))
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


def test_it_shows_figures_curves_parts_weights_and_mistakes(shown: str) -> None:
    assert shown.count("image/svg+xml") == 3
    for heading in (
        "Bài của dự án, chưa học",
        "Bộ kiểm tra",
        "loại bài: criticism",
        "nghiêng về nhãn",
        "Mô hình tin chắc mà sai",
    ):
        assert heading in shown, heading
    for figure in ("AUC", "AP", "macro-F1", "ECE", "Brier"):
        assert figure in shown, figure
    assert "bỏ sót" in shown
