"""What two texts say alike, and where they cannot both be right."""

import pytest

from classifiers.evidence.facts import KINDS, compare_facts, facts_of
from classifiers.evidence.likeness import compare
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)


def differs(claim: str, reference: str) -> set[str]:
    found = compare_facts(facts_of(claim), facts_of(reference)).differs
    assert set(found) <= set(KINDS)
    return set(found)


@pytest.mark.parametrize(("claim", "reference"), EXAMPLES["told_otherwise"].items())
def test_what_is_said_otherwise_is_no_difference(claim: str, reference: str) -> None:
    assert differs(claim, reference) == set()
    assert differs(reference, claim) == set()


@pytest.mark.parametrize(("kind", "claim", "reference"), EXAMPLES["differing"])
def test_what_cannot_both_be_right_is_a_difference(kind: str, claim: str, reference: str) -> None:
    assert kind in differs(claim, reference)


def test_shared_words_and_differences_are_told() -> None:
    rumour = "Tin nội bộ: ngày 15/3 nhà máy nước Nậm Pha ngừng cấp nước 3 ngày, bà con mau chứa nước."
    denial = "Nhà máy nước Nậm Pha: không ngừng cấp nước, chỉ thay van trong 4 giờ ngày 16-3."
    found = compare(rumour, denial)
    assert found.words[0] == "nhà máy nước nậm pha"
    assert "ngừng cấp nước" in found.words
    assert found.differs["outcomes"] == (("ngừng",), ("không ngừng",))


def test_a_preposition_beside_a_place_is_no_shared_word() -> None:
    assert compare("Đồn ở Lai Châu", "Mưa ở Lai Châu").words == ("lai châu",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hôm qua bạn Kim Thịnh nói", {"kim thinh"}),
        ("CẤM XE QUA CẦU", set()),
        ("Sáng nay trời mưa. Đường Lầy lội", set()),
        ("Ở Lai Châu", set()),
    ],
)
def test_names_that_are_no_places_are_read(text: str, names: set[str]) -> None:
    assert set(facts_of(text).names) == names


def test_a_name_in_small_letters_is_the_same_name() -> None:
    claim, report = facts_of("xuong kim thinh rut di roi"), facts_of("Công ty giày Kim Thịnh: không rút nhà máy")
    assert compare_facts(claim, report).same["names"] == 1
