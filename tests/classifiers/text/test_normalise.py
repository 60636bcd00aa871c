"""Normalised text is one form for many ways of writing, and every character of it knows where it came from."""

import re
import sys
import unicodedata
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifiers.text import normalise as module
from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import MAX_CHARACTERS, NAME, PHONE, normalise
from tests.examples import examples_of
from tests.growth import quadratic

EXAMPLES = examples_of(__file__)

LETTERS = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđbcdghklmnpqrstvx"
VIETNAMESE = st.text(alphabet=LETTERS + LETTERS.upper() + " .,!?@:/0123456789\n")
ANYTHING = st.text(alphabet=st.characters(codec=None, categories=None))  # halves of surrogate pairs too
# Characters that the rules are about, so that they meet one another more often than by chance.
TRICKY = st.text(alphabet="aAoếđĐ0123456789.-_*@:/ \u200b\u0301\u0323\ufb01аοжω\ufeff\u00ad⟨⟩!😭\n\t" + "wt")
ANY_TEXT = st.one_of(ANYTHING, TRICKY, VIETNAMESE)


@given(VIETNAMESE)
def test_composed_and_decomposed_text_mean_the_same(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert normalise(composed).text == normalise(decomposed).text


@given(ANY_TEXT | st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=60))
@example("a\u200b\u0301")  # a mark that an invisible character kept from its letter
@example("@" * 40)
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@given(ANY_TEXT)
def test_every_character_knows_its_place_in_the_original(text: str) -> None:
    aligned = normalise(text)
    assert len(aligned.text) == len(aligned.starts) == len(aligned.ends)
    assert list(aligned.starts) == sorted(aligned.starts)
    assert list(aligned.ends) == sorted(aligned.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(aligned.starts, aligned.ends, strict=True))


@given(VIETNAMESE)
def test_ordinary_text_grows_hardly_at_all(text: str) -> None:
    assert len(normalise(text).text) <= 1.5 * len(text)


@given(ANY_TEXT)
def test_what_comes_out_can_be_stored_and_has_no_margin_and_no_great_length(text: str) -> None:
    normalised = normalise(text).text
    normalised.encode("utf-8")
    # The longest compatibility form has 18 characters; the shortest link that is replaced has 5, its word 6.
    assert len(normalised) <= 18 * len(text)
    assert normalised == normalised.strip(" ")
    assert not re.search(r"\s\s", normalised)


@given(st.lists(st.sampled_from(["Nghỉ", "HỌC", "tiếng", "Đường", "quý"]), min_size=1), st.sampled_from(["NFC", "NFD"]))
def test_the_span_of_a_word_is_the_word_that_was_written(words: list[str], form: Literal["NFC", "NFD"]) -> None:
    original = unicodedata.normalize(form, "  ".join(words))
    aligned = normalise(original)
    spans = [aligned.original_span(*match.span()) for match in re.finditer(r"\S+", aligned.text)]
    assert [unicodedata.normalize("NFC", original[start:end]) for start, end in spans] == words


def test_the_original_is_found_behind_masks() -> None:
    original = "Ồ  KHÔNG!!!! gọi 0912 345 678 hay n.g.u thế nhé @ban.nao"
    aligned = normalise(original)
    assert aligned.text == f"ồ không!! gọi {PHONE} hay ngu thế nhé {NAME}"

    def behind(piece: str) -> str:
        start = aligned.text.index(piece)
        first, last = aligned.original_span(start, start + len(piece))
        return original[first:last]

    assert behind("không!!") == "KHÔNG!!!!"
    assert behind(PHONE) == "0912 345 678"
    assert behind("ngu") == "n.g.u"
    assert behind(NAME) == "@ban.nao"


@pytest.mark.parametrize(
    ("written", "normalised"), [*EXAMPLES["ways_of_writing"].items(), ("nửa \ud83d chữ", "nửa chữ")]
)
def test_many_ways_of_writing_become_one(written: str, normalised: str) -> None:
    assert normalise(written).text == normalised


def test_ordinary_characters_only_become_small() -> None:
    # The short way for them is the long way: nothing is left out, nothing is taken for another letter.
    ordinary = [char for char in map(chr, range(sys.maxunicode + 1)) if module._ORDINARY.fullmatch(char)]
    assert len(ordinary) > 200
    for char in ordinary:
        small = char.lower()
        assert module._plain_character(char) == small
        assert not module._MIXED_WORD.search(small)
        assert module._ORDINARY.fullmatch(small)


def test_a_very_long_text_is_judged_by_its_beginning() -> None:
    aligned = normalise("dài lắm " * MAX_CHARACTERS)
    assert max(aligned.ends) <= MAX_CHARACTERS
    assert aligned.text.startswith("dài lắm dài")


@pytest.mark.parametrize("piece", EXAMPLES["patterns"])
def test_no_text_takes_long_because_of_its_pattern(piece: str) -> None:
    text = piece * (MAX_CHARACTERS // len(piece))
    assert normalise(normalise(text).text).text == normalise(text).text  # seconds each, if the square counted


@given(VIETNAMESE)
def test_without_marks_nothing_but_plain_letters_is_left(text: str) -> None:
    plain = strip_diacritics(text)
    assert plain.isascii()
    assert len(plain) == len(unicodedata.normalize("NFC", text))


def test_marks_are_stripped_as_people_do() -> None:
    assert strip_diacritics("Đường phố, ưỡn ẹo") == "Duong pho, uon eo"


def test_the_time_grows_with_the_length_alone() -> None:
    assert quadratic(normalise) == {}
