"""Single values: counts, identifiers, addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.files import values
from monitor.collectors.files.base import Value


@pytest.mark.parametrize(
    ("written", "count"),
    [
        (12, 12), ("12", 12), (12.0, 12), ("12.0", 12), ("1,234", 1234), ("1.234", 1234), ("1.234.567", 1_234_567),
        ("1 234", 1234), ("1.2K", 1200), ("1,2k", 1200), ("3 N", 3000), ("1,5 Tr", 1_500_000), ("2M", 2_000_000),
        ("10 triệu", 10_000_000), (0, 0),
        (None, None), ("", None), ("null", None), ("nhiều", None), ("1.5", None), (-3, None), ("-3", None),
        (True, None), (float("nan"), None), (float("inf"), None), ("1,23,4", None), ("5 cái", None), ("١٢", None),
        ("9" * 30, None),
    ],
)  # fmt: skip
def test_counts_are_read_as_they_are_written_and_nothing_else_is_one(written: Value, count: int | None) -> None:
    assert values.parse_count(written) == count


@given(st.integers(min_value=0, max_value=10**14))
def test_grouping_never_changes_a_count(count: int) -> None:
    assert values.parse_count(count) == count
    assert values.parse_count(f"{count:,}") == count
    assert values.parse_count(f"{count:,}".replace(",", ".")) == count


@given(st.text() | st.floats() | st.integers() | st.none() | st.booleans())
def test_any_value_is_read_without_an_error(value: Value) -> None:
    count = values.parse_count(value)
    assert count is None or count >= 0
    address = values.web_address(value)
    assert address is None or address.lower().startswith("http")


@pytest.mark.parametrize(
    ("identifier", "mangled"),
    [
        ("1.23E+17", True), ("1,23E+17", True), ("1e+17", True), ("123456789012345678", False), ("5e12", False),
        ("a1E+5", False), (values.as_text(123456789012345678.0), True),
    ],
)  # fmt: skip
def test_identifiers_that_a_spreadsheet_rounded_are_recognised(identifier: str, *, mangled: bool) -> None:
    assert values.is_mangled_id(identifier) is mangled


def test_whole_floats_are_written_as_whole_numbers_while_they_are_exact() -> None:
    assert values.as_text(12.0) == "12"
    assert values.as_text(1.5) == "1.5"


@pytest.mark.parametrize("placeholder", [None, "", "  ", "null", "NaN", "None", "N/A", "-"])
def test_words_for_nothing_are_nothing(placeholder: Value) -> None:
    assert values.optional_text(placeholder) is None


def test_only_addresses_that_a_browser_opens_and_short_language_tags_are_kept() -> None:
    assert values.web_address(" https://example.org/1 ") == "https://example.org/1"
    assert values.web_address("javascript:alert(1)") is None
    assert values.web_address("bài 12") is None
    assert values.language_tag("vi_VN") == "vi-VN"
    assert values.language_tag("Tiếng Việt") is None
