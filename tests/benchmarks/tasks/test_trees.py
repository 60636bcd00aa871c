"""Cues of a post as a whole: always as many, never wrong about what is missing, and what they teach is repeatable."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.data.metadata import Context
from classifiers.features.tokens import prepare
from classifiers.text.segment import Segmenter
from tests.benchmarks.tasks.trees import Trees, cues

pytestmark = pytest.mark.gate

SEGMENTER = Segmenter()
POPULAR = Context(time=datetime(2020, 2, 1, 23, tzinfo=UTC), likes=0, comments=20, shares=4000)


def cues_of(text: str, context: Context | None = None) -> list[float]:
    return cues(text, prepare(text, SEGMENTER), context or Context())


@settings(deadline=None)
@given(st.text(max_size=60))
def test_every_text_has_the_same_number_of_cues(text: str) -> None:
    assert len(cues_of(text)) == len(cues_of("chào", POPULAR))


def test_what_is_unknown_is_not_zero() -> None:
    unknown, known = cues_of("chào"), cues_of("chào", POPULAR)
    assert math.isnan(unknown[0])
    assert known[0] == 0.0
    assert sum(map(math.isnan, known)) == 0


def test_the_hour_and_the_weekend_are_those_of_vietnam() -> None:
    late, morning = cues_of("x", POPULAR), cues_of("x", Context(time=datetime(2020, 2, 2, 6, tzinfo=UTC)))
    sunday_at_six = [1.0, pytest.approx(0.0, abs=1e-9), 1.0, 0.0]
    assert late[8:12] == sunday_at_six, "Saturday, eleven at night in UTC"
    assert morning[8:12] != sunday_at_six


def test_shouting_shows() -> None:
    quiet, loud = cues_of("chia sẻ ngay đi"), cues_of("CHIA SẺ NGAY ĐI")
    assert sum(a != b for a, b in zip(quiet[12:], loud[12:], strict=True)) == 2, "capital letters, words in capitals"


def test_trees_learn_what_no_line_can_and_the_same_every_time() -> None:
    chance = np.random.default_rng(2)
    rows = chance.normal(size=(400, 3))
    rows[::7, 2] = np.nan
    answers = (rows[:, 0] > 0) != (rows[:, 1] > 0)
    one, other = Trees.fit(rows, answers, seed=4), Trees.fit(rows, answers, seed=4)
    assert ((one.log_odds(rows) > 0) == answers).mean() > 0.95
    assert np.array_equal(one.log_odds(rows), other.log_odds(rows.tolist()))


def test_a_cue_that_no_text_has_or_all_share_teaches_nothing_and_breaks_nothing() -> None:
    rows = np.column_stack([np.arange(60.0), np.full(60, np.nan), np.ones(60)])
    trees = Trees.fit(rows, np.arange(60) >= 30, seed=1)
    other = rows.copy()
    other[:, 1:] = 7.0
    assert np.array_equal(trees.log_odds(rows), trees.log_odds(other))
    assert (trees.log_odds(rows) > 0).tolist() == [False] * 30 + [True] * 30
