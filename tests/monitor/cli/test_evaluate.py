"""`kiemtin evaluate`: figures with their intervals."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from classifiers.data.datasets import Example
from classifiers.labels import LABEL_NAMES
from tests.corpus import corpus
from tests.monitor.cli.command import Command

FIGURES = {"auc", "average_precision", "precision", "recall"}


def written(path: Path, examples: Sequence[Example]) -> Path:
    """Write examples as a file of the reader `own`."""
    rows = (
        {"text": example.text, "labels": [label for label, holds in example.labels.items() if holds], **example.facts}
        for example in examples
    )
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def posts() -> list[Example]:
    """Give posts that the small model did not learn from."""
    return corpus()[7::120]


@pytest.fixture
def file(tmp_path: Path, posts: Sequence[Example]) -> Path:
    return written(tmp_path / "posts.jsonl", posts)


def rounded(figures: Mapping[str, Any]) -> str:
    low, high = figures["intervals"]["auc"]
    return f"{figures['auc']:.3f} [{low:.3f}".replace("[0.", "[.") + f", {high:.3f}]".replace(" 0.", " .")


def test_every_figure_comes_with_its_interval_as_data_and_as_a_table(
    kiemtin: Command, file: Path, posts: list[Example]
) -> None:
    data = kiemtin.well("evaluate", "--data", f"own={file}", "--model", "small", "--json").data
    assert set(data) == {"model", "examples", "criticism", "labels"}
    assert data["examples"] == len(posts)
    arguments = ["evaluate", "--data", f"own={file}", "--model", "small"]
    assert kiemtin.well(*arguments, "--json").data == data, "measuring twice gives the same"
    shown = kiemtin.well(*arguments).out
    assert f"on {data['examples']} texts" in shown
    assert max(map(len, shown.splitlines())) <= 90
    assert set(data["labels"]) == set(LABEL_NAMES)
    criticism = data["criticism"]
    assert criticism["posts"] > 10
    assert f"Criticism: {criticism['flagged']} of {criticism['posts']} posts are flagged." in shown
    for label, figures in data["labels"].items():
        assert label in shown
        assert rounded(figures) in shown
        assert set(figures["intervals"]) == FIGURES
        for name, (low, high) in figures["intervals"].items():
            assert 0 <= low <= figures[name] <= high <= 1, name


def test_texts_that_are_all_alike_give_no_figures(kiemtin: Command, tmp_path: Path) -> None:
    alike = written(tmp_path / "alike.jsonl", [Example("Trời đẹp quá", dict.fromkeys(LABEL_NAMES, False))])
    shown = kiemtin.well("evaluate", "--data", f"own={alike}", "--model", "small").out
    assert "No figures: some texts must carry a label, and some must not." in shown


def test_what_is_written_wrongly_is_told(kiemtin: Command) -> None:
    for given, status, said in (("train.csv", 2, "READER=FILE"), ("own=nowhere.jsonl", 1, "nowhere.jsonl")):
        kiemtin.fails(said, "evaluate", "--data", given, "--model", "small", status=status)
