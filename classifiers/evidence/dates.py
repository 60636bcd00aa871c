"""The dates and years that a text names, in whatever way they are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from classifiers.evidence.words import Tokens, around, lists

_LAST_DAY, _LAST_MONTH = 31, 12
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_BESIDE: Final = 3  # syllables that must stand beside both of two dates of the same thing
_PARTS_OF_DATE: Final = 2
_YEAR_FIGURES: Final = 4
_Lists = Mapping[str, frozenset[str]]  # the lists of evidence.toml about dates


@dataclass(frozen=True, slots=True)
class Date:
    """A date, as far as it is given; at least one part is.

    Args:
        day: Day of the month, 1 to 31.
        month: 1 to 12.
        year: Such as 2025.
        lunar: Whether it is one of the lunar calendar.
        around: Syllables beside it without diacritics.
        words: As it is written.
        first: Its first token.
        after: The token after it.

    """

    day: int | None
    month: int | None
    year: int | None
    lunar: bool
    around: frozenset[str]
    words: str
    first: int
    after: int

    def is_about_the_same(self, other: "Date") -> bool:
        """Tell whether both are dates of the same thing, as the words beside them say, so that one would be wrong."""
        years = self.year is not None and other.year is not None and self.year != other.year
        return (self.rules_out(other, pinned=True) or years) and len(self.around & other.around) >= _BESIDE

    def is_in(self, others: Sequence["Date"]) -> bool:
        """Tell whether one of some dates may be the same day."""
        return any(self.may_be(other) for other in others)

    def rules_out(self, other: "Date", *, pinned: bool) -> bool:
        """Tell whether both are days that cannot be the same, of a story that is pinned down otherwise."""
        whole = pinned and None not in (self.day, self.month, other.day, other.month)
        return whole and self.lunar == other.lunar and not self.may_be(other)

    def may_be(self, other: "Date") -> bool:
        """Tell whether both may be the same day: some part is given alike by both, and none otherwise."""
        pairs = [(self.day, other.day), (self.month, other.month), (self.year, other.year)]
        alike = {own == its for own, its in pairs if own is not None and its is not None}
        return self.lunar == other.lunar and alike == {True}


@cache
def _months(*, plain: bool) -> Mapping[str, int]:
    # Without diacritics `thang nam` is a month and a year, or May.
    months: Mapping[str, int] = lists(plain=plain)["dates"]["months"]
    return {name: number for name, number in months.items() if not plain or name in ("gieng", "chap")}


def dates_of(tokens: Tokens) -> list[Date]:
    """Read the dates of a text in order: 8/3, 8-3-2025, ngày 8 tháng 3, mùng 6 Tết, tháng Giêng, năm 2019."""
    words = lists(plain=tokens.plain)["dates"]
    found: list[Date] = []
    index = 0
    while index < len(tokens):
        date = _date_at(tokens, index, words)
        if date is not None:
            found.append(date)
        index = date.after if date is not None else index + 1
    return found


def _date_at(tokens: Tokens, index: int, words: _Lists) -> Date | None:
    """Read the date that begins at a token."""
    if tokens.word(index) in words["month"]:
        month, after = _month(tokens, index)
        return _made(tokens, index, after, words, month=month) if month else None
    if not tokens[index].is_number:
        return None
    year = _year(tokens, index)
    if year and (tokens.word(index - 1) in {*words["year"], "/", "-"} or not _is_counted(tokens, index)):
        return _made(tokens, index, index + 1, words, year=year)
    glued = tokens.touches(index) and tokens.word(index - 1) not in ("(", "-", "/")
    day = _figure(tokens, index)
    return _day_at(tokens, index, day, words) if 0 < day <= _LAST_DAY and not glued else None


def _day_at(tokens: Tokens, index: int, day: int, words: _Lists) -> Date | None:
    """Read a date that begins with a day: with slashes, with the word for month, or behind a word for day."""
    before, after, month = tokens.word(index - 1), index + 1, 0
    if tokens.word(after) in ("/", "-") and tokens.touches(after) and tokens.touches(after + 1):
        month, after = _figure(tokens, after + 1), after + 2
        if not 0 < month <= _LAST_MONTH or (before in ("/", "-") and tokens.touches(index)):
            return None  # 62/63 tỉnh
    elif tokens.word(after) in words["month"]:
        month, after = _month(tokens, after)
    if not month and before not in words["day"]:
        return None  # 5 tháng qua
    return _made(tokens, index, after, words, day=day, month=month)


def _month(tokens: Tokens, index: int) -> tuple[int, int]:
    """Read the month behind a word for month: its number, 0 where there is none, and the token after it."""
    number = _figure(tokens, index + 1)
    if 0 < number <= _LAST_MONTH:
        return number, index + 2
    months = _months(plain=tokens.plain)
    named = tokens.longest(index + 1, months)
    return (months[named[0]], index + 1 + named[1]) if named else (0, index)


def _made(
    tokens: Tokens, first: int, after: int, words: _Lists, *, day: int = 0, month: int = 0, year: int = 0
) -> Date:
    if month and not year and tokens.word(after) in {*words["year"], "/", "-"}:
        year = _year(tokens, after + 1)
        after += 2 if year else 0
    before, behind = tokens.word(first - 1), tokens.word(after)
    lunar = bool(day) and (behind in words["lunar"] or (before in words["lunar_day"] and not month))
    lunar = lunar or any(tokens.word(place) in words["lunar"] for place in range(first, after))
    if lunar and not month and behind == "tết" and before in words["lunar_day"]:
        month = 1
    beside, written = around(tokens, first, after), tokens.written(first, after)
    return Date(day or None, month or None, year or None, lunar, beside, written, first, after)


def _figure(tokens: Tokens, index: int) -> int:
    written = tokens.word(index)
    return int(written) if written.isdecimal() and len(written) <= _PARTS_OF_DATE else 0


def _year(tokens: Tokens, index: int) -> int:
    written = tokens.word(index)
    year = int(written) if written.isdecimal() and len(written) == _YEAR_FIGURES else 0
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else 0


def _is_counted(tokens: Tokens, index: int) -> bool:
    """Tell whether an amount is meant that looks like a year: 2000 người."""
    units = lists(plain=tokens.plain)["units"]
    return any(tokens.longest(index + 1, unit) for unit in units.values())
