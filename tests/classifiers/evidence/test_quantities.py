"""Amounts are read by value and unit, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evidence.quantities import Quantity, quantities_of
from classifiers.evidence.words import Tokens
from classifiers.text.letters import strip_diacritics
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)


def read(text: str) -> list[Quantity]:
    return quantities_of(Tokens(text))


@pytest.mark.parametrize(("text", "kind", "value"), EXAMPLES["amounts"])
def test_an_amount_is_read(text: str, kind: str, value: float) -> None:
    assert [(found.kind, round(found.value, 6)) for found in read(text)] == [(kind, value)]


@pytest.mark.parametrize("text", EXAMPLES["no_amounts"])
def test_what_is_no_amount_is_left_out(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(("one", "other", "same"), EXAMPLES["compared"])
def test_amounts_are_compared_by_value(one: str, other: str, *, same: bool) -> None:
    (first,), (second,) = read(one), read(other)
    assert first.is_as_much_as(second) is second.is_as_much_as(first) is same


def test_amounts_are_of_the_same_thing_by_kind_and_noun() -> None:
    ribs, other, fingers = (read(text)[0] for text in ("2 cái xương sườn", "5 xương sườn", "5 ngón tay"))
    assert ribs.is_of_the_same(other)
    assert not other.is_of_the_same(fingers)
    assert read("5 người thương vong")[0].is_sum_of(read("1 người chết, 4 người bị thương"))


def test_figures_are_read_without_diacritics_too() -> None:
    found = read(strip_diacritics("lừa hơn 300 người lấy 2 tỷ 7, mất 4 củ"))
    assert [(each.kind, each.value) for each in found] == [("people", 300), ("dong", 2.7e9), ("dong", 4e6)]


@pytest.mark.parametrize(
    ("piece", "count"),
    [("1k", 1), ("1 triệu ", 500), ("trăm hai ", 444)],
)
def test_numbers_without_end_are_read_one_after_the_other(piece: str, count: int) -> None:
    assert len(read(piece * 2000)) == count  # each belonged to the one before it, deeper than Python goes


@pytest.mark.parametrize("figures", ["9" * 400 + " triệu", "9" * 3990, "0,0" + "9" * 400 + " tỷ"])
def test_more_figures_than_an_amount_has_are_none(figures: str) -> None:
    assert read(figures) == []


@given(
    st.lists(
        st.sampled_from(
            ["1", "12", "1,5", "k", "triệu", "tỷ", "trăm", "mười", "mươi", "hai", "rưỡi", "nửa", "/", "²", "٣"]
        )
    )
)
def test_any_words_of_numbers_are_read(words: list[str]) -> None:
    for between in ("", " "):
        assert all(amount.words for amount in read(between.join(words)))
