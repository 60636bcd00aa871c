"""Dates are read in whatever way they are written, and are the same where what both give is."""

import pytest

from classifiers.evidence.dates import Date, dates_of
from classifiers.evidence.words import Tokens
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)


def read(text: str) -> list[Date]:
    return dates_of(Tokens(text))


@pytest.mark.parametrize(("text", "given"), EXAMPLES["dates"].items())
def test_a_date_is_read(text: str, given: dict[str, int | bool]) -> None:
    parts = ("day", "month", "year", "lunar")
    assert [{part: value for part in parts if (value := getattr(each, part))} for each in read(text)] == [given]


@pytest.mark.parametrize("text", EXAMPLES["no_dates"])
def test_what_is_no_date_is_left_out(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(("one", "other", "same"), EXAMPLES["compared"])
def test_dates_are_the_same_by_what_both_give(one: str, other: str, *, same: bool) -> None:
    (first,), (second,) = read(one), read(other)
    assert first.may_be(second) is second.may_be(first) is same
