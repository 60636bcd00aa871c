"""Parsing of dates written for people: relative ones, and those in Vietnamese or English words; in Vietnamese time."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple

from monitor.clock import VIETNAM
from monitor.collectors.parsing.dates import parse_date

Precision = Literal["second", "minute", "hour", "day"]

_LONGEST = 100
_NEWEST = timedelta(days=1)  # ahead of now: clocks differ, and a day without a time may be over elsewhere
_EARLIEST_YEAR = 1990
_NOON = 12
_AFTERNOON = range(_NOON)
_SECOND_HALF = {"ch": _AFTERNOON, "pm": _AFTERNOON, "chiều": _AFTERNOON, "tối": _AFTERNOON} | {
    "trưa": range(1, 4),  # one o'clock at noon is thirteen, and eleven is eleven
    "đêm": range(7, _NOON),  # eleven at night is twenty-three, and two is two
}
"""The hours that a word moves to the second half of the day."""
_CENTURY = 100
_MONDAY_DIGIT = 2
_COUNTS: dict[str, float] = {
    "nửa": 0.5, "một": 1, "hai": 2, "ba": 3, "vài": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9, "mười": 10,
}  # fmt: skip
_UNITS: dict[str, tuple[timedelta, Precision]] = {
    "giây": (timedelta(seconds=1), "second"),
    "phút": (timedelta(minutes=1), "minute"),
    "giờ": (timedelta(hours=1), "hour"),
    "h": (timedelta(hours=1), "hour"),
    "tiếng": (timedelta(hours=1), "hour"),
    "ngày": (timedelta(days=1), "day"),
    "hôm": (timedelta(days=1), "day"),
    "tuần": (timedelta(weeks=1), "day"),
}
_COARSER: dict[Precision, Precision] = {"second": "minute", "minute": "hour", "hour": "day", "day": "day"}
_DAYS_BACK = {"nay": 0, "qua": 1, "kia": 2, "kìa": 3}
_WEEKDAYS = {"hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5}
_NOW = re.compile(r"(?:vừa|mới|vừa mới) xong|vừa mới|mới đây|bây giờ|vừa đăng|vài giây(?: trước)?|just now|now")
_AGO = re.compile(
    rf"(?:cách đây |khoảng |hơn )*(?P<count>\d{{1,4}}|{'|'.join(_COUNTS)}) ?"
    r"(?P<unit>giây|phút|giờ|h|tiếng|ngày|hôm|tuần)(?: đồng hồ)?(?P<half> rưỡi)?(?: (?P<minutes>\d{1,2}) phút)? trước"
    r"(?: đây)?"
)
_CLOCK = (
    r"(?P<hour>\d{1,2})\s*(?:[:hg]|giờ)\s*(?P<minute>(?:\d{2}|(?<=giờ )\d)\b(?!/|[.-]\d{1,2}[.-]))?"
    r"(?:\s*phút)?(?::(?P<second>\d{2}))?"
    r"(?:\s*(?P<half>sa|ch|am|pm|sáng|trưa|chiều|tối|đêm)\b)?"
)
_WHEN = rf"(?:[\s,|-]*(?:vào\s+)?(?:lúc\s+)?{_CLOCK})?"
_RECENT_DAY = re.compile(rf"(?P<part>hôm|sáng|trưa|chiều|tối|đêm) (?P<back>nay|qua|kia|kìa){_WHEN}")
_WEEKDAY = r"(?:thứ (?P<weekday>hai|ba|tư|năm|sáu|bảy|[2-7])|(?P<sunday>chủ nhật|cn))"
_DAY_OF_WEEK = re.compile(rf"{_WEEKDAY}(?: tuần (?P<week>trước|rồi|qua|này))?{_WHEN}")
_DATE = r"(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?:(?P=mark)(?P<year>\d{4}|\d{2}))?"
_TIME_THEN_DATE = re.compile(rf"(?:lúc )?{_CLOCK}[\s,|-]*(?:{_WEEKDAY}[\s,]*)?{_DATE}")
_DATE_THEN_TIME = re.compile(rf"(?:{_WEEKDAY}[\s,]*)?{_DATE}{_WHEN}")
_WRITTEN_MONTH = re.compile(r"(\d{1,2}) tháng (\d{1,2})(?:,? (?:năm )?(\d{4}))?(?!\d)")
_SAYS_SECONDS = re.compile(r"\d:\d{2}:\d{2}|\b(?:giây|seconds?|secs?)\b")
_SAYS_MINUTES = re.compile(r"\d[:hg]\d{2}|\b(?:phút|minutes?|mins?)\b")
_SAYS_HOURS = re.compile(r"\b(?:giờ|tiếng|hours?|hrs?)\b|\d ?(?:am|pm|h)\b")
_HINTS = re.compile(r"\d|trước|qua|nay|ngoái|ago|yesterday|today")
_SAYS_WHAT_TIME = re.compile(r"\d\s*[:hg]\s*\d|\dT\d|\d{10}|\d ?[ap]\.?m\b|\b(?:giờ|phút|giây)\b", re.IGNORECASE)
_HOUR_BEFORE_DATE = re.compile(r"giờ.*\d[/.-]\d")
_WORD = re.compile(r"[^\W\d_]{2,}|\d[:/]\d")


class Dated(NamedTuple):
    """A parsed date, its source text, and its precision; None for what is not known."""

    moment: datetime | None = None
    raw: str | None = None
    precision: Precision | None = None

    @property
    def of_post(self) -> dict[str, Any]:
        """What it says of a post, by field."""
        return {"published_at": self.moment, "published_raw": self.raw, "published_precision": self.precision}


def read_date(raw: str, *, now: datetime) -> Dated:
    """Parse a date of any form: first as written for machines, then as written for people.

    Args:
        raw: The date as it was written; empty when there is none.
        now: When the page was read; relative dates count from it.

    """
    moment = parse_date(raw)
    if moment is not None:
        return Dated(moment, raw, exactness(raw))
    parsed = parse_relative(raw, now=now)
    return Dated(parsed[0], raw, parsed[1]) if parsed else Dated(raw=raw or None)


def exactness(raw: str) -> Precision:
    """Return the precision of a machine-written date: `day` when it has no time of day."""
    return "second" if _SAYS_WHAT_TIME.search(raw) else "day"


def parse_relative(raw: str, *, now: datetime) -> tuple[datetime, Precision] | None:
    """Parse a relative date, or one in words.

    Call `parse_date` first: it is exact for machine-written dates. Some Vietnamese forms are parsed here, because
    dateparser does not know them or misreads them; dateparser parses the others.

    Args:
        raw: The date as it was written, such as `vừa xong`, `1 tiếng trước`, `thứ 5 tuần trước`,
            `10 giờ 30 ngày 5/11/2026`.
        now: When the page was read; relative dates count from it.

    Returns:
        The time, aware UTC, and how exact it is (`day` also stands for weeks, months and years); None when it is no
        date, lies before 1990, or more than a day ahead.

    """
    text = _settle(raw)
    if not text or len(text) > _LONGEST:
        return None
    local = now.astimezone(VIETNAM)
    for read in (_just_now, _ago, _recent_day, _day_of_week, _written_out, _by_library):
        try:
            parsed = read(text, local)
            if parsed is not None:
                return _sensible(parsed, now)
        except (ValueError, OverflowError):
            return None
    return None


def _settle(raw: str) -> str:
    text = " ".join(unicodedata.normalize("NFC", raw).casefold().split())
    text = re.sub(r"\(?\b(?:gmt|utc) ?\+0?7(?::?00)?\)?", "", text) if "+" in text else text
    text = text.strip(" .,;:|•·-()")
    return re.sub(r"^(?:đã )?(?:đăng|cập nhật|gửi|viết|xuất bản)\b[ :]*", "", text)


def _sensible(parsed: tuple[datetime, Precision], now: datetime) -> tuple[datetime, Precision] | None:
    moment, precision = parsed
    utc = moment.astimezone(UTC)
    return (utc, precision) if utc.year >= _EARLIEST_YEAR and utc <= now + _NEWEST else None


def _just_now(text: str, now: datetime) -> tuple[datetime, Precision] | None:
    return (now, "second") if _NOW.fullmatch(text) else None


def _ago(text: str, now: datetime) -> tuple[datetime, Precision] | None:
    match = _AGO.fullmatch(text)
    if match is None:
        return None
    unit, precision = _UNITS[match["unit"]]
    count = _COUNTS.get(match["count"]) or int(match["count"])
    passed = unit * count + (unit / 2 if match["half"] else timedelta(0))
    if match["minutes"]:
        return now - passed - timedelta(minutes=int(match["minutes"])), "minute"
    return now - passed, _COARSER[precision] if match["count"] == "vài" else precision


def _recent_day(text: str, now: datetime) -> tuple[datetime, Precision] | None:
    match = _RECENT_DAY.fullmatch(text)
    return _at(now.date() - timedelta(days=_DAYS_BACK[match["back"]]), match, now) if match else None


def _day_of_week(text: str, now: datetime) -> tuple[datetime, Precision] | None:
    match = _DAY_OF_WEEK.fullmatch(text)
    if match is None:
        return None
    name = match["weekday"]
    number = 6 if name is None else int(name) - _MONDAY_DIGIT if name.isdigit() else _WEEKDAYS[name]
    monday = now.date() - timedelta(days=now.weekday())
    if match["week"] == "này":
        return _at(monday + timedelta(days=number), match, now)
    if match["week"]:
        return _at(monday + timedelta(days=number - 7), match, now)
    parsed = _at(now.date() - timedelta(days=(now.weekday() - number) % 7), match, now)
    return parsed if parsed[0] <= now else (parsed[0] - timedelta(days=7), parsed[1])


def _written_out(text: str, now: datetime) -> tuple[datetime, Precision] | None:
    plain = _WRITTEN_MONTH.sub(lambda written: "/".join(part for part in written.groups() if part), text)
    plain = re.sub(r"\b(?:vào )?ngày ", "", plain)
    match = _TIME_THEN_DATE.fullmatch(plain) or _DATE_THEN_TIME.fullmatch(plain)
    if match is None or (match["year"] is None and match["mark"] != "/"):
        return None
    year = int(match["year"] or now.year)
    day = date(year if year >= _CENTURY else 2000 + year, int(match["month"]), int(match["day"]))
    if match["year"] is None and day > now.date():
        day = day.replace(year=day.year - 1)
    return _at(day, match, now)


def _at(day: date, match: re.Match[str], now: datetime) -> tuple[datetime, Precision]:
    """Combine a day with the time of day in the match, if any."""
    part = match.groupdict()
    if part["hour"] is None:
        return datetime.combine(day, time(), now.tzinfo), "day"
    hour, half = int(part["hour"]), part["half"] or part.get("part")
    if hour in _SECOND_HALF.get(half or "", ()):
        hour += _NOON
    elif half in ("sa", "am", "sáng") and hour == _NOON:
        hour = 0
    elif half in ("tối", "đêm") and hour == _NOON:
        day, hour = day + timedelta(days=1), 0  # the midnight that ends that evening
    moment = time(hour, int(part["minute"] or 0))
    precise: Precision = "minute" if part["minute"] else "hour"
    if part["second"]:
        moment, precise = moment.replace(second=int(part["second"])), "second"
    return datetime.combine(day, moment, now.tzinfo), precise


def _by_library(text: str, now: datetime) -> tuple[datetime, Precision] | None:
    # dateparser takes almost anything for a date, even one letter, and reads "10 giờ" before a date as 10 hours ago.
    if not _WORD.search(text) or not _HINTS.search(text) or _HOUR_BEFORE_DATE.search(text):
        return None
    moment = _ask_library(text, now)
    if moment is None:
        return None
    says: tuple[tuple[Precision, re.Pattern[str]], ...] = (
        ("second", _SAYS_SECONDS),
        ("minute", _SAYS_MINUTES),
        ("hour", _SAYS_HOURS),
    )
    return moment, next((precision for precision, pattern in says if pattern.search(text)), "day")


def _ask_library(text: str, now: datetime) -> datetime | None:
    from dateparser import parse  # noqa: PLC0415  imported when first needed: it is slow to import

    return parse(
        text,
        languages=["vi", "en"],
        settings={
            "DATE_ORDER": "DMY",
            "PREFER_DATES_FROM": "past",
            "RELATIVE_BASE": now.replace(tzinfo=None),
            "TIMEZONE": str(now.tzinfo),
            "RETURN_AS_TIMEZONE_AWARE": True,
        },
    )
