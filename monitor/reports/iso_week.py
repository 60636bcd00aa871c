"""ISO weeks in Việt Nam time: from Monday midnight to Monday midnight."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from monitor.clock import VIETNAM
from monitor.errors import UsageError
from storage.reports import Period

DAYS_IN_WEEK: Final = 7
FIRST_YEAR, LAST_YEAR = 2000, 2999
_FORM: Final = re.compile(r"([0-9]{4})-W([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Day:
    """One day in Việt Nam and its period in UTC."""

    date: date
    period: Period


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """One ISO week.

    Args:
        year: The ISO year, which differs from the calendar's around New Year.
        number: The week of that year, 1 to 52 or 53.

    Raises:
        UsageError: When that year has no such week.

    """

    year: int
    number: int

    def __post_init__(self) -> None:
        try:
            date.fromisocalendar(self.year, self.number, 1)
        except ValueError as error:
            message = f"there is no week {self}: a year has 52 weeks, some have 53; write one as 2026-W47"
            raise UsageError(message) from error

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"

    @property
    def monday(self) -> date:
        """The first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        """The last day."""
        return self.monday + timedelta(days=DAYS_IN_WEEK - 1)

    @property
    def days(self) -> tuple[Day, ...]:
        """The seven days, Monday first."""
        dates = (self.monday + timedelta(days=number) for number in range(DAYS_IN_WEEK))
        return tuple(Day(day, Period(_midnight(day), _midnight(day + timedelta(days=1)))) for day in dates)

    @property
    def period(self) -> Period:
        """The period of the week in UTC."""
        return Period(_midnight(self.monday), _midnight(self.monday + timedelta(days=DAYS_IN_WEEK)))

    @property
    def previous(self) -> "Week":
        """The week before."""
        return _week_of(self.monday - timedelta(days=1))


def parse_week(text: str) -> Week:
    """Read a week that a person wrote.

    Args:
        text: As `2026-W47`.

    Raises:
        UsageError: When it has another form, or the year has no such week.

    """
    found = _FORM.fullmatch(text.strip())
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        message = f"{text!r} is not a week: write year and week as 2026-W47"
        raise UsageError(message)
    return Week(int(found[1]), int(found[2]))


def current_week(now: datetime) -> Week:
    """Return the week in Việt Nam at a time given as aware UTC."""
    return _week_of(now.astimezone(VIETNAM).date())


def _week_of(day: date) -> Week:
    year, number, _ = day.isocalendar()
    return Week(year, number)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=VIETNAM).astimezone(UTC)
