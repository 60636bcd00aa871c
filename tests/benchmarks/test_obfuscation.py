"""Disguises touch abusive words alone, and the normaliser sees through nearly all of them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.normalise import normalise
from tests.benchmarks.obfuscation import MIX, WAYS, abusive_spans, disguised

pytestmark = pytest.mark.gate

INSULT = "Đồ súc vật, thằng ngu như bò câm mồm lại đi"
PLAIN = "Công ty nợ lương ba tháng rồi, biết kêu ai"


def test_the_abusive_words_are_found_where_they_stand() -> None:
    assert {INSULT[start:end] for start, end in abusive_spans(INSULT)} >= {"súc", "vật", "ngu", "câm"}
    assert abusive_spans(PLAIN) == []


def test_a_harmless_word_beside_an_abusive_one_is_none() -> None:
    assert abusive_spans("em đéo hiểu") == [(3, 6)]


@pytest.mark.parametrize("way", [*WAYS, MIX])
def test_a_text_without_abuse_is_left_alone(way: str) -> None:
    assert disguised(PLAIN, way) == PLAIN


@pytest.mark.parametrize("way", [*WAYS, MIX])
def test_abuse_is_disguised_and_the_rest_stays(way: str) -> None:
    changed = disguised(INSULT, way)
    assert changed != INSULT
    assert changed.endswith("lại đi")


@pytest.mark.parametrize("way", ["dots", "spaces", "zero-width", "cyrillic", "repeat", "dashes"])
def test_the_normaliser_sees_through_a_disguise_that_hides_no_letter(way: str) -> None:
    assert normalise(disguised(INSULT, way)).text == normalise(INSULT).text


def test_hidden_letters_are_mostly_found_again() -> None:
    assert normalise(disguised(INSULT, "star")).text.endswith("súc vật, thằng ngu như bò câm mồm lại đi")


def test_a_seed_decides_and_another_one_decides_otherwise() -> None:
    assert disguised(INSULT, MIX, 1) == disguised(INSULT, MIX, 1)
    assert len({disguised(INSULT, MIX, seed) for seed in range(5)}) > 1


@given(st.text(), st.sampled_from([*WAYS, MIX]))
def test_any_text_can_be_disguised(text: str, way: str) -> None:
    disguised(text, way)
    spans = abusive_spans(text)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
