"""A reference agrees with a claim by rare words and by facts; what differs between them is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evidence import Rarity, agreement, asserted_by, compare, likeness
from classifiers.evidence_facts import KINDS, compare_facts, facts_of
from classifiers.text.letters import strip_diacritics
from classifiers.text.search_terms import search_terms

RUMOUR = "Tin nội bộ: ngày 15 nhà máy nước Nậm Pha ngừng cấp nước 3 ngày, bà con mau chứa nước."
DENIAL = "Nhà máy nước Nậm Pha: không ngừng cấp nước, chỉ thay van trong 4 giờ ngày 16."
ELSEWHERE = "Nhà máy nước Sông Lữ mở rộng công suất, cấp nước cho thêm hai nghìn hộ."
RARITY = Rarity(search_terms(text).bare for text in (RUMOUR, DENIAL, ELSEWHERE, "Bà con ra đồng", "Nhà máy mới"))


def score(claim: str, reference: str) -> float:
    asserted = asserted_by(claim, RARITY)
    return agreement(asserted, reference, likeness(asserted, search_terms(reference).bare, RARITY))


def test_the_answer_agrees_more_than_what_shares_common_words() -> None:
    assert score(RUMOUR, DENIAL) > 1.5 * score(RUMOUR, ELSEWHERE) > 0


def test_a_claim_without_diacritics_is_compared_in_the_same_way() -> None:
    assert score(strip_diacritics(RUMOUR), DENIAL) == pytest.approx(score(RUMOUR, DENIAL), rel=0.1)


def test_one_shared_pair_says_nothing() -> None:
    assert score(RUMOUR, "Cô giáo ở Nậm Pha được khen") == 0
    assert score("", DENIAL) == score(RUMOUR, "") == 0


def test_pairs_are_looked_up_rarest_first_and_clauses_that_assert_nothing_count_less() -> None:
    claim = asserted_by("Theo tôi thì buồn quá. Nhà máy nước Nậm Pha ngừng cấp nước 3 ngày", RARITY)
    assert claim.weights["nam", "pha"] > claim.weights["nha", "may"]
    assert claim.weights["cap", "nuoc"] > claim.weights["may", "nuoc"] * 0.9
    assert claim.pairs[0] != ("nha", "may")


def test_shared_words_and_differences_are_told() -> None:
    found = compare(RUMOUR, DENIAL)
    assert found.words[0] == "nhà máy nước nậm pha"
    assert "ngừng cấp nước" in found.words
    assert found.differs == {"numbers": (("3",), ("4",)), "dates": (("ngày 15",), ("ngày 16",))}


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("Phạt 2.500.000đ và 1,5 triệu", "numbers", {"2500000", "15"}),
        ("Thứ hai, ngày 5/12, tháng chạp", "dates", {"thu hai", "ngay 5 12", "thang chap"}),
        ("Hôm qua bạn Kim Thịnh ở Nam Vạc nói", "names", {"kim thinh", "nam vac"}),
        ("CẤM XE QUA CẦU", "names", set()),
        ("Sáng nay trời mưa. Đường Lầy lội", "names", set()),
        ("", "numbers", set()),
    ],
)
def test_facts_are_read(text: str, kind: str, found: set[str]) -> None:
    assert set(facts_of(text).of_kind[kind]) == found


def test_a_name_in_small_letters_is_the_same_name() -> None:
    found = compare_facts(facts_of("xuong kim thinh rut di roi"), facts_of("Công ty giày Kim Thịnh: không rút nhà máy"))
    assert found.same["names"] == {"kim thinh"}
    assert found.differs == {}


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_can_be_compared(claim: str, reference: str) -> None:
    assert 0 <= score(claim, reference) <= 1
    assert set(compare(claim, reference).differs) <= set(KINDS)
