"""Parsing of dates in machine-written forms; a date without a zone gets the zone that the caller names."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz

from monitor.clock import VIETNAM

_OFFSET_NAME = re.compile(r"\(?\b(?:GMT|UTC)\s*([+-])(\d{1,2})(?::?(\d{2}))?\)?", re.IGNORECASE)
_DAY = r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})"
_TIME = r"(?P<hour>\d{1,2})[:hg](?P<minute>\d{2})(?::(?P<second>\d{2}))?"
_ZONE = r"(?:\s*(?P<sign>[+-])(?P<zone_hour>\d{2}):?(?P<zone_minute>\d{2}))?"
_DAY_FIRST = re.compile(rf"{_DAY}(?:[\s,|T-]+{_TIME}{_ZONE})?\s*$", re.IGNORECASE)
_TIME_FIRST = re.compile(rf"{_TIME}{_ZONE}[\s,|-]+(?:ngày\s+)?{_DAY}\s*$", re.IGNORECASE)
_TIME_BEFORE = re.compile(r"\d\s*[:hg]", re.IGNORECASE)
_UNIX = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_NAMES_UTC = re.compile(r"(?:\b(?:GMT|UTC?|Z)|[+-]00:?00)\s*$")
_COMMON = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) (?:GMT|([+-])(\d{2})([0-5]\d))"
)
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_MONTH = rf"(?P<name>{'|'.join(_MONTH_NAMES)})[a-z]*\.?"
_WORDED_TIME = r"(?P<time>\d{1,2}:\d{2}(?::\d{2})?)"
_WORDED_DATE = rf"""(?:[a-z]{{3,9}},?\s+)?(?:{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?
    |(?P<first_day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH.replace("name", "last_name")})[\s,-]+(?P<year>\d{{4}})"""
_WORDED = re.compile(
    rf"{_WORDED_DATE}(?:(?:,|\s+at|\s+·)?\s+{_WORDED_TIME}(?P<zone>\s*(?:[+-]\d{{2}}:?\d{{2}}|[a-z]{{1,5}}))?)?",
    re.IGNORECASE | re.VERBOSE,
)
_WORDED_TIME_FIRST = re.compile(rf"{_WORDED_TIME}[\s,·|-]+{_WORDED_DATE}(?P<zone>)", re.IGNORECASE | re.VERBOSE)
_TWELVE_HOURS = re.compile(
    r"(?<![\d:])(\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s?(?:([ap])\.?m\b\.?|(sa|ch)\b)", re.IGNORECASE
)
_ODD_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{1,2}):(\d{1,2})(?![\d:])")
_SHORT_OFFSET = re.compile(r"(?<=:\d{2})(\s?[+-]\d{2}):(\d)\s*$")
_SHORT_HOUR = re.compile(r"(?<=\d[ T])(?=\d:)")
_YEAR_FIRST = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})\b")
_YEAR_OF_ZEROS = re.compile(r"(?<![\d+-])0\d{3}(?!\d)|(?<=[A-Za-z]-)0\d{3}(?!\d)")
_YEAR_LAST = re.compile(
    r"([A-Z][a-z]{2}, ?|[A-Z][a-z]{2} )([A-Z][a-z]{2} +\d{1,2}) ([\d:]+) ([+-]\d{4}|[A-Z]{1,5}) (\d{4})"
)
_LONGEST = 100  # characters; some patterns take time with the square of a longer text
_EARLIEST_YEAR = 1990
_LATEST_YEAR = 2100
_MILLISECOND_DIGITS = 13
_NOON = 12
_MOST_MONTHS = 12


def parse_date(raw: str, *, default_zone: tzinfo = VIETNAM) -> datetime | None:
    """Parse a date in one of the forms that Vietnamese sites and exports use.

    Accepted are ISO 8601; RFC 822, also with the wrong but common `GMT+7`; the form of Twitter and the `date` command,
    whose year stands last; day/month/year and English dates in words with a time before or after them; Unix seconds or
    milliseconds. A time of day may be one of twelve hours: `2:00 PM`, `2 p.m.`, `2:00 CH`.

    Args:
        raw: The date as it was written.
        default_zone: The zone of a date that names none.

    Returns:
        The time, aware UTC; None when it is not a date between 1990 and 2100.

    """
    text = raw.strip()
    if not text or len(text) > _LONGEST:
        return None
    text = _TWELVE_HOURS.sub(_of_24_hours, _OFFSET_NAME.sub(_numeric_offset, text))
    if ":" in text:  # some programs write the time of day and the offset without their zeros: `9:5:3+07:0`
        text = _SHORT_OFFSET.sub(r"\1:0\2", _ODD_CLOCK.sub(_with_zeros, text))
    for read in (_common, _unix, _iso, _day_month_year, _worded, _rfc822):
        try:
            moment = read(text)
            if moment is None:
                continue
            aware = moment if moment.tzinfo else moment.replace(tzinfo=default_zone)
            utc = aware.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if _EARLIEST_YEAR <= utc.year <= _LATEST_YEAR:
            return utc
    return None


def stored_date(value: object) -> datetime | None:
    """Return a time of a stored cursor, as `isoformat` wrote it; None where none stands there."""
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _numeric_offset(match: re.Match[str]) -> str:
    sign, hours, minutes = match.groups()
    return f"{sign}{int(hours):02d}{minutes or '00'}"


def _with_zeros(match: re.Match[str]) -> str:
    return ":".join(part.zfill(2) for part in match.groups())


def _of_24_hours(match: re.Match[str]) -> str:
    """Write a time of twelve hours as one of 24; 12 AM is midnight."""
    hour, minute, second, half, vietnamese = match.groups()
    number = int(hour)
    afternoon = (half or vietnamese).lower() in ("p", "ch")
    if number <= _NOON:
        number = number % _NOON + (_NOON if afternoon else 0)
    return f"{number:02d}:{minute or '00'}{f':{second}' if second else ''}"


def _common(text: str) -> datetime | None:
    """Parse the form of nearly all feeds (RFC 822) without the slower attempts."""
    match = _COMMON.fullmatch(text)
    if match is None or match[2] not in _MONTHS or text.endswith("-0000"):
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = timezone(-ahead if sign == "-" else ahead)
    return datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=zone)


def _unix(text: str) -> datetime | None:
    if not _UNIX.fullmatch(text):
        return None
    whole = text.partition(".")[0]
    seconds = float(text)
    return datetime.fromtimestamp(seconds / 1000 if len(whole) == _MILLISECOND_DIGITS else seconds, UTC)


def _iso(text: str) -> datetime | None:
    compact = re.sub(r"\s+(?=[+-]\d{2}:?\d{2}$|Z$)", "", text)
    compact = _SHORT_HOUR.sub("0", _YEAR_FIRST.sub(_with_hyphens, compact))
    # A bare number is not a date: "20261124" is more often an identifier.
    return None if compact.isdigit() else datetime.fromisoformat(compact)


def _with_hyphens(match: re.Match[str]) -> str:
    return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"


def _day_month_year(text: str) -> datetime | None:
    match = _TIME_FIRST.search(text) or _DAY_FIRST.search(text)
    if match is None or (match.start() and text[match.start() - 1].isdigit()):
        return None
    if _TIME_BEFORE.search(text[: match.start()]):
        return None  # a time of day in words would be lost: `parse_relative` reads those
    part = match.groupdict()
    hour, day, month = int(part["hour"] or 0), int(part["day"]), int(part["month"])
    if day <= _MOST_MONTHS < month:  # no other reading is left: 9/24/2026
        day, month = month, day
    date = f"{part['year']}-{month:02d}-{day:02d}"
    time = f"{hour:02d}:{part['minute'] or '00'}:{part['second'] or '00'}"
    zone = f"{part['sign']}{part['zone_hour']}:{part['zone_minute']}" if part["sign"] else ""
    return datetime.fromisoformat(f"{date}T{time}{zone}")


def _worded(text: str) -> datetime | None:
    """Parse an English date in words, such as `November 24, 2026 at 14:00`, by writing it as RFC 822 has it."""
    match = _WORDED.fullmatch(text) or _WORDED_TIME_FIRST.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    day, month = part["day"] or part["first_day"], (part["name"] or part["last_name"]).capitalize()
    return _rfc822(f"{day} {month} {part['year']} {part['time'] or '00:00'} {(part['zone'] or '').strip().upper()}")


def _rfc822(text: str) -> datetime | None:
    text = _YEAR_LAST.sub(r"\1\2 \5 \3 \4", text)  # email.utils ignores a zone before the year
    parts = parsedate_tz(text)
    # The library makes 2001 of the year 0001, which stands for "no date" in some programs.
    if parts is None or not re.search(r"[A-Za-z]", text) or _YEAR_OF_ZEROS.search(text):
        return None
    offset = parts[9]
    # The library reports a missing zone, like "-0000", as 0; where the text names none, the caller puts one on.
    zone = None
    if offset or (offset == 0 and _NAMES_UTC.search(text)):
        zone = timezone(timedelta(seconds=offset))
    return datetime(*parts[:6], tzinfo=zone)
