"""The periods of reports: ISO weeks, months and quarters in Việt Nam time, from midnight to midnight."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from monitor.clock import VIETNAM
from monitor.errors import UsageError
from storage.figures.report_counts import Period

DAYS_IN_WEEK: Final = 7
MONTHS_IN_QUARTER: Final = 3
FIRST_YEAR, LAST_YEAR = 2000, 2999
_LAST_NUMBER: Final = {"week": 53, "month": 12, "quarter": 4}


class Unit(StrEnum):
    """The length of a period."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


_FORMS: Final = {
    Unit.WEEK: re.compile(r"([0-9]{4})-W([0-9]{2})"),
    Unit.MONTH: re.compile(r"([0-9]{4})-([0-9]{2})"),
    Unit.QUARTER: re.compile(r"([0-9]{4})-Q([0-9])"),
}
_EXAMPLES: Final = {Unit.WEEK: "2026-W47", Unit.MONTH: "2026-11", Unit.QUARTER: "2026-Q4"}


@dataclass(frozen=True, slots=True, order=True)
class CalendarPeriod:
    """One ISO week, month or quarter.

    Args:
        unit: Which of the three.
        year: The year; of a week the ISO year, which differs from the calendar's around New Year.
        number: The week (1 to 52 or 53), month (1 to 12) or quarter (1 to 4) of that year.

    Raises:
        UsageError: When that year has no such period.

    """

    unit: Unit
    year: int
    number: int

    def __post_init__(self) -> None:
        known = 1 <= self.number <= _LAST_NUMBER[self.unit]
        if known and self.unit is Unit.WEEK:
            try:
                date.fromisocalendar(self.year, self.number, 1)
            except ValueError:
                known = False
        if not known:
            raise UsageError(f"{self} is not in the calendar: write it as {_EXAMPLES[self.unit]}")

    def __str__(self) -> str:
        mark = {Unit.WEEK: f"W{self.number:02d}", Unit.MONTH: f"{self.number:02d}", Unit.QUARTER: f"Q{self.number}"}
        return f"{self.year:04d}-{mark[self.unit]}"

    @property
    def first(self) -> date:
        """The first day."""
        if self.unit is Unit.WEEK:
            return date.fromisocalendar(self.year, self.number, 1)
        months = 1 if self.unit is Unit.MONTH else MONTHS_IN_QUARTER
        return date(self.year, (self.number - 1) * months + 1, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "CalendarPeriod":
        """The period behind it."""
        if self.unit is Unit.WEEK:
            return period_of(self.unit, self.first + timedelta(days=DAYS_IN_WEEK))
        whole = self.number == _LAST_NUMBER[self.unit]
        return CalendarPeriod(self.unit, self.year + whole, 1 if whole else self.number + 1)

    @property
    def previous(self) -> "CalendarPeriod":
        """The period before it."""
        return period_of(self.unit, self.first - timedelta(days=1))

    def earlier(self, count: int) -> tuple["CalendarPeriod", ...]:
        """The periods before it, the nearest first."""
        found: list[CalendarPeriod] = []
        before = self
        for _ in range(count):
            before = before.previous
            found.append(before)
        return tuple(found)

    @property
    def span(self) -> Period:
        """The period in UTC."""
        return Period(_midnight(self.first), _midnight(self.next.first))

    @property
    def parts(self) -> tuple[date, ...]:
        """The first days of its parts: the days of a week or month, the weeks of a quarter (the first may be short)."""
        days = [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]
        if self.unit is not Unit.QUARTER:
            return tuple(days)
        return tuple(day for day in days if day == self.first or day.weekday() == 0)

    @property
    def bounds(self) -> tuple[datetime, ...]:
        """The beginnings of its parts and its end, UTC; one more than there are parts."""
        return (*map(_midnight, self.parts), self.span.end)


def parse_period(text: str, unit: Unit) -> CalendarPeriod:
    """Read a period that a person wrote.

    Args:
        text: As `2026-W47`, `2026-11` or `2026-Q4`.
        unit: Which of the three it must be.

    Raises:
        UsageError: When it has another form, or the year has no such period.

    """
    found = _FORMS[unit].fullmatch(text.strip())
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise UsageError(f"{text!r} is not in the calendar: write it as {_EXAMPLES[unit]}")
    return CalendarPeriod(unit, int(found[1]), int(found[2]))


def parse_any_period(text: str) -> CalendarPeriod:
    """Read a period of any length; raises UsageError when it is none."""
    unit = next((unit for unit, form in _FORMS.items() if form.fullmatch(text.strip())), Unit.WEEK)
    return parse_period(text, unit)


def current_period(unit: Unit, now: datetime) -> CalendarPeriod:
    """Return the period in Việt Nam at a time given as aware UTC."""
    return period_of(unit, now.astimezone(VIETNAM).date())


def period_of(unit: Unit, day: date) -> CalendarPeriod:
    """Return the period in which a day lies."""
    if unit is Unit.WEEK:
        year, number, _ = day.isocalendar()
        return CalendarPeriod(unit, year, number)
    if unit is Unit.MONTH:
        return CalendarPeriod(unit, day.year, day.month)
    return CalendarPeriod(unit, day.year, (day.month - 1) // MONTHS_IN_QUARTER + 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=VIETNAM).astimezone(UTC)
