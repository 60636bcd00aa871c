"""The lexicon: groups of telling words, found in a line of syllables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.text.group_names import default_group_names
from classifiers.text.letters import split_syllables
from classifiers.text.lexicon import Lexicon, Pair, abusive_groups, default_lexicon, lexicon_version
from classifiers.text.normalise import normalise
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

LONGEST_TERM = 10  # syllables and marks
SMALL = Lexicon(
    {
        "hearsay": ["nghe nói", "nghe"],
        "can": ["lon"],
        "obscene": ["lồn", "cái lồn", "cặc"],
        "animals": ["súc vật", "chó"],
        "source": ["ngày # tháng #", "vtv1"],
    }
)


def groups(text: str, lexicon: Lexicon = SMALL) -> list[tuple[str, int, int]]:
    return list(lexicon.find(split_syllables(normalise(text).text)))


PRIZES = Lexicon({"prize": ["phát # triệu"]})
NUMBERS = Lexicon({"any": ["# nghìn", "#"], "strain": ["19"]})


@pytest.mark.parametrize(
    ("text", "lexicon", "found"),
    [
        pytest.param("Tôi nghe nói thế", SMALL, [("hearsay", 1, 3)], id="the longest term wins its place"),
        pytest.param("nghe đi nghe nói", SMALL, [("hearsay", 0, 1), ("hearsay", 2, 4)], id="each place has its own"),
        pytest.param("một lon nước ngọt", SMALL, [("can", 1, 2)], id="no marks where a text has marks"),
        pytest.param("cái lồn", SMALL, [("obscene", 0, 2)], id="marks where a text has marks"),
        pytest.param("cai lon", SMALL, [("obscene", 0, 2), ("can", 1, 2)], id="without marks where a text has none"),
        pytest.param("cac anh cho em hoi", SMALL, [], id="a single bare syllable is too many words"),
        pytest.param("đúng là suc vat", SMALL, [("animals", 2, 4)], id="a word that must have lost its marks"),
        pytest.param("đúng là cho ai", SMALL, [], id="a word that may have lost its marks"),
        pytest.param("họp ngày 20 tháng 11 nhé", SMALL, [("source", 1, 5)], id="digits for digits"),
        pytest.param("xem vtv1", SMALL, [("source", 1, 2)], id="a number as it is"),
        pytest.param("xem vtv9", SMALL, [], id="another number"),
        pytest.param("ở đó phát 5 triệu", PRIZES, [("prize", 2, 5)], id="digits between words"),
        pytest.param("ở đó phat 5 trieu", PRIZES, [("prize", 2, 5)], id="digits beside lost marks"),
        pytest.param("covid 19", NUMBERS, [("strain", 1, 2)], id="a number of its own goes before any number"),
        pytest.param("có 19 nghìn", NUMBERS, [("any", 1, 3), ("strain", 1, 2)], id="a number in a longer term"),
        pytest.param("l*n mẹ", SMALL, [("obscene", 0, 1)], id="a mask as it is read"),
        pytest.param("c** thật", SMALL, [("masked", 0, 3)], id="a mask that may be several words"),
    ],
)
def test_terms_are_found(text: str, lexicon: Lexicon, found: list[tuple[str, int, int]]) -> None:
    assert groups(text, lexicon) == found


@pytest.mark.parametrize("text", ["", "   ", "!!!", "* * *", "3 * 4"])
def test_nothing_is_found_in_nothing(text: str) -> None:
    assert groups(text) == []


@pytest.mark.parametrize(("text", "group"), EXAMPLES["plainest_cases"].items())
def test_the_projects_lexicon_knows_the_plainest_cases(text: str, group: str) -> None:
    assert group in {found for found, *_ in groups(text, default_lexicon())}


@pytest.mark.parametrize("text", EXAMPLES["no_abuse"])
def test_ordinary_words_names_of_places_and_of_people_are_no_abuse(text: str) -> None:
    assert {group for group, *_ in groups(text, default_lexicon())} & abusive_groups() == set()


def test_the_projects_lexicon_is_wide_and_its_terms_are_short() -> None:
    lexicon = default_lexicon()
    assert len(lexicon.groups) >= 50
    assert abusive_groups() < set(lexicon.groups)
    assert max(len(pieces) for pieces in lexicon.terms()) <= LONGEST_TERM
    assert len(lexicon.terms()) >= 3 * 1072


def test_the_content_of_the_lists_has_a_name() -> None:
    assert lexicon_version() == lexicon_version()
    assert len(lexicon_version()) == 12


@given(st.text(alphabet="đdo*lồncặc 12", max_size=30))
def test_spans_lie_inside_the_text_and_those_of_a_group_apart(text: str) -> None:
    syllables = split_syllables(normalise(text).text)
    ends: dict[str, int] = {}
    for group, start, end in default_lexicon().find(syllables):
        assert 0 <= start < end <= len(syllables)
        if group != "masked" and "*" not in syllables[start:end]:
            assert ends.get(group, 0) <= start
            ends[group] = end


@pytest.mark.parametrize("name", ["mông", "lự", "hà nhì"])
def test_abuse_of_one_people_is_abuse_of_every_people_once_names_are_replaced(name: str) -> None:
    text = f"bọn {name} cút đi"
    replaced = default_group_names().replace(normalise(text), text)[0].text
    assert "peoples" in {group for group, *_ in groups(replaced, default_lexicon())}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("công ty nợ lương", [(2, 4)], id="side by side"),
        pytest.param("lương tháng ba chưa trả", [(0, 5)], id="the other way round"),
        pytest.param("cong ty no luong", [(2, 4)], id="without marks"),
        pytest.param("nợ hai ba bốn năm lương", [], id="too far apart"),
        pytest.param("nợ nần, rồi nợ lương, chưa trả", [(4, 6), (5, 9)], id="each with the nearest"),
        pytest.param("lương cao", [], id="one side alone"),
    ],
)
def test_a_pair_is_found_where_its_terms_stand_near_each_other(text: str, found: list[tuple[int, int]]) -> None:
    unpaid = Lexicon({}, {"unpaid": Pair(first=["nợ", "chưa trả"], second=["lương"], within=3)})
    assert groups(text, unpaid) == [("unpaid", start, end) for start, end in found]
