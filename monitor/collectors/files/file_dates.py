"""Dates of files: the order of day and month is decided once a file, and no date of a relative form is invented."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from monitor.clock import VIETNAM
from monitor.collectors.files.base import Value
from monitor.collectors.files.values import optional_text
from monitor.collectors.parsing import day_order
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.day_order import DAY_FIRST, MONTH_FIRST, DateOrder, with_day_first
from monitor.collectors.parsing.human_dates import Dated, exactness, parse_relative

_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)(\.?)(0[1-9]|1[0-2])\2([0-3]\d)(?!\d)")
_SERIAL = re.compile(r"[34567]\d{4}(?:[.,]\d+)?")
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's times have no zone
_ZONE_NAME = re.compile(r"(.*\d)\s+([A-Z]{2,5})", re.DOTALL)
_SEVERAL_ZONES = frozenset({"IST"})
# Two moments far apart and ahead: a relative date differs from one to the other, and no other lies ahead of them.
_THEN = (datetime(2090, 3, 14, 1, 2, 3, tzinfo=UTC), datetime(2099, 8, 26, 13, 24, 35, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class DateReader:
    """Reads the dates of one file.

    Args:
        in_utc: Whether a date that names no zone is in UTC; otherwise it is in Vietnamese time.
        month_first: Whether the month stands before the day in dates of numbers.

    """

    in_utc: bool = False
    month_first: bool = False

    def __call__(self, value: Value) -> Dated:
        """Read a date; without a time of day its precision is a day, and it is that day's beginning.

        Raises:
            DateOrderContradicted: When its month would be above 12, and its day would be one.

        """
        raw = optional_text(value)
        if raw is None:
            return Dated()
        written = with_day_first(raw, MONTH_FIRST if self.month_first else DAY_FIRST)
        if year_first := _YEAR_FIRST.match(raw):
            written = f"{year_first[1]}-{year_first[3]}-{year_first[4]}{raw[year_first.end() :]}"
        zone: tzinfo = UTC if self.in_utc else VIETNAM
        if _SERIAL.fullmatch(raw):
            day = _FIRST_DAY + timedelta(seconds=round(float(raw.replace(",", ".")) * 86_400))
            return Dated(day.replace(tzinfo=zone).astimezone(UTC), raw, "day" if raw.isdigit() else "second")
        moment = _moment(written, zone)
        return Dated(moment, raw, exactness(raw) if moment else None)


def order_of(dates: Iterable[Value]) -> tuple[DateOrder, str]:
    """Find out whether the day or the month stands first, as the dates themselves show it.

    Returns:
        The order, empty where none of them shows it or they are at odds; and the numbers of a date for which it
        matters, empty where there is none.

    """
    decided = day_order.order_of(optional_text(value) or "" for value in dates)
    return decided.order if decided.is_proved else "", decided.example


@lru_cache(maxsize=4096)
def _moment(written: str, zone: tzinfo) -> datetime | None:
    moment = parse_date(written, default_zone=zone)
    if moment is None and (named := _ZONE_NAME.fullmatch(written)):
        return _with_named_zone(named)
    return moment or _in_words(written)


def _with_named_zone(named: re.Match[str]) -> datetime | None:
    """Read a date with the name of its zone: `2023-05-01 10:00:00 EDT`.

    A name that is not known, or that of several zones, gives no time: hours that nobody can vouch for are not invented.
    """
    if named[2] in _SEVERAL_ZONES:
        return None
    from dateparser.timezone_parser import pop_tz_offset_from_string  # noqa: PLC0415  it takes long to import

    _, zone = pop_tz_offset_from_string(named[0])
    return parse_date(named[1], default_zone=zone) if isinstance(zone, tzinfo) else None


def _in_words(written: str) -> datetime | None:
    """Read a date in words, such as `Thứ Hai, 30 tháng 11 năm 2026 lúc 14:05`; nobody knows from when `hôm qua` is."""
    first, second = (parse_relative(written, now=moment) for moment in _THEN)
    return first[0] if first and first == second else None
