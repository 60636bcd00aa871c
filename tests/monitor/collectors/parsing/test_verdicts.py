"""Verdicts of fact-checks are refuting, supporting or neither; a doubtful one is neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.parsing.verdicts import which_way
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)


@pytest.mark.parametrize(("verdict", "bears"), EXAMPLES["verdicts"])
def test_words_say_which_way_it_goes(verdict: str, bears: str) -> None:
    assert which_way(verdict) == bears


@pytest.mark.parametrize(
    ("rating", "bears"), [(0.0, "refutes"), (0.25, "refutes"), (0.5, "unclear"), (1.0, "supports")]
)
def test_without_known_words_the_number_says_it(rating: float, bears: str) -> None:
    assert which_way("2/5", rating) == bears


@given(st.text(max_size=60), st.floats(0, 1) | st.none())
def test_any_verdict_has_a_side(verdict: str, rating: float | None) -> None:
    assert which_way(verdict, rating) in {"refutes", "supports", "unclear"}
