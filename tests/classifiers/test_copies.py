"""What forwarding does to a text leaves it a copy; what changes its claim does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.copies import BANDS, is_copy, signature
from classifiers.text.search_terms import search_terms

RUMOUR = (
    "Từ thứ hai tuần tới nhà máy nước Nậm Pha ngừng cấp nước ba ngày cho cả thị trấn, bà con mau chứa nước vào can, "
    "vào chum kẻo đến lúc không còn giọt nào mà nấu cơm cho con đi học."
)


def compared(text: str) -> bool:
    return is_copy(search_terms(RUMOUR).bare, search_terms(text).bare)


@pytest.mark.parametrize(
    "text",
    [
        RUMOUR,
        f"Cả nhà ơi đọc gấp! {RUMOUR} Chia sẻ gấp nhé mọi người!!!",
        RUMOUR.removesuffix(" mà nấu cơm cho con đi học."),
        "Tu thu hai tuan toi nha may nuoc Nam Pha ngung cap nuoc ba ngay cho ca thi tran, ba con mau chua nuoc vao can",
        RUMOUR.replace("nước", "n.ư.ớ.c"),
        RUMOUR.replace("không còn", "kh0ng c0n"),
        f"Có thật không mọi người?\n“{RUMOUR}”",
    ],
)
def test_a_forwarded_text_is_a_copy(text: str) -> None:
    assert compared(text)
    assert not {*signature(search_terms(text).bare)}.isdisjoint(signature(search_terms(RUMOUR).bare))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nhà máy nước Nậm Pha",
        RUMOUR.replace("ba ngày", "hai ngày"),
        RUMOUR.replace("Nậm Pha", "Tân Khê"),
        RUMOUR.replace("ngừng cấp", "không ngừng cấp"),
        f"Tin giả nhé: “{RUMOUR}”",
        f"{RUMOUR}\nCập nhật: nhà máy khẳng định thông tin trên không đúng.",
    ],
)
def test_another_claim_a_denial_and_a_correction_are_none(text: str) -> None:
    assert not compared(text)


def test_a_short_text_has_no_signature() -> None:
    assert signature(["mat", "nuoc", "roi"]) == []
    assert len(signature(search_terms(RUMOUR).bare)) == BANDS


@given(st.lists(st.sampled_from(["nuoc", "ba", "khong", "3", "an"]), max_size=30), st.lists(st.text(max_size=3)))
def test_comparing_is_symmetrical(first: list[str], second: list[str]) -> None:
    assert isinstance(is_copy(first, second), bool)
    if len(first) != len(second):
        assert is_copy(first, second) == is_copy(second, first)
    keys = signature(first)
    assert keys == signature(first)
    assert all(0 <= key < BANDS << 32 for key in keys)
