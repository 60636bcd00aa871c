"""`kiemtin data`: how public sets are come by, and what the project's own posts are."""

from pathlib import Path

import pytest

from classifiers.data.datasets import PUBLIC_SETS
from classifiers.evaluation.agreement import read_second_labels
from classifiers.evaluation.data_card import data_card
from tests.corpus import corpus
from tests.monitor.cli.command import Command


def test_the_guide_tells_of_every_set_that_can_be_read(kiemtin: Command, bare_home: Path) -> None:
    described = kiemtin.well("data", "guide", "--json").data
    assert [one["name"] for one in described] == [known.name for known in PUBLIC_SETS]
    shown = kiemtin.well("data", "guide").out
    for one in described:
        for key in ("holds", "paper", "where", "terms", "form", "means", "train", "measure"):
            assert one[key] in shown, (one["name"], key)
    assert not bare_home.exists(), "a guide needs no home"


def test_the_guide_says_what_a_sets_labels_are_to_us(kiemtin: Command, bare_home: Path) -> None:
    by_name = {one["name"]: one for one in kiemtin.well("data", "guide", "--json").data}
    assert by_name["vihsd"]["means"].startswith("our `negative` learns from offensive and hate")
    assert by_name["vihsd"]["train"] == "kiemtin train --name mine --data vihsd=FILE"
    assert "`free_text`" in by_name["vihsd"]["form"]
    assert "2 hate" in by_name["vihsd"]["form"]


def test_the_card_is_shown_or_written(
    kiemtin: Command, bare_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = corpus()[::40]
    monkeypatch.setattr("monitor.cli.data.read_corpus", lambda: some)
    expected = data_card(some, read_second_labels())
    assert kiemtin.well("data", "card").out == expected
    path = tmp_path / "card.md"
    assert kiemtin.well("data", "card", "--to", str(path)).out == ""
    assert path.read_text(encoding="utf-8") == expected
    answer = kiemtin("data", "card", "--to", str(tmp_path / "no" / "card.md"))
    assert (answer.status, "card.md" in answer.complaint) == (1, True)
