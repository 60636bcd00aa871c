"""Dates in the forms that Vietnamese sites use."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.parsing.dates import parse_date

TWO = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # two in the afternoon in Việt Nam


@pytest.mark.parametrize(
    "raw",
    [
        "Tue, 24 Nov 2026 14:00:00 +0700",
        "Tue, 24 Nov 2026 07:00:00 GMT",
        "Tue, 24 Nov 2026 07:00:00 -0000",
        "Tue, 24 Nov 2026 14:00:00 GMT+7",
        "Tue, 24 Nov 2026 14:00:00 GMT+07:00",
        "Tue, 24 Nov 2026 16:00:00 GMT+9",  # not to be had by taking every date for one of Việt Nam
        "24/11/2026 02:00 (GMT-5)",
        "Tue, 24 Nov 2026 14:00:00",
        "Tue, 24 Nov 2026 14:00:00 ICT",
        "24 Nov 2026 14:00:00 +0700",
        "Tue, 24 Nov 2026 12:30:00 +0530",
        "Tue, 24 Nov 2026 03:30:00 -0330",
        "Tue Nov 24 07:00:00 +0000 2026",
        "Tue Nov 24 14:00:00 +0700 2026",
        "Tue Nov 24 07:00:00 UTC 2026",
        "Tue Nov 24 14:00:00 2026",
        "2026-11-24T07:00:00Z",
        "2026-11-24T14:00:00+07:00",
        "2026-11-24 14:00:00 +0700",
        "2026-11-24T14:00:00",
        "2026-11-24 14:00",
        "24/11/2026 14:00:00",
        "24/11/2026 14:00",
        "24-11-2026, 14:00",
        "14:00 24/11/2026",
        "14h00 ngày 24/11/2026",
        "24/11/2026 2:00:00 PM",
        "24/11/2026 02:00 CH",
        "Thứ ba, 24/11/2026 | 14:00 GMT+7",
        "Thứ Ba, 24/11/2026, 14:00 (GMT+7)",
        "24/11/2026 07:00:00 +0000",
        "  24/11/2026 14:00 \n",
        "1795503600",
        "1795503600000",
        "2026/11/24 14:00",
        "11/24/2026 2:00:00 PM",
        "11/24/2026 14:00",
        "2026-11-24T14:0:0+07:0",
        "24/11/2026 14:0:0",
        "Tue, 24 Nov 2026 7:0:0 +00:0",
    ],
)
def test_known_forms(raw: str) -> None:
    assert parse_date(raw) == TWO


@pytest.mark.parametrize(
    "raw",
    [
        "Nov 24, 2026 2:00 PM",
        "Nov 24, 2026, 2:00:00 PM",
        "Nov. 24th, 2026 2 PM",
        "November 24, 2026 at 2:00 PM",
        "Tuesday, November 24, 2026 2:00pm",
        "Tue, 24 Nov 2026 02:00:00 PM",
        "Tue, 24 Nov 2026 02:00:00 AM EST",
        "24 November 2026, 2:00 p.m.",
        "24-Nov-2026 2:00 PM",
        "2:00 PM · Nov 24, 2026",
        "2:00 PM 24/11/2026",
        "2026-11-24 2:00 PM",
        "2026-11-24T02:00:00 PM",
        "2026/11/24 2:00:00 PM",
        "24/11/2026 2:00 p.m.",
        "Tue Nov 24 7:00:00 AM UTC 2026",
    ],
)
def test_hours_of_a_twelve_hour_clock(raw: str) -> None:
    assert parse_date(raw) == TWO


@given(
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    form=st.sampled_from(["%b %d, %Y {}", "%d/%m/%Y {}", "%Y-%m-%d {}"]),
)
def test_midnight_is_12_am_and_noon_12_pm(hour: int, minute: int, form: str) -> None:
    moment = datetime(2026, 11, 24, hour, minute, tzinfo=UTC)
    written = moment.strftime(form.format("%I:%M %p"))
    assert parse_date(written, default_zone=UTC) == moment


@pytest.mark.parametrize(
    "raw",
    ["Mon, 01 Jan 0001 00:00:00 GMT", "Mon, 01-Jan-0001 00:00:00 GMT", "Jan 1, 0001 12:00 AM", "0001-01-01 12:00 AM"],
)
def test_the_year_one_that_stands_for_no_date_is_none(raw: str) -> None:
    assert parse_date(raw) is None


@pytest.mark.parametrize("filler", [" ", "\t", "1", "a ", "GMT+7 ", "Mon, "], ids=repr)
def test_what_is_longer_than_any_date_is_none_and_takes_no_time(filler: str) -> None:
    assert parse_date("1/1/2026" + filler * 200_000 + "x") is None
    assert parse_date(filler * 200_000 + "1/1/2026") == (parse_date("1/1/2026") if filler.isspace() else None)


def test_day_alone_begins_at_midnight_in_viet_nam() -> None:
    assert parse_date("24/11/2026") == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert parse_date("24/11/2026", default_zone=UTC) == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "hôm qua",
        "31/02/2026",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "20261124",
        "42",
        "124/11/2026",
        "14 giờ ngày 24/11/2026",
        "13/13/2026",
    ],
)
def test_what_is_no_date(raw: str) -> None:
    assert parse_date(raw) is None


@given(st.integers(662_688_000, 4_070_908_800), st.integers(-12, 14))
def test_feed_dates_survive_writing_and_reading(seconds: int, hours: int) -> None:
    utc = datetime.fromtimestamp(seconds, UTC)
    local = utc + timedelta(hours=hours)
    written = format_datetime(local.replace(tzinfo=None)).replace("-0000", f"{hours:+03d}00")
    assert parse_date(written) == utc


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(raw: str) -> None:
    found = parse_date(raw)
    assert found is None or found.tzinfo is UTC


@given(st.from_regex(r"[A-Za-z]{0,5},? ?\d{1,4}[ /:-]\d{1,3}[ /:-]\d{1,5} [0-9:+A-Z -]{0,20}", fullmatch=True))
def test_what_looks_like_a_date_is_read_without_an_error(raw: str) -> None:
    found = parse_date(raw)
    assert found is None or found.tzinfo is UTC
