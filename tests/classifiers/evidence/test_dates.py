"""Dates are read in whatever way they are written, and are the same where what both give is."""

import pytest

from classifiers.evidence.dates import Date, dates_of
from classifiers.evidence.words import Tokens


def read(text: str) -> list[Date]:
    return dates_of(Tokens(text))


@pytest.mark.parametrize(
    ("text", "day", "month", "year", "lunar"),
    [
        ("sáng 8/3", 8, 3, None, False),
        ("8-3-2025", 8, 3, 2025, False),
        ("ngày 8 tháng 3 năm 2025", 8, 3, 2025, False),
        ("mùng 8 tháng 3", 8, 3, None, False),
        ("từ 1 tháng 12", 1, 12, None, False),
        ("ngày 15 này", 15, None, None, False),
        ("tháng 5/2019", None, 5, 2019, False),
        ("tháng tư", None, 4, None, False),
        ("đến 2022 mới trình", None, None, 2022, False),
        ("mùng 6 Tết", 6, 1, None, True),
        ("rằm tháng Giêng", None, 1, None, True),
        ("ngay 27 thang 5", 27, 5, None, False),
    ],
)
def test_a_date_is_read(text: str, day: int | None, month: int | None, year: int | None, *, lunar: bool) -> None:
    assert [(each.day, each.month, each.year, each.lunar) for each in read(text)] == [(day, month, year, lunar)]


@pytest.mark.parametrize("text", ["5 tháng qua", "2000 người", "62/63 tỉnh", "24 năm tù", "3 ngày", "1.000", ""])
def test_what_is_no_date_is_left_out(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("8/3", "8-3", 2),
        ("8/3", "mùng 8 tháng 3", 2),
        ("8/3/2025", "tháng 3", 1),
        ("ngày 8", "8-3", 1),
        ("27/5", "17/5", 0),
        ("8/3/2024", "8/3/2025", 0),
        ("mùng 6 Tết", "6-1", 0),
    ],
)
def test_dates_are_the_same_by_what_both_give(one: str, other: str, shared: int) -> None:
    (first,), (second,) = read(one), read(other)
    assert first.parts_shared(second) == second.parts_shared(first) == shared
