"""Chat spelling and its standard form."""

import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.spelling import Speller, default_speller
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

SMALL = Speller({"ko": "không", "ntn": "như thế nào"}, left=["app"])


@pytest.mark.parametrize(("written", "standard"), EXAMPLES["small_list"].items())
def test_a_list_is_asked_first_and_rules_repair_what_is_no_syllable(written: str, standard: list[str]) -> None:
    assert list(SMALL.respell(written)) == standard


@pytest.mark.parametrize(("written", "standard"), EXAMPLES["project_list"].items())
def test_the_projects_list_knows_the_commonest(written: str, standard: str) -> None:
    assert " ".join(default_speller()(written)) == standard


def test_no_form_is_listed_twice_or_explains_itself() -> None:
    file = resources.files("classifiers.text") / "spelling.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    pairs = [(form.strip(), standard) for standard, forms in data["words"].items() for form in forms.split(",")]
    assert len(pairs) >= 400
    assert len({form for form, _ in pairs}) == len(pairs)
    assert [form for form, standard in pairs if form == standard] == []
    assert {form for form, _ in pairs}.isdisjoint(word.strip() for word in data["left"]["words"].split(","))


@given(st.text(max_size=12))
def test_what_comes_back_is_not_respelt_again(text: str) -> None:
    respelt = SMALL.respell(text)
    assert len(respelt) >= 1
    assert [again for syllable in respelt for again in SMALL.respell(syllable)] == list(respelt)


@given(st.sampled_from(["hoàng", "quý", "nghiêng", "người", "uống", "trứng", "chết", "bạn", "lương", "công", "nhân"]))
def test_standard_spelling_is_left_alone(word: str) -> None:
    assert default_speller()(word) == (word,)
