"""A reference agrees with a claim by rare words and by facts, and reports or contradicts it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evidence.likeness import (
    BEARINGS,
    CONTRADICTS,
    REPORTS,
    UNCLEAR,
    Rarity,
    agreement,
    asserted_by,
    likeness,
)
from classifiers.text.letters import strip_diacritics
from classifiers.text.search_terms import search_terms

RUMOUR = "Tin nội bộ: ngày 15 nhà máy nước Nậm Pha ngừng cấp nước 3 ngày, bà con mau chứa nước."
DENIAL = "Nhà máy nước Nậm Pha: không ngừng cấp nước, chỉ thay van trong 4 giờ ngày 16."
ELSEWHERE = "Nhà máy nước Sông Lữ mở rộng công suất, cấp nước cho thêm hai nghìn hộ."
RARITY = Rarity(search_terms(text).bare for text in (RUMOUR, DENIAL, ELSEWHERE, "Bà con ra đồng", "Nhà máy mới"))


def score(claim: str, reference: str) -> float:
    asserted = asserted_by(claim, RARITY)
    return agreement(asserted, reference, likeness(asserted, search_terms(reference).bare, RARITY)).score


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


@pytest.mark.parametrize("before", ["ở", "tại", "về"])
def test_a_preposition_before_a_place_is_no_pair(before: str) -> None:
    claim = asserted_by(f"Người ta đồn {before} Lai Châu có sốt", RARITY)
    assert (strip_diacritics(before), "lai") not in claim.weights
    assert ("lai", "chau") in claim.weights


REPORT = "Sáng 5-12, kho phân bón ở phường Tân Phong, Lai Châu bốc cháy, 3 công nhân bị bỏng, thiệt hại 2,7 tỉ đồng."


@pytest.mark.parametrize(
    ("claim", "bearing"),
    [
        ("Kho phân bón ở Tân Phong Lai Châu cháy sáng 5/12, ba công nhân bỏng, mất hơn 2 tỷ 7", REPORTS),
        ("kho phan bon o tan phong lai chau chay sang 5/12, 3 cong nhan bong", REPORTS),
        ("Kho phân bón Tân Phong Lai Châu cháy sáng 5/12, 13 công nhân bị bỏng", CONTRADICTS),
        ("Kho phân bón ở Điện Biên cháy sáng 5/12, 3 công nhân bị bỏng", CONTRADICTS),
        ("Kho phân bón Tân Phong Lai Châu cháy sáng 15/12, 3 công nhân bị bỏng", CONTRADICTS),
        ("Kho phân bón Tân Phong Lai Châu không bốc cháy gì hết nhé", CONTRADICTS),
        ("Kho phân bón bốc cháy, khói mù trời", UNCLEAR),
        ("Kho phân bón Tân Phong Lai Châu cháy sáng 5/12, 3 công nhân bỏng, lan sang 20 nhà", UNCLEAR),
    ],
)
def test_what_a_reference_does_to_a_claim(claim: str, bearing: str) -> None:
    assert agreement(asserted_by(claim, RARITY), REPORT, 0.5).bearing == bearing


@pytest.mark.parametrize(
    "answer",
    [
        "Sở Y tế Lai Châu: ngày 5-12 không có 30 người ngộ độc ở chợ San Thàng.",
        "Cảnh báo: tin 30 người ngộ độc ngày 5-12 ở chợ San Thàng, Lai Châu là chiêu câu khách.",
        "Công an Lai Châu bác tin 30 người ngộ độc ở chợ San Thàng ngày 5-12.",
    ],
)
def test_what_denies_or_warns_never_counts_as_a_report(answer: str) -> None:
    claim = asserted_by("Chợ San Thàng Lai Châu hôm 5/12 có 30 người ngộ độc đó bà con", RARITY)
    assert agreement(claim, answer, 0.5).bearing != REPORTS


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_can_be_compared(claim: str, reference: str) -> None:
    asserted = asserted_by(claim, RARITY)
    found = agreement(asserted, reference, likeness(asserted, search_terms(reference).bare, RARITY))
    assert 0 <= found.score <= 1
    assert found.bearing in BEARINGS
