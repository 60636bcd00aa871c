"""Weeks run from Monday midnight to Monday midnight in Việt Nam, also around New Year."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.reports.iso_week import Week, current_week, parse_week

WEEKS = st.dates(date(2000, 1, 10), date(2999, 12, 20)).map(lambda day: Week(*day.isocalendar()[:2]))


def test_a_week_begins_at_monday_midnight_in_viet_nam() -> None:
    period = parse_week("2026-W47").period
    assert period.start == datetime(2026, 11, 15, 17, 0, tzinfo=UTC)
    assert period.end == datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (datetime(2026, 11, 15, 16, 59, 59, tzinfo=UTC), "2026-W46"),  # still Sunday in Việt Nam
        (datetime(2026, 11, 15, 17, 0, tzinfo=UTC), "2026-W47"),  # Monday there, Sunday in Greenwich
        (datetime(2026, 12, 31, 12, 0, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 3, 16, 0, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 3, 17, 0, tzinfo=UTC), "2027-W01"),
        (datetime(2024, 12, 30, 0, 0, tzinfo=UTC), "2025-W01"),
    ],
)
def test_the_present_week_is_the_one_in_viet_nam(now: datetime, week: str) -> None:
    assert str(current_week(now)) == week


@pytest.mark.parametrize(
    ("week", "before"), [("2026-W47", "2026-W46"), ("2027-W01", "2026-W53"), ("2026-W01", "2025-W52")]
)
def test_the_week_before_may_be_of_the_year_before(week: str, before: str) -> None:
    assert str(parse_week(week).previous) == before


def test_the_seven_days_are_local_dates() -> None:
    days = parse_week("2026-W53").days
    assert [day.date for day in days] == [date(2026, 12, 28) + timedelta(days=number) for number in range(7)]
    assert days[3].period.start == datetime(2026, 12, 30, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-47",
        "2026-W7",
        "2026-W00",
        "2026-W54",
        "2025-W53",
        "26-W47",
        "2026-W47-1",
        "1999-W01",
        "٢٠٢٦-W47",
    ],
)
def test_what_is_no_week_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match=r"^[^\n]*2026-W47$"):
        parse_week(text)


@given(WEEKS)
def test_a_week_is_read_back_as_it_is_written(week: Week) -> None:
    assert parse_week(str(week)) == week


@given(WEEKS)
def test_days_and_weeks_adjoin(week: Week) -> None:
    ends = [day.period.end for day in week.days]
    assert [day.period.start for day in week.days] == [week.period.start, *ends[:-1]]
    assert ends[-1] == week.period.end
    assert week.previous.period.end == week.period.start


@given(WEEKS)
def test_every_moment_of_a_week_is_in_it(week: Week) -> None:
    last = week.period.end - timedelta(microseconds=1)
    assert current_week(week.period.start) == current_week(last) == week
    assert current_week(week.period.end).previous == week
