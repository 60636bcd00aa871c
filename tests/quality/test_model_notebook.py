"""The notebook on the default model runs from top to bottom and is kept without what it showed."""

import json
from pathlib import Path

import pytest

from classifiers.data.datasets import read_corpus
from tests.notebooks import is_kept_without_outputs, keep_kernel_files_in, shown_by

NOTEBOOK = "model.ipynb"
EVERY = "48"  # of the corpus's posts: learnt in some seconds


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the notebook on a part of the corpus, and with a file of posts that stands for real ones."""
    real = tmp_path / "real.jsonl"
    posts = [
        {"text": post.text, "labels": [name for name, is_so in post.labels.items() if is_so]} for post in read_corpus()
    ]
    real.write_text("".join(json.dumps(post) + "\n" for post in posts[::60]), encoding="utf-8")
    monkeypatch.setenv("KIEMTIN_EVERY", EVERY)
    monkeypatch.setenv("KIEMTIN_REAL", str(real))
    keep_kernel_files_in(tmp_path, monkeypatch)
    return shown_by(NOTEBOOK)


def test_it_is_kept_without_outputs() -> None:
    assert is_kept_without_outputs(NOTEBOOK)


def test_it_shows_figures_curves_parts_weights_and_mistakes(shown: str) -> None:
    assert shown.count("image/svg+xml") == 3
    for heading in (
        "| second part, ",
        "Bài thật",
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
