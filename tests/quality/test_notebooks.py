"""The notebooks on labels and the default model run from top to bottom and are kept without what they showed."""

import json
from pathlib import Path

import pytest

from classifiers.data.datasets import read_corpus
from tests.notebooks import is_kept_without_outputs, keep_kernel_files_in, shown_by
from tests.quality.data_card import read_second_labels

LABELS, MODEL = "labels.ipynb", "model.ipynb"
EVERY = "48"  # of the corpus's posts: learnt in some seconds


@pytest.mark.parametrize("notebook", [LABELS, MODEL])
def test_it_is_kept_without_outputs(notebook: str) -> None:
    assert is_kept_without_outputs(notebook)


def test_it_shows_the_guide_the_hard_cases_and_the_agreement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_kernel_files_in(tmp_path, monkeypatch)
    shown = shown_by(LABELS)
    twice = read_second_labels()
    assert f"{len(twice)} bài được gán nhãn hai lần" in shown
    assert f"{sum(post.first != post.second for post in twice)} trong {len(twice)} bài" in shown
    assert "| post (shortened) | labels | why |" in shown
    assert "Alpha (95 %)" in shown


def test_it_shows_figures_curves_parts_weights_and_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "real.jsonl"  # stands for real posts
    posts = [
        {"text": post.text, "labels": [name for name, is_so in post.labels.items() if is_so]} for post in read_corpus()
    ]
    real.write_text("".join(json.dumps(post) + "\n" for post in posts[::60]), encoding="utf-8")
    monkeypatch.setenv("KIEMTIN_EVERY", EVERY)
    monkeypatch.setenv("KIEMTIN_REAL", str(real))
    keep_kernel_files_in(tmp_path, monkeypatch)
    shown = shown_by(MODEL)
    assert shown.count("image/svg+xml") == 3
    for said in (
        "| 951 posts ", "Bài thật", "Bài của dự án, chưa học", "Bộ kiểm tra", "loại bài: criticism",
        "nghiêng về nhãn", "Mô hình tin chắc mà sai", "AUC", "AP", "bỏ sót",
    ):  # fmt: skip
        assert said in shown, said
