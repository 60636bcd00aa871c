"""Weeks, months and quarters run from midnight to midnight in Việt Nam, also around New Year."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.reports.periods import CalendarPeriod, Unit, current_period, parse_period, period_of

DAYS = st.dates(date(2000, 4, 10), date(2999, 9, 20))
PERIODS = st.builds(period_of, st.sampled_from(Unit), DAYS)


def test_a_week_begins_at_monday_midnight_in_viet_nam() -> None:
    span = parse_period("2026-W47", Unit.WEEK).span
    assert span.start == datetime(2026, 11, 15, 17, 0, tzinfo=UTC)
    assert span.end == datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "text", "first", "last"),
    [
        (Unit.MONTH, "2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        (Unit.MONTH, "2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        (Unit.QUARTER, "2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        (Unit.WEEK, "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
    ],
)
def test_a_period_has_a_first_and_a_last_day(unit: Unit, text: str, first: date, last: date) -> None:
    period = parse_period(text, unit)
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (datetime(2026, 11, 15, 16, 59, 59, tzinfo=UTC), "2026-W46"),  # still Sunday in Việt Nam
        (datetime(2026, 11, 15, 17, 0, tzinfo=UTC), "2026-W47"),  # Monday there, Sunday in Greenwich
        (datetime(2026, 12, 31, 12, 0, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 3, 17, 0, tzinfo=UTC), "2027-W01"),
        (datetime(2024, 12, 30, 0, 0, tzinfo=UTC), "2025-W01"),
    ],
)
def test_the_present_week_is_the_one_in_viet_nam(now: datetime, week: str) -> None:
    assert str(current_period(Unit.WEEK, now)) == week


@pytest.mark.parametrize(
    ("unit", "text", "before"),
    [
        (Unit.WEEK, "2027-W01", "2026-W53"),
        (Unit.WEEK, "2026-W01", "2025-W52"),
        (Unit.MONTH, "2026-01", "2025-12"),
        (Unit.QUARTER, "2026-Q1", "2025-Q4"),
    ],
)
def test_the_period_before_may_be_of_the_year_before(unit: Unit, text: str, before: str) -> None:
    assert str(parse_period(text, unit).previous) == before


def test_a_quarter_is_cut_into_weeks_and_a_month_into_days() -> None:
    quarter, month = parse_period("2026-Q4", Unit.QUARTER), parse_period("2026-11", Unit.MONTH)
    assert quarter.parts[:2] == (date(2026, 10, 1), date(2026, 10, 5))
    assert len(month.parts) == 30


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        *((Unit.WEEK, text) for text in ("", "2026", "2026-47", "2026-W7", "2026-W00", "2026-W54", "2025-W53")),
        (Unit.WEEK, "1999-W01"),
        (Unit.MONTH, "2026-13"), (Unit.MONTH, "2026-W01"), (Unit.QUARTER, "2026-Q5"),
    ],
)  # fmt: skip
def test_what_is_no_week_month_or_quarter_is_refused_in_one_line(unit: Unit, text: str) -> None:
    example = {Unit.WEEK: "2026-W47", Unit.MONTH: "2026-11", Unit.QUARTER: "2026-Q4"}[unit]
    with pytest.raises(UsageError, match=rf"^[^\n]*write it as {example}$"):
        parse_period(text, unit)


@given(PERIODS)
def test_a_period_is_read_back_as_it_is_written(period: CalendarPeriod) -> None:
    assert parse_period(str(period), period.unit) == period


@given(PERIODS)
def test_parts_and_periods_adjoin(period: CalendarPeriod) -> None:
    assert (period.bounds[0], period.bounds[-1]) == (period.span.start, period.span.end)
    assert list(period.bounds) == sorted(set(period.bounds))
    assert period.previous.span.end == period.span.start
    assert period.previous.next == period


@given(PERIODS)
def test_every_moment_of_a_period_is_in_it(period: CalendarPeriod) -> None:
    last = period.span.end - timedelta(microseconds=1)
    assert current_period(period.unit, period.span.start) == current_period(period.unit, last) == period
    assert current_period(period.unit, period.span.end).previous == period
