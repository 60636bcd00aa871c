"""Runs a notebook from top to bottom as a reader does, and looks at how it is kept."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"


def keep_kernel_files_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the kernel's own files out of the user's home."""
    monkeypatch.setenv("IPYTHONDIR", str(folder / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
    monkeypatch.setenv("MPLCONFIGDIR", str(folder / "matplotlib"))
    # Made beforehand: Matplotlib warns of its list of fonts when that takes longer than five seconds.
    subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=True, stderr=subprocess.DEVNULL)


def shown_by(name: str) -> str:
    """Run a notebook and give all that it shows; an error or a warning in it fails."""
    notebook = nbformat.read(FOLDER / name, as_version=4)
    resources = {"metadata": {"path": str(FOLDER.parent)}}
    NotebookClient(notebook, timeout=3600, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    wrong = [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert not wrong, wrong
    return "\n".join(str(output.get("data", output)) for output in outputs)


def is_kept_without_outputs(name: str) -> bool:
    """Say whether a notebook holds code and nothing that it showed."""
    cells = [cell for cell in nbformat.read(FOLDER / name, as_version=4).cells if cell.cell_type == "code"]
    return bool(cells) and all(cell.outputs == [] and cell.execution_count is None for cell in cells)
