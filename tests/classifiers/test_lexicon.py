"""The lexicon: groups of telling words, found in a line of syllables."""

import pytest

from classifiers.text.lexicon import Lexicon, default_lexicon, lexicon_version
from classifiers.text.normalise import normalise
from classifiers.text.syllables import split_syllables

SMALL = Lexicon({"hearsay": ["nghe nói", "nghe"], "can": ["lon"], "obscene": ["lồn"], "mask": ["đ*o"]})


def groups(text: str, lexicon: Lexicon = SMALL) -> list[tuple[str, int, int]]:
    return list(lexicon.find(split_syllables(normalise(text).text)))


def test_the_longest_term_wins_its_place() -> None:
    assert groups("Tôi nghe nói thế") == [("hearsay", 1, 3)]
    assert groups("nghe đi nghe nói") == [("hearsay", 0, 1), ("hearsay", 2, 4)]


def test_marks_count_where_a_text_has_marks() -> None:
    assert groups("một lon nước ngọt") == [("can", 1, 2)]
    assert groups("cái lồn") == [("obscene", 1, 2)]


def test_a_text_without_any_marks_is_looked_up_without_marks() -> None:
    assert {group for group, *_ in groups("cai lon")} == {"can", "obscene"}


def test_masked_spellings_are_found_as_they_are_cut() -> None:
    assert groups("đ*o hiểu") == [("mask", 0, 3)]


@pytest.mark.parametrize("text", ["", "   ", "!!!"])
def test_nothing_is_found_in_nothing(text: str) -> None:
    assert groups(text) == []


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Nghe nói mai nghỉ học", "hearsay"),
        ("Theo Báo Lao Động, sáng nay", "named_source"),
        ("Công ty nợ lương ba tháng", "trouble"),
        ("uống vào là khỏi hẳn", "cure"),
        ("câm mồm lại", "silencing"),
        ("Tin này sai sự thật", "denial"),
    ],
)
def test_the_projects_lexicon_knows_the_plainest_cases(text: str, group: str) -> None:
    assert group in {found for found, *_ in groups(text, default_lexicon())}


def test_every_term_of_the_projects_lexicon_can_be_found() -> None:
    lexicon = default_lexicon()
    assert len(lexicon.groups) >= 10
    assert lexicon_version() == lexicon_version()
    assert len(lexicon_version()) == 12
