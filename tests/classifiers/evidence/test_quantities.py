"""Amounts are read by value and unit, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evidence.quantities import Quantity, quantities_of
from classifiers.evidence.words import Tokens
from classifiers.text.letters import strip_diacritics


def read(text: str) -> list[Quantity]:
    return quantities_of(Tokens(text))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("phạt bảy trăm rưỡi ngàn", "dong", 750_000),
        ("mất 2 tỷ 7", "dong", 2.7e9),
        ("hơn 12 triệu rưỡi", "dong", 12.5e6),
        ("năm chục triệu tiền đúc chuông", "dong", 50e6),
        ("4 củ tiền công", "dong", 4e6),
        ("2tr5", "dong", 2.5e6),
        ("120k/đêm", "dong", 120_000),
        ("1 triệu 200", "dong", 1.2e6),
        ("3 nghìn tỷ", "dong", 3e12),
        ("ba trăm năm mươi nghìn đồng", "dong", 350_000),
        ("Phạt 2.500.000đ", "dong", 2_500_000),
        ("20 ngàn đô", "usd", 20_000),
        ("mất $500", "usd", 500),
        ("gần 7 tạ rưỡi rác", "kg", 750),
        ("1 tấn 2", "kg", 1200),
        ("cách 40 cây số", "m", 40_000),
        ("nửa công", "m2", 500),
        ("500m2", "m2", 500),
        ("nhận hối lộ 1,7 tỉ", "dong", 1.7e9),
        ("tăng 6 phần trăm", "percent", 6),
        ("11,8%/năm", "percent", 11.8),
        ("nửa tháng nay", "days", 15),
        ("2 tuần", "days", 14),
        ("cả trăm tư người", "people", 140),
        ("hai trăm lẻ năm người", "people", 205),
        ("mười lăm công nhân", "people", 15),
        ("1.000 người", "people", 1000),
        ("103 “dân chơi”", "people", 103),
        ("hơn ba triệu ba con heo", "things", 3.3e6),
        ("gãy 2 cái xương sườn", "things", 2),
        ("giải lần thứ 3", "edition", 3),
    ],
)
def test_an_amount_is_read(text: str, kind: str, value: float) -> None:
    assert [(found.kind, round(found.value, 6)) for found in read(text)] == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "rơi từ tầng 4", "học lớp 1", "quốc lộ 91", "chuyến VN1544", "bay A321", "cô gái 9x", "lúc 19h50", "9 giờ tối",
        "62/63 tỉnh", "vài chục triệu", "mấy người", "một đứa", "ba mẹ tôi", "năm ngoái", "",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_left_out(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("gần 7 tạ rưỡi", "741kg", True),
        ("hơn 12 tỷ", "12,2 tỉ", True),
        ("bốn trăm rưỡi triệu", "450 triệu đồng", True),
        ("nửa tỷ", "450 triệu đồng", True),
        ("3 tạ", "300 kg", True),
        ("16 ông", "16 đối tượng", True),
        ("hơn 500 khách", "500 người", True),
        ("gần 1 tỷ", "850 triệu đồng", True),
        ("230 cái", "231 cái", True),
        ("131 người", "31 người", False),
        ("10 người", "12 người", False),
        ("nửa tháng", "5 ngày", False),
        ("7,5 triệu", "75 triệu", False),
        ("2 người", "3 người", False),
    ],
)
def test_amounts_are_compared_by_value(one: str, other: str, *, same: bool) -> None:
    (first,), (second,) = read(one), read(other)
    assert first.is_as_much_as(second) is second.is_as_much_as(first) is same


def test_amounts_are_of_the_same_thing_by_kind_and_noun() -> None:
    ribs, other, fingers = (read(text)[0] for text in ("2 cái xương sườn", "5 xương sườn", "5 ngón tay"))
    assert ribs.is_of_the_same(other)
    assert not other.is_of_the_same(fingers)
    assert read("5 người thương vong")[0].is_sum_of(read("1 người chết, 4 người bị thương"))


def test_figures_are_read_without_diacritics_too() -> None:
    found = read(strip_diacritics("lừa hơn 300 người lấy 2 tỷ 7, mất 4 củ"))
    assert [(each.kind, each.value) for each in found] == [("people", 300), ("dong", 2.7e9), ("dong", 4e6)]


@pytest.mark.parametrize(
    ("piece", "count"),
    [("1k", 1), ("1 triệu ", 500), ("trăm hai ", 444)],
)
def test_numbers_without_end_are_read_one_after_the_other(piece: str, count: int) -> None:
    assert len(read(piece * 2000)) == count  # each belonged to the one before it, deeper than Python goes


@pytest.mark.parametrize("figures", ["9" * 400 + " triệu", "9" * 3990, "0,0" + "9" * 400 + " tỷ"])
def test_more_figures_than_an_amount_has_are_none(figures: str) -> None:
    assert read(figures) == []


@given(
    st.lists(
        st.sampled_from(
            ["1", "12", "1,5", "k", "triệu", "tỷ", "trăm", "mười", "mươi", "hai", "rưỡi", "nửa", "/", "²", "٣"]
        )
    )
)
def test_any_words_of_numbers_are_read(words: list[str]) -> None:
    for between in ("", " "):
        assert all(amount.words for amount in read(between.join(words)))
