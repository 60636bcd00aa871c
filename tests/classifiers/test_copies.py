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
        RUMOUR.replace("không", "k").replace("cho con", "cho mn"),
        f"Mong mọi người đọc kỹ. {RUMOUR}",
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
        RUMOUR.replace("Từ thứ hai", "Từ thứ 5"),
        RUMOUR.replace("Nậm Pha", "Tân Khê"),
        RUMOUR.replace("ngừng cấp", "không ngừng cấp"),
        f"Tin giả nhé: “{RUMOUR}”",
        f"{RUMOUR}\nCập nhật: nhà máy khẳng định thông tin trên không đúng.",
    ],
)
def test_another_claim_a_denial_and_a_correction_are_none(text: str) -> None:
    assert not compared(text)


FIELDS = "Dự án lấy 300ha ruộng của xã, bà con ba thôn phải dời đi trước Tết. Chưa ai được xem bản đồ quy hoạch."


def test_sentences_in_another_order_are_a_copy_and_another_area_is_none() -> None:
    fields = search_terms(FIELDS).bare
    first, second = FIELDS.split(". ")
    assert is_copy(fields, search_terms(f"{second} {first}.").bare)
    assert not is_copy(fields, search_terms(FIELDS.replace("300ha", "120ha")).bare)


def test_comments_that_share_a_phrase_are_none() -> None:
    first, second = "già rồi mà vô ý thức như vậy thì chịu", "già đầu rồi mà vô ý thức quá thể luôn"
    assert not is_copy(search_terms(first).bare, search_terms(second).bare)
    assert is_copy(search_terms(first).bare, search_terms(f"{first} 😂").bare)


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
