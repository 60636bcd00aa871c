"""Vietnamese syllables by their spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.letters import VOWELS, is_syllable, lacks_marks, spellings_of, strip_diacritics, toneless

SYLLABLES = (
    *("hoàng", "quý", "gì", "giêng", "khuỷu", "quyết", "quýt", "nghiêng", "ngoằn", "người", "uống", "xoong"),
    *("ý", "ạ", "quốc", "khuya", "rượu", "yêu", "oanh", "gặp", "trứng"),
)


@pytest.mark.parametrize("word", SYLLABLES)
def test_syllables_are_known_by_their_shape(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize(
    "word", ["", "chết!", "dit", "vat", "hhh", "thíck", "wá", "free", "chóà", "nguuu", "ệt1", "zô"]
)
def test_what_is_none_is_known_too(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("word", "lost"), [("vat", True), ("buoi", True), ("dien", True), ("cho", False), ("free", False)]
)
def test_a_bare_word_tells_whether_it_must_have_lost_its_marks(word: str, *, lost: bool) -> None:
    assert lacks_marks(word) is lost


def test_a_plain_letter_may_be_any_of_its_kind() -> None:
    assert spellings_of("d") == "dđ"
    assert set("uúùủũụưứừửữự") == set(spellings_of("u"))
    assert spellings_of("k") == "k"


@given(st.text(alphabet="bcđghtn" + VOWELS + "áàảãạấầẩẫậ", max_size=8))
def test_taking_the_tone_off_leaves_the_letters(word: str) -> None:
    assert strip_diacritics(toneless(word)) == strip_diacritics(word)
    assert toneless(toneless(word)) == toneless(word)
