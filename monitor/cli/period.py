"""What several commands read in the same way: a period that has begun, and lists with commas."""

from collections.abc import Iterable
from datetime import datetime

from monitor.errors import UsageError
from monitor.reports.periods import CalendarPeriod, Unit, current_period, parse_period


def past_period(now: datetime, *, week: str, month: str, quarter: str) -> CalendarPeriod | None:
    """Return the week, month or quarter that was named; None when none was.

    Raises:
        UsageError: When several are named, one is none, or has not begun.

    """
    given = [(Unit.WEEK, week), (Unit.MONTH, month), (Unit.QUARTER, quarter)]
    named = [(unit, text) for unit, text in given if text]
    if not named:
        return None
    if len(named) > 1:
        message = "--week, --month and --quarter: choose one"
        raise UsageError(message)
    ((unit, text),) = named
    chosen, present = parse_period(text, unit), current_period(unit, now)
    if chosen > present:
        message = f"{unit} {chosen} has not begun: this is {present}, and it is the last one there is to report on"
        raise UsageError(message)
    return chosen


def listed(given: Iterable[str] | None) -> list[str]:
    """Return values that were given with commas, or one by one."""
    return [name.strip() for each in given or () for name in each.split(",") if name.strip()]
