"""A new model is worse when its flags on posts of the place are, or when it flags more clean talk than by chance."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from classifiers.data.datasets import Example, read_challenge_set
from classifiers.evaluation.comparison import Comparison, PairedCount, PairedFlags, compare, paired_flags
from classifiers.evaluation.predictions import score_examples
from classifiers.labels import LABEL_NAMES
from classifiers.training.train import Trained

EVEN = Comparison(flags={}, challenge={}, clean=PairedCount(20, 20, 300), criticism=PairedCount(5, 5, 110))


def flags(better: int, worse: int, spared: int = 0) -> PairedFlags:
    """Let one model alone find some posts that carry the label, the other others, and the new one spare clean ones."""
    new = np.array([True] * better + [False] * worse + [False] * spared + [True] * 60)
    old = np.array([False] * better + [True] * worse + [True] * spared + [True] * 60)
    return PairedFlags.count(new, old, np.array([True] * (better + worse) + [False] * spared + [True] * 60))


def test_an_even_contest_has_no_faults() -> None:
    assert EVEN.found_worse() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"criticism": PairedCount(12, 5, 110)}, "on the challenge set 12 of 110 criticism are flagged instead of 5"),
        ({"clean": PairedCount(31, 20, 300)}, "on the challenge set 31 of 300 clean posts are flagged instead of 20"),
        (
            {"challenge": {"concern": flags(0, 5)}},
            "on the challenge set concern is right 60 times instead of 65, wrong 0",
        ),
        ({"flags": {"concern": flags(0, 5)}}, "on posts of the place concern is right 60 times instead of 65, wrong 0"),
    ],
    ids=["criticism", "clean", "challenge set", "place"],
)
def test_a_fault_says_where_and_by_how_much(change: dict[str, object], said: str) -> None:
    (fault,) = replace(EVEN, **change).found_worse()
    assert fault.said.startswith(said)


@pytest.mark.parametrize(
    "change",
    [
        {"criticism": PairedCount(11, 5, 110)},
        {"clean": PairedCount(30, 20, 300)},
        {"challenge": {"concern": flags(0, 4)}},
        {"challenge": {"concern": flags(0, 40)}, "flags": {"concern": flags(3, 0)}},
    ],
    ids=["criticism", "clean", "challenge set", "posts of the place tell more than the challenge set"],
)
def test_what_is_within_chance_or_better_is_no_fault(change: dict[str, object]) -> None:
    assert replace(EVEN, **change).found_worse() == []


def test_flags_are_counted_side_by_side() -> None:
    answers = np.array([True, True, True, False, False])
    new, old = np.array([True, True, False, False, True]), np.array([True, False, False, True, True])
    found = PairedFlags.count(new, old, answers)
    assert (found.right, found.wrong) == (PairedCount(2, 1, 5), PairedCount(1, 2, 5))
    assert (found.missed, found.better, found.worse, found.lost) == (PairedCount(1, 2, 5), 2, 0, 0)


@pytest.mark.parametrize(
    ("better", "worse", "spared", "is_worse"),
    [
        (6, 0, 0, False), (0, 0, 0, False), (2, 6, 0, False), (0, 4, 0, False), (0, 5, 0, True), (5, 16, 0, True),
        (0, 4, 9, False), (0, 5, 9, True),
    ],
)  # fmt: skip
def test_posts_count_where_they_tell_more_than_chance(better: int, worse: int, spared: int, *, is_worse: bool) -> None:
    """Posts that are lost count, however many wrong flags are spared."""
    compared = replace(EVEN, flags={"concern": flags(better, worse, spared)})
    assert compared.as_dict()["worse_in"] == ([["local", "concern"]] if is_worse else [])


def test_a_model_is_not_worse_than_itself(trained: Trained, examples: Sequence[Example]) -> None:
    scored = score_examples(trained.classifier, examples[:200])
    local = paired_flags(scored, scored)
    comparison = compare(trained.classifier, trained.classifier, read_challenge_set()[::5], local)
    assert comparison.found_worse() == []
    assert set(comparison.flags) <= set(LABEL_NAMES) == set(comparison.challenge)
    assert all(pair.right.new == pair.right.old for pair in comparison.challenge.values())
    assert comparison.clean.of > comparison.criticism.of > 0
    assert comparison.as_dict()["faults"] == []
