"""The order of day and month in dates of numbers, decided once for all dates of a feed or file.

`11/05/2026` is the 11th of May or the 5th of November, and only the dates beside it can tell.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from monitor.collectors.parsing.dates import parse_date

DAY_FIRST: Final = "day-first"
MONTH_FIRST: Final = "month-first"
OPEN: Final = "open"
"""What is shown where nothing tells and somebody has to say it."""
DateOrder = Literal["", "day-first", "month-first"]
"""Which of the two stands first; empty while nothing tells."""

_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/])")
_FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-Z]")
_MOST_MONTHS = 12
# So many dates that all contradict what was decided earlier show that the site writes them in another way now.
_ENOUGH_TO_CHANGE = 3
_CENTURY = 100
_AHEAD = timedelta(days=1)  # clocks differ
_VIETNAMESE = re.compile(r"(?:GMT|UTC)\s?\+0?7\b|\+07:?00|\bICT\b|\b(?:SA|CH)\b", re.IGNORECASE)
_AMERICAN = re.compile(r"\b[ECMP][SD]T\b")
_OTHER_ZONE = re.compile(r"[+-]\d{2}:?\d{2}\s*$|\b(?:GMT|UTC?|Z)\b|\d\s?[ap]\.?m\b", re.IGNORECASE)


class DateOrderContradicted(ValueError):
    """A date has its day where the other dates have the month."""


class Decided(NamedTuple):
    """The order of a feed's or file's dates.

    `is_proved` says that dates which can be only one of the two have shown it, and not the habit of their zone; such an
    order is to be kept for later readings. `example` has the numbers of a date that can be
    both; empty where there is none.
    """

    order: DateOrder = ""
    is_proved: bool = False
    example: str = ""

    @property
    def is_open(self) -> bool:
        """Whether there are dates that nobody can read until somebody tells the order."""
        return not self.order and bool(self.example)


def order_of(dates: Iterable[str], *, known: DateOrder = "", now: datetime | None = None) -> Decided:
    """Decide which stands first, day or month.

    Dates that can be only one of the two tell it; then what was decided earlier; then that no date lies ahead of now;
    then the zone: where none is named it is that of Việt Nam, where the day stands first.

    Args:
        dates: As they were written; those of other forms do not count.
        known: What an earlier reading decided.
        now: When they were read; None when that tells nothing.

    """
    unclear: list[str] = []
    example = ""
    votes: dict[DateOrder, int] = {DAY_FIRST: 0, MONTH_FIRST: 0}
    for raw in dates:
        numbers = _NUMERIC.search(raw)
        if numbers is None or int(numbers[1]) == int(numbers[3]):
            continue
        if max(int(numbers[1]), int(numbers[3])) <= _MOST_MONTHS:
            example = example or numbers[0]
        vote = _only_order(numbers, raw)
        if vote:
            votes[vote] += 1
        else:
            unclear.append(raw)
    if known and not (votes[known] == 0 and sum(votes.values()) >= _ENOUGH_TO_CHANGE):
        return Decided(known, is_proved=True, example=example)
    if votes[DAY_FIRST] != votes[MONTH_FIRST]:
        shown: DateOrder = DAY_FIRST if votes[DAY_FIRST] > votes[MONTH_FIRST] else MONTH_FIRST
        return Decided(shown, is_proved=True, example=example)
    ahead = {order for order in votes if now and any(_is_ahead(raw, order, now) for raw in unclear)}
    if len(ahead) == 1:
        return Decided(MONTH_FIRST if DAY_FIRST in ahead else DAY_FIRST, is_proved=True, example=example)
    habits = {_habit(raw) for raw in unclear}
    return Decided(habits.pop() if len(habits) == 1 else "", example=example)


def with_day_first(raw: str, order: DateOrder) -> str:
    """Write a date of numbers with its day first and its whole year; a date of another form stays as it is.

    Returns:
        The date; empty when nothing tells which of its numbers is the day.

    Raises:
        DateOrderContradicted: When it can only be read in the other order.

    """
    numbers = _NUMERIC.search(raw)
    if numbers is None:
        return raw
    first, second, year = (int(numbers[group]) for group in (1, 3, 4))
    only = "" if first == second else _only_order(numbers, raw)
    if only and order and only != order:
        raise DateOrderContradicted
    if not (only or order or first == second):
        return ""
    day, month = (second, first) if (order or only) == MONTH_FIRST else (first, second)
    whole = f"{day:02d}/{month:02d}/{year + 2000 if year < _CENTURY else year}"
    return raw.replace(numbers[0], whole, 1)


def _only_order(numbers: re.Match[str], raw: str) -> DateOrder:
    first, second = int(numbers[1]), int(numbers[3])
    if first > _MOST_MONTHS:
        return DAY_FIRST
    if second > _MOST_MONTHS:
        return MONTH_FIRST
    # Points stand in dates of Europe alone, and Vietnamese words beside Vietnamese dates.
    return DAY_FIRST if numbers[2] == "." or _FOREIGN_LETTER.search(raw) else ""


def _is_ahead(raw: str, order: DateOrder, now: datetime) -> bool:
    moment = parse_date(with_day_first(raw, order))
    return moment is not None and moment > now + _AHEAD


def _habit(raw: str) -> DateOrder:
    if _AMERICAN.search(raw):
        return MONTH_FIRST
    # A clock of twelve hours or a zone that says nothing may be either.
    return DAY_FIRST if _VIETNAMESE.search(raw) or not _OTHER_ZONE.search(raw) else ""
