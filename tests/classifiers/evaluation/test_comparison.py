"""A new model is worse when its flags on posts of the place are, or when it flags more clean talk than by chance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from classifiers.data.datasets import Example, read_challenge_set
from classifiers.evaluation.comparison import (
    BALANCE_SLACK,
    HELD_OUT_SLACK,
    LEAST_HELD_OUT,
    Comparison,
    LocalFlags,
    PairedFigure,
    compare,
)
from classifiers.labels import LABEL_NAMES
from classifiers.training.train import Trained

SAME = PairedFigure(0.8, 0.8, 40)
EVEN = Comparison(
    held_out={"concern": SAME},
    held_out_texts=40,
    recall={"concern": SAME},
    balance={"concern": SAME},
    clean=PairedFigure(20, 20, 300),
    criticism=PairedFigure(5, 5, 110),
)


def test_an_even_contest_has_no_faults() -> None:
    assert EVEN.faults() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"held_out": {"concern": PairedFigure(0.8 - HELD_OUT_SLACK - 0.002, 0.8, 40)}},
            "on held-out decisions average precision falls from 0.800 to 0.788",
        ),
        (
            {"criticism": PairedFigure(12, 5, 110)},
            "on the challenge set 12 of 110 criticism are flagged instead of 5",
        ),
        (
            {"clean": PairedFigure(31, 20, 300)},
            "on the challenge set 31 of 300 clean posts are flagged instead of 20",
        ),
        (
            {"balance": {"concern": PairedFigure(0.8 - BALANCE_SLACK - 0.01, 0.8, 40)}},
            "on the challenge set mean F1 falls from 0.800",
        ),
    ],
    ids=["ranking", "criticism", "clean", "balance"],
)
def test_a_fault_says_where_and_by_how_much(change: dict[str, object], said: str) -> None:
    (fault,) = replace(EVEN, **change).faults()
    assert fault.startswith(said)


@pytest.mark.parametrize(
    "change",
    [
        {"held_out": {"concern": PairedFigure(0.8 - HELD_OUT_SLACK + 0.001, 0.8, 40)}},
        {"held_out": {}},
        {"criticism": PairedFigure(11, 5, 110)},
        {"clean": PairedFigure(30, 20, 300)},
        {"recall": {"concern": PairedFigure(0.6, 0.8, 40)}},
        {"balance": {"concern": PairedFigure(0.9, 0.8, 40)}},
    ],
)
def test_what_is_within_chance_or_better_is_no_fault(change: dict[str, object]) -> None:
    assert replace(EVEN, **change).faults() == []


def test_one_label_may_lose_a_little_where_another_gains() -> None:
    mixed = {"concern": PairedFigure(0.76, 0.8, 40), "negative": PairedFigure(0.9, 0.8, 40)}
    assert replace(EVEN, held_out=mixed, balance=mixed).faults() == []


def test_no_label_may_lose_much_whatever_another_gains() -> None:
    mixed = {"concern": PairedFigure(0.74, 0.8, 40), "negative": PairedFigure(0.9, 0.8, 40)}
    assert replace(EVEN, balance=mixed).faults() == ["on the challenge set F1 of concern falls from 0.800 to 0.740"]


def flags(better: int, worse: int, same: int = 60) -> LocalFlags:
    """Let the new model alone be right on some posts that carry the label, and the old one alone on others."""
    new = np.array([True] * better + [False] * worse + [True] * same)
    old = np.array([False] * better + [True] * worse + [True] * same)
    return LocalFlags.count(new, old, np.ones(len(new), dtype=bool))


def test_flags_on_posts_of_the_place_are_counted_side_by_side() -> None:
    answers = np.array([True, True, True, False, False])
    new, old = np.array([True, True, False, False, True]), np.array([True, False, False, True, True])
    found = LocalFlags.count(new, old, answers)
    assert (found.right, found.wrong) == (PairedFigure(2, 1, 5), PairedFigure(1, 2, 5))
    assert (found.missed, found.better, found.worse) == (PairedFigure(1, 2, 5), 2, 0)


@pytest.mark.parametrize(
    ("better", "worse", "is_worse"),
    [(6, 0, False), (0, 0, False), (2, 6, False), (0, 4, False), (0, 5, True), (5, 16, True)],
)
def test_local_posts_count_where_they_tell_more_than_chance(better: int, worse: int, *, is_worse: bool) -> None:
    compared = replace(EVEN, flags={"concern": flags(better, worse)})
    assert bool(compared.faults()) is is_worse
    assert compared.as_dict()["worse_in"] == ([["local", "concern"]] if is_worse else [])


def test_where_local_posts_tell_clear_cases_of_the_challenge_set_do_not_decide() -> None:
    lost = replace(EVEN, balance={"concern": PairedFigure(0.5, 0.8, 40)})
    assert lost.faults()
    assert replace(lost, flags={"concern": flags(3, 0)}).faults() == []


def test_a_model_is_not_worse_than_itself(trained: Trained, examples: Sequence[Example]) -> None:
    comparison = compare(trained.classifier, trained.classifier, examples[:200], read_challenge_set()[::5])
    assert comparison.faults() == []
    assert set(comparison.held_out) <= set(LABEL_NAMES)
    assert all(pair.new == pair.old for pair in comparison.held_out.values())
    assert comparison.clean.of > comparison.criticism.of > 0
    assert comparison.as_dict()["faults"] == []


def test_too_few_answers_are_not_ranked(trained: Trained) -> None:
    yes = [Example(f"xưởng nóng {n}", {"concern": True}) for n in range(LEAST_HELD_OUT)]
    no = [Example(f"trời đẹp {n}", {"concern": False}) for n in range(LEAST_HELD_OUT)]
    challenge_set = read_challenge_set()[::10]
    assert set(compare(trained.classifier, trained.classifier, [*yes, *no], challenge_set).held_out) == {"concern"}
    assert compare(trained.classifier, trained.classifier, [*yes, *no[:-1]], challenge_set).held_out == {}
    assert compare(trained.classifier, trained.classifier, [], challenge_set).held_out_texts == 0


def test_the_challenge_set_has_criticism_and_clear_cases_of_every_label() -> None:
    challenge_set = read_challenge_set()
    assert sum(example.facts["kind"] == "criticism" for example in challenge_set) > 50
    for label in LABEL_NAMES:
        assert sum(example.labels[label] for example in challenge_set) >= 40
