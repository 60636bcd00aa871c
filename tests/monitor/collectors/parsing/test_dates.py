"""Dates in the forms that Vietnamese sites use."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.parsing.dates import parse_date
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)
LIKE_A_DATE = r"[A-Za-z]{0,5},? ?\d{1,4}[ /:-]\d{1,3}[ /:-]\d{1,5} [0-9:+A-Z -]{0,20}"
TWO = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # two in the afternoon in Việt Nam


@pytest.mark.parametrize("raw", EXAMPLES["two_in_the_afternoon"])
def test_known_forms(raw: str) -> None:
    assert parse_date(raw) == TWO


@pytest.mark.parametrize("raw", EXAMPLES["twelve_hours"])
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


@pytest.mark.parametrize("raw", EXAMPLES["year_one"])
def test_the_year_one_that_stands_for_no_date_is_none(raw: str) -> None:
    assert parse_date(raw) is None


@pytest.mark.parametrize("filler", [" ", "\t", "1", "a ", "GMT+7 ", "Mon, "], ids=repr)
def test_what_is_longer_than_any_date_is_none_and_takes_no_time(filler: str) -> None:
    assert parse_date("1/1/2026" + filler * 200_000 + "x") is None
    assert parse_date(filler * 200_000 + "1/1/2026") == (parse_date("1/1/2026") if filler.isspace() else None)


def test_day_alone_begins_at_midnight_in_viet_nam() -> None:
    assert parse_date("24/11/2026") == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert parse_date("24/11/2026", default_zone=UTC) == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize("raw", EXAMPLES["no_dates"])
def test_what_is_no_date(raw: str) -> None:
    assert parse_date(raw) is None


@given(st.integers(662_688_000, 4_070_908_800), st.integers(-12, 14))
def test_feed_dates_survive_writing_and_reading(seconds: int, hours: int) -> None:
    utc = datetime.fromtimestamp(seconds, UTC)
    local = utc + timedelta(hours=hours)
    written = format_datetime(local.replace(tzinfo=None)).replace("-0000", f"{hours:+03d}00")
    assert parse_date(written) == utc


@given(st.text(max_size=60) | st.from_regex(LIKE_A_DATE, fullmatch=True))
def test_any_text_and_what_looks_like_a_date_is_read_without_an_error(raw: str) -> None:
    found = parse_date(raw)
    assert found is None or found.tzinfo is UTC
