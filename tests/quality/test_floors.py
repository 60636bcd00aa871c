"""The model that `kiemtin init` makes is as good as it was, on posts that it did not see and on the challenge set."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.data.datasets import read_challenge_set
from classifiers.labels import LABEL_NAMES
from tests.quality.gate import (
    EXACT,
    FLOORS,
    MARGINS,
    MEASURE_ANEW,
    Measured,
    breaches,
    limits_of,
    ratcheted,
    read_limits,
    strange,
    without_foreign_challenge_set,
    write_limits,
)


def test_the_limits_were_measured_on_these_posts(found: Measured) -> None:
    if other := strange(found, read_limits(FLOORS)):
        pytest.fail(f"floors.toml was measured on another {' and '.join(other)}: {MEASURE_ANEW}", pytrace=False)


def test_no_figure_is_worse_than_its_limit(found: Measured) -> None:
    limits = without_foreign_challenge_set(read_limits(FLOORS), found)
    assert list(breaches(found, limits)) == []


def test_every_figure_has_a_limit_that_means_something(found: Measured) -> None:
    limits = read_limits(FLOORS)
    assert set(limits.unseen) == set(limits.recall) == set(LABEL_NAMES)
    assert all(set(floors) == set(MARGINS) for floors in limits.unseen.values())
    for floors in limits.unseen.values():
        assert floors["auc"] > 0.8
        assert floors["average_precision"] > 0.5
        assert min(floors["precision"], floors["recall"]) > 0.25
    if limits.hashes["challenge_set"] == found.hashes["challenge_set"]:
        assert set(limits.flagged) == set(found.clean)
        assert sum(limits.flagged.values()) < sum(found.clean.values()) / 4


def test_the_challenge_set_holds_posts_of_every_label_and_enough_criticism(found: Measured) -> None:
    challenge_set = read_challenge_set()
    for label in LABEL_NAMES:
        assert sum(example.labels[label] for example in challenge_set) >= 40, label
    assert found.clean["criticism"] >= 100


MEASURED = Measured(
    hashes={"corpus": "c1", "challenge_set": "g1"},
    unseen={"concern": {"auc": 0.95, "average_precision": 0.8, "precision": 0.8, "recall": 0.6}},
    recall={"concern": 0.7},
    flagged={"criticism": 4, "satire": 0},
    clean={"criticism": 130, "satire": 25},
)


def worse() -> Iterator[tuple[str, Measured]]:
    yield "auc of concern", replace(MEASURED, unseen={"concern": {**MEASURED.unseen["concern"], "auc": 0.9449}})
    yield (
        "recall of concern on unseen",
        replace(MEASURED, unseen={"concern": {**MEASURED.unseen["concern"], "recall": 0.5}}),
    )
    yield "recall of concern on the challenge set", replace(MEASURED, recall={"concern": 0.6})
    yield "6 of 130 posts of kind criticism", replace(MEASURED, flagged={"criticism": 6, "satire": 0})


@pytest.mark.parametrize(("said", "found_now"), list(worse()))
def test_what_is_worse_is_named(said: str, found_now: Measured) -> None:
    (line,) = breaches(found_now, limits_of(MEASURED))
    assert line.startswith(said)


def test_what_lies_inside_the_margins_passes() -> None:
    slightly = replace(
        MEASURED,
        unseen={"concern": {name: value - MARGINS[name] for name, value in MEASURED.unseen["concern"].items()}},
        flagged={"criticism": 5, "satire": 1},
    )
    assert list(breaches(slightly, limits_of(MEASURED))) == []


def test_limits_become_stricter_and_never_more_lenient() -> None:
    better = replace(MEASURED, recall={"concern": 0.8}, flagged={"criticism": 2, "satire": 1})
    limits = ratcheted(better, limits_of(MEASURED))
    assert limits.recall["concern"] == pytest.approx(0.77)
    assert limits.flagged == {"criticism": 3, "satire": 1}
    again = ratcheted(MEASURED, limits)
    assert again.recall == limits.recall
    assert list(breaches(MEASURED, again)) != []


def test_another_challenge_set_is_measured_afresh() -> None:
    other = replace(MEASURED, hashes={"corpus": "c1", "challenge_set": "g2"}, recall={"concern": 0.4})
    limits = limits_of(MEASURED)
    assert strange(other, limits) == ["challenge_set"]
    kept = without_foreign_challenge_set(limits, other)
    assert list(breaches(other, kept)) == []
    assert ratcheted(other, kept).recall["concern"] < limits.recall["concern"] - EXACT
    assert kept.unseen == limits.unseen


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    limits = limits_of(MEASURED)
    path = tmp_path / "floors.toml"
    write_limits(limits, MEASURED.clean, path)
    read = read_limits(path)
    assert (read.hashes, read.flagged) == (limits.hashes, limits.flagged)
    assert read.recall == pytest.approx(dict(limits.recall))
    assert read.unseen["concern"] == pytest.approx(dict(limits.unseen["concern"]))
    assert "criticism = 5  # of 130" in path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [path]
