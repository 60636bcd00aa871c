"""The notebook on the labels runs from top to bottom and is kept without what it showed."""

from pathlib import Path

import pytest

from tests.notebooks import is_kept_without_outputs, keep_kernel_files_in, shown_by
from tests.quality.agreement import read_second_labels

NOTEBOOK = "labels.ipynb"


def test_it_is_kept_without_outputs() -> None:
    assert is_kept_without_outputs(NOTEBOOK)


def test_it_shows_the_guide_the_hard_cases_and_the_agreement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_kernel_files_in(tmp_path, monkeypatch)
    shown = shown_by(NOTEBOOK)
    twice = read_second_labels()
    assert f"{len(twice)} bài được gán nhãn hai lần" in shown
    assert f"{sum(post.first != post.second for post in twice)} trong {len(twice)} bài" in shown
    assert "| post (shortened) | labels | why |" in shown
    assert "Kappa (95 %)" in shown
    assert shown.count("image/svg+xml") == 1
