"""Dates as people read them on a page."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import VIETNAM
from monitor.collectors.parsing.human_dates import exactness, parse_relative, read_date
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # a Wednesday, nine in the morning in Việt Nam


def shown(raw: str) -> tuple[str, str] | None:
    """Read a date and write it as a clock in Việt Nam shows it."""
    found = parse_relative(raw, now=NOW)
    return (found[0].astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M"), found[1]) if found else None


@pytest.mark.parametrize(("raw", "moment", "precision"), EXAMPLES["known"])
def test_known_forms(raw: str, moment: str, precision: str) -> None:
    assert shown(raw) == (moment, precision)


def test_decomposed_letters_are_the_same_date() -> None:
    assert shown(unicodedata.normalize("NFD", "một giờ trước")) == shown("một giờ trước") is not None


@pytest.mark.parametrize(
    "raw",
    ["", "a", "42", "2026", "ngày mai", "31/02/2026", "99 giờ 99 ngày 5/11/2026", "3.5 sao", "20 bình luận", "x" * 200],
)
def test_what_is_no_date_of_a_post(raw: str) -> None:
    assert parse_relative(raw, now=NOW) is None


@given(st.integers(1, 500), st.sampled_from(["giây", "phút", "giờ", "tiếng", "ngày", "tuần"]))
def test_so_long_ago_is_that_long_before_now(count: int, unit: str) -> None:
    length = {"giây": 1, "phút": 60, "giờ": 3600, "tiếng": 3600, "ngày": 86_400, "tuần": 604_800}[unit]
    found = parse_relative(f"{count} {unit} trước", now=NOW)
    assert found[0] == NOW - timedelta(seconds=count * length)


@given(st.integers(15_000_000, 29_900_000))
def test_written_out_dates_survive_writing_and_reading(minutes: int) -> None:
    local = datetime.fromtimestamp(minutes * 60, VIETNAM)
    raw = f"{local.hour} giờ {local.minute:02d} phút ngày {local.day}/{local.month}/{local.year}"
    assert parse_relative(raw, now=NOW) == (local, "minute")


_WORDS = [
    "thứ", "chủ nhật", "hôm", "qua", "trước", "giờ", "phút", "ngày", "tháng", "năm", "lúc", "5", "11", "2026", "/",
]  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(_WORDS), max_size=6).map(" ".join)))
def test_any_text_is_read_without_an_error_and_never_from_the_future(raw: str) -> None:
    found = parse_relative(raw, now=NOW)
    assert found is None or (found[0].tzinfo is UTC and found[0] <= NOW + timedelta(days=1))


@pytest.mark.parametrize(("raw", "precision"), EXAMPLES["exactness"])
def test_date_without_a_time_of_day_is_exact_to_the_day(raw: str, precision: str) -> None:
    assert exactness(raw) == precision
    found = read_date(raw, now=NOW)
    assert found.moment is not None
    assert (found.raw, found.precision) == (raw, precision)


def test_date_that_is_none_is_kept_as_it_was_written() -> None:
    assert read_date("", now=NOW) == (None, None, None)
    assert read_date("bao giờ cho đến tháng mười", now=NOW) == (None, "bao giờ cho đến tháng mười", None)
    assert read_date("2 giờ trước", now=NOW) == (NOW - timedelta(hours=2), "2 giờ trước", "hour")
