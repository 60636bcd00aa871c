"""Names of groups are replaced by their kind; ordinary words that are spelled alike stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.group_names import default_group_names
from classifiers.text.normalise import normalise
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)


def replaced(text: str) -> str:
    return default_group_names().replace(normalise(text), text)[0].text


@pytest.mark.parametrize("names", EXAMPLES["of_one_kind"])
def test_names_of_one_kind_become_the_same(names: list[str]) -> None:
    assert len({replaced(f"hôm qua gặp {name} ngoài chợ") for name in names}) == 1


@pytest.mark.parametrize(("text", "expected"), EXAMPLES["replaced"].items())
def test_a_name_is_known_by_what_stands_before_it_or_by_its_capital(text: str, expected: str) -> None:
    assert replaced(text) == expected


@pytest.mark.parametrize("text", EXAMPLES["ordinary"])
def test_ordinary_words_and_names_of_persons_stay(text: str) -> None:
    assert replaced(text) == normalise(text).text


@pytest.mark.parametrize("text", EXAMPLES["abusive"])
def test_abusive_names_stay(text: str) -> None:
    assert replaced(text) == text


def test_names_are_given_as_they_stood_in_the_text_and_traced_to_the_original() -> None:
    original = "Cô giáo NGƯỜI HÀ NHÌ dạy tiếng Thái"
    aligned, names = default_group_names().replace(normalise(original), original)
    assert aligned.text == "cô giáo ⟨people⟩ dạy tiếng ⟨people⟩"
    assert list(names.values()) == ["người hà nhì", "thái"]
    assert all(aligned.text[start:].startswith("⟨people⟩") for start in names)
    start = aligned.text.index("⟨")
    assert slice(*aligned.original_span(start, aligned.text.index("⟩") + 1)) == slice(8, 20)


@given(text=st.text())
def test_any_text_can_be_replaced_and_again_changes_nothing(text: str) -> None:
    once = replaced(text)
    assert replaced(once) == once


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_each_kind_in_a_text_has_its_name(before: str, after: str) -> None:
    text = f"{before} ⟨people⟩ người Mông ⟨place⟩ {after}"
    aligned, names = default_group_names().replace(normalise(text), text)
    assert sum(aligned.text.count(kind) for kind in default_group_names().kinds) == len(names)
