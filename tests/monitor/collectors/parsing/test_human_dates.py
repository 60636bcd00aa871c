"""Dates as people read them on a page."""

import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import VIETNAM
from monitor.collectors.parsing.human_dates import exactness, parse_relative, read_date

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # a Wednesday, nine in the morning in Việt Nam


def shown(raw: str) -> tuple[str, str] | None:
    """Read a date and write it as a clock in Việt Nam shows it."""
    found = parse_relative(raw, now=NOW)
    return (found[0].astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M"), found[1]) if found else None


@pytest.mark.parametrize(
    ("raw", "moment", "precision"),
    [
        ("vừa xong", "2026-11-25 09:00", "second"),
        ("Vài giây trước", "2026-11-25 09:00", "second"),
        ("just now", "2026-11-25 09:00", "second"),
        ("vài phút trước", "2026-11-25 08:57", "hour"),
        ("5 phút trước", "2026-11-25 08:55", "minute"),
        ("Cập nhật: 3 phút trước", "2026-11-25 08:57", "minute"),
        ("năm phút trước", "2026-11-25 08:55", "minute"),
        ("30 phút trước đây", "2026-11-25 08:30", "minute"),
        ("một giờ trước", "2026-11-25 08:00", "hour"),
        ("1 tiếng trước", "2026-11-25 08:00", "hour"),
        ("nửa tiếng trước", "2026-11-25 08:30", "hour"),
        ("2 tiếng rưỡi trước", "2026-11-25 06:30", "hour"),
        ("1 giờ 5 phút trước", "2026-11-25 07:55", "minute"),
        ("5h trước", "2026-11-25 04:00", "hour"),
        ("5 giờ", "2026-11-25 04:00", "hour"),
        ("mười ngày trước", "2026-11-15 09:00", "day"),
        ("hôm nay", "2026-11-25 00:00", "day"),
        ("Hôm nay lúc 9:02 SA", "2026-11-25 09:02", "minute"),
        ("hôm qua lúc 14:30", "2026-11-24 14:30", "minute"),
        ("hôm qua 14h30", "2026-11-24 14:30", "minute"),
        ("tối qua lúc 8 giờ", "2026-11-24 20:00", "hour"),
        ("trưa qua lúc 1 giờ", "2026-11-24 13:00", "hour"),
        ("trưa qua lúc 11h30", "2026-11-24 11:30", "minute"),
        ("đêm qua lúc 11 giờ", "2026-11-24 23:00", "hour"),
        ("đêm qua lúc 2 giờ", "2026-11-24 02:00", "hour"),
        ("11 giờ đêm ngày 20/11", "2026-11-20 23:00", "hour"),
        ("hôm kia", "2026-11-23 00:00", "day"),
        ("hôm kìa", "2026-11-22 00:00", "day"),
        ("thứ 5 tuần trước", "2026-11-19 00:00", "day"),
        ("chủ nhật tuần trước lúc 7:15", "2026-11-22 07:15", "minute"),
        ("thứ hai tuần này", "2026-11-23 00:00", "day"),
        ("Thứ hai lúc 10:15", "2026-11-23 10:15", "minute"),
        ("Thứ tư lúc 8:30", "2026-11-25 08:30", "minute"),
        ("Thứ tư lúc 10:30", "2026-11-18 10:30", "minute"),
        ("10 giờ 30 ngày 5/11/2026", "2026-11-05 10:30", "minute"),
        ("10 giờ 5 phút ngày 5/11/2026", "2026-11-05 10:05", "minute"),
        ("10 giờ ngày 5-11-26", "2026-11-05 10:00", "hour"),
        ("10h30 ngày 5/11", "2026-11-05 10:30", "minute"),
        ("lúc 8 giờ sáng ngày 20 tháng 11 năm 2026", "2026-11-20 08:00", "hour"),
        ("8 giờ tối ngày 20/11", "2026-11-20 20:00", "hour"),
        ("12h tối 20/11", "2026-11-21 00:00", "hour"),
        ("12 giờ 15 đêm ngày 31/12/2025", "2026-01-01 00:15", "minute"),
        ("đêm qua lúc 12 giờ", "2026-11-25 00:00", "hour"),
        ("12 giờ trưa ngày 20/11", "2026-11-20 12:00", "hour"),
        ("5/12", "2025-12-05 00:00", "day"),
        ("22/7/24 lúc 21:37", "2024-07-22 21:37", "minute"),
        ("21 tháng 09 năm 2025", "2025-09-21 00:00", "day"),
        ("23 thg 11, 2026", "2026-11-23 00:00", "day"),
        ("Thứ Ba, 12/05/2024, 10:15 (GMT+7)", "2024-05-12 10:15", "minute"),
        ("tuần trước", "2026-11-18 09:00", "day"),
        ("Sep 3, 2026 at 9:02 AM", "2026-09-03 09:02", "minute"),
    ],
)
def test_known_forms(raw: str, moment: str, precision: str) -> None:
    assert shown(raw) == (moment, precision)


def test_decomposed_letters_are_the_same_date() -> None:
    assert shown(unicodedata.normalize("NFD", "một giờ trước")) == shown("một giờ trước") is not None


def test_another_zone_has_other_days() -> None:
    found = parse_relative("hôm qua", now=NOW, zone=ZoneInfo("America/Los_Angeles"))
    assert found == (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "day")


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
    assert found is not None
    assert found[0] == NOW - timedelta(seconds=count * length)


@given(st.integers(15_000_000, 29_900_000))
def test_written_out_dates_survive_writing_and_reading(minutes: int) -> None:
    local = datetime.fromtimestamp(minutes * 60, VIETNAM)
    raw = f"{local.hour} giờ {local.minute:02d} phút ngày {local.day}/{local.month}/{local.year}"
    assert parse_relative(raw, now=NOW) == (local, "minute")


_WORDS = [
    "thứ",
    "chủ nhật",
    "hôm",
    "qua",
    "trước",
    "giờ",
    "phút",
    "ngày",
    "tháng",
    "năm",
    "lúc",
    "5",
    "11",
    "2026",
    "/",
]


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(_WORDS), max_size=6).map(" ".join)))
def test_any_text_is_read_without_an_error_and_never_from_the_future(raw: str) -> None:
    found = parse_relative(raw, now=NOW)
    assert found is None or (found[0].tzinfo is UTC and found[0] <= NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("raw", "precision"),
    [
        ("Mon, 16 Nov 2026 09:00:00 +0700", "second"),
        ("2026-11-16T09:00:00Z", "second"),
        ("1788400923", "second"),
        ("16/11/2026 9h05", "second"),
        ("16/11/2026", "day"),
        ("2026-11-16", "day"),
    ],
)
def test_date_without_a_time_of_day_is_exact_to_the_day(raw: str, precision: str) -> None:
    assert exactness(raw) == precision
    found = read_date(raw, now=NOW)
    assert found.moment is not None
    assert (found.raw, found.precision) == (raw, precision)


def test_date_that_is_none_is_kept_as_it_was_written() -> None:
    assert read_date("", now=NOW) == (None, None, None)
    assert read_date("bao giờ cho đến tháng mười", now=NOW) == (None, "bao giờ cho đến tháng mười", None)
    assert read_date("2 giờ trước", now=NOW) == (NOW - timedelta(hours=2), "2 giờ trước", "hour")
