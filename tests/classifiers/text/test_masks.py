"""Masked words are read when one word fits, and left alone when several do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.masks import fitting, join_letters
from classifiers.text.normalise import normalise
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)


@pytest.mark.parametrize(("masked", "read"), EXAMPLES["masked"].items())
def test_one_word_fits(masked: str, read: str) -> None:
    assert normalise(masked).text == read


@pytest.mark.parametrize("text", EXAMPLES["left_alone"])
def test_what_may_be_several_words_or_none_is_left(text: str) -> None:
    assert normalise(text).text == text


def test_two_masked_words_tell_each_other_apart() -> None:
    assert len(fitting("m*t")) > 1
    assert normalise("m*t dạy").text == "mất dạy"
    assert normalise("m*t l*n").text == "mặt lồn"


def test_a_word_spelt_with_digits_has_three_letters_at_least() -> None:
    assert fitting("d1t") == {"địt"}
    assert fitting("v1") == frozenset()


def test_letters_written_apart_make_the_fewest_words() -> None:
    assert join_letters("súcvật") == "súc vật"
    assert join_letters("nguvl") == "ngu vl"
    assert join_letters("xkq") is None


@given(st.text(alphabet="đdlcnguồotim*@!0134.-_ /", max_size=40))
def test_masks_settle_at_once_and_never_make_a_text_much_longer(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once
    assert len(once) <= 4 * len(text)  # one sign stands for three letters at most
    assert not re.search(r"\s\s", once)
