"""The amounts that a text gives, by value and unit: 2 tỷ 7, bảy trăm rưỡi ngàn, nửa tháng, 16 ông."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, takewhile
from math import inf
from typing import Any, Final

from classifiers.evidence.words import Tokens, around, filler, key_of, lists

MONEY: Final = "dong"
_MONEY: Final = (MONEY, "usd")
EDITION: Final = "edition"
THINGS: Final = "things"  # what is counted by a noun that is no unit
PEOPLE: Final = "people"
_HALF: Final = 0.25  # share by which what is called half of something may be off
_ABOUT: Final = 0.2  # share by which an amount may be off that is said to be no exact one
_OF_MANY: Final = frozenset((PEOPLE, "age", "days", EDITION, THINGS))  # kinds of which a story has several amounts
_BESIDE: Final = 2  # syllables that must stand beside both of two amounts of these
_SMALL: Final = 10
_FATE_BEFORE, _FATE_BEHIND = 3, 7  # words beside a number of people that may say what became of them
_ROUNDED: Final = 0.05  # share by which a number that ends in zeros may be rounded
_QUOTES: Final = frozenset("'‘’“”\"")
_TEN, _THOUSAND = 10, 1000
_MOST_FIGURES: Final = 24  # of an amount; more are a number of something
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount.

    Args:
        kind: What is measured or counted; amounts of one kind can be compared.
        value: In the first unit of its kind.
        within: By how much the true value may differ, as it is rounded here.
        noun: The first syllable of what is counted where `kind` is THINGS, the word before an EDITION, what became of
            PEOPLE where the text says so, else nothing.
        around: Syllables beside it without diacritics.
        words: As it is written, with its unit.

    """

    kind: str
    value: float
    within: float
    noun: str
    around: frozenset[str]
    words: str

    def is_as_much_as(self, other: "Quantity") -> bool:
        """Tell whether two amounts can be the same, whatever they are of."""
        return abs(self.value - other.value) <= max(self.within, other.within)

    def is_sum_of(self, others: Sequence["Quantity"]) -> bool:
        """Tell whether two other amounts of the same add up to it: 5 dead and wounded are 1 dead and 4 wounded."""
        same = [other for other in others if other.kind == self.kind and (other.noun == self.noun or not self.noun)]
        told = {(other.value, other.noun) for other in same}  # one amount may be told twice
        return any(abs(one + two - self.value) <= self.within for (one, _), (two, _) in combinations(told, 2))

    def is_about_the_same(self, other: "Quantity") -> bool:
        """Tell whether both are told of the same thing, as the words beside them say."""
        least = _BESIDE if self.kind in _OF_MANY else 1
        fates = self.kind == PEOPLE and self.noun and self.noun == other.noun
        return self.is_of_the_same(other) and (bool(fates) or len(self.around & other.around) >= least)

    def rules_out(self, other: "Quantity", *, pinned: bool) -> bool:
        """Tell whether one of both must be wrong: a story has one amount of their kind, or is pinned down otherwise."""
        return self.is_of_the_same(other) and (pinned or bool(self.noun) or self.kind not in _OF_MANY)

    def is_in(self, others: Sequence["Quantity"]) -> bool:
        """Tell whether some amounts give it, one alone or two that add up to it; of as many dead only those dead."""
        sure = self.noun or self.kind not in _OF_MANY
        peers = [other for other in others if sure and (other.kind, other.noun) == (self.kind, self.noun)]
        return any(self.is_as_much_as(other) for other in peers or others) or self.is_sum_of(others)

    def tells_as_much_as(self, other: "Quantity") -> bool:
        """Tell whether two amounts are the same in a way that is hardly chance: of the same, or no small number."""
        return self.is_as_much_as(other) and (self.value > _SMALL or self.is_of_the_same(other))

    def is_of_the_same(self, other: "Quantity") -> bool:
        """Tell whether two amounts measure or count the same thing, so that one of them would be wrong."""
        unsaid = self.kind == PEOPLE and not (self.noun and other.noun)
        return self.kind == other.kind and (unsaid or self.noun == other.noun)


@cache
def _units(*, plain: bool) -> Mapping[str, tuple[str, float]]:
    """Give what each unit measures, and its size."""
    units: dict[str, tuple[str, float]] = {}
    for kind, sizes in lists(plain=plain)["units"].items():  # read from the last to the first, which says what is meant
        units |= {word: (kind, float(size)) for word, size in sizes.items()}
    return units


@cache
def _digits(*, plain: bool) -> Mapping[str, int]:
    digits: Mapping[str, int] = lists(plain=plain)["numbers"]["digits"]
    # Without diacritics `nam`, `ba` and the like have too many meanings.
    return {word: digits[word] for word in ("mot", "hai", "bon")} if plain else digits


@dataclass(frozen=True, slots=True)
class _Number:
    """A number, the place of its last figure, and the token after it; `is_money` by the word for its magnitude."""

    value: float
    step: float
    after: int
    spelt: bool
    large: bool = False
    is_money: bool = False


def quantities_of(tokens: Tokens, taken: Collection[int] = ()) -> list[Quantity]:
    """Read the amounts of a text in order.

    Args:
        tokens: The words of the text.
        taken: Indices of tokens that belong to dates.

    """
    reader = _Reader(tokens, taken)
    found: list[Quantity] = []
    index = 0
    while index < len(tokens):
        number = reader.number(index)
        if number is None:
            index += 1
            continue
        quantity, index = reader.quantity(index, number)
        if quantity is not None:
            found.append(quantity)
    return found


class _Reader:
    """Reads numbers of the words of a text."""

    def __init__(self, tokens: Tokens, taken: Collection[int]) -> None:
        self._tokens = tokens
        self._word = tokens.word
        self._taken = frozenset(taken)
        self._lists: Mapping[str, Any] = lists(plain=tokens.plain)["numbers"]
        self._classifiers: frozenset[str] = lists(plain=tokens.plain)["things"]["classifiers"]
        self._thousands: Mapping[str, float] = self._lists["thousands"] | self._lists["of_money"]
        self._digits, self._units = _digits(plain=tokens.plain), _units(plain=tokens.plain)

    def number(self, index: int, below: float = inf) -> _Number | None:
        """Read the number that begins at a token, without what follows it where its magnitude is not below a limit."""
        if index in self._taken or index >= len(self._tokens):
            return None
        group = self._group(index)
        if group is None:
            return None
        value, step, after, large, is_money = group.value, group.step, group.after, False, False
        while (word := self._word(after)) in self._thousands and after not in self._taken:
            size = self._thousands[word]
            value, step, after, large = value * size, step * size, after + 1, True
            is_money = is_money or word in self._lists["of_money"]
        made = _Number(value, step, after, group.spelt, large, is_money)
        has_rest = large and group.value and value / group.value < below
        return self._with_rest(made, value / group.value) if has_rest else made

    def _with_rest(self, number: _Number, size: float) -> _Number:
        """Add what follows a magnitude: `rưỡi`, a lower magnitude, or the next figure alone as in 2 tỷ 7."""
        value, after = number.value, number.after
        if self._word(after) in self._lists["and_half"]:
            return replace(number, value=value + size / 2, step=size / 10, after=after + 1)
        rest = self.number(after, below=size)
        if rest is None or rest.value >= size or (rest.value == 1 and rest.spelt):
            return number
        if rest.large:
            return replace(number, value=value + rest.value, step=rest.step, after=rest.after)
        unit = self._unit(rest.after)
        counted = (unit and unit[0] not in _MONEY) or self._word(rest.after) in self._classifiers
        if counted and not number.spelt and not (size == _THOUSAND and number.value < _TEN * size):
            return number  # phạt 5 triệu 2 người, but 1 ngàn 3 công nhân
        for places in (10, _THOUSAND):  # 2 tỷ 7, 1 triệu 200
            if places / 10 <= rest.value < places and rest.value == int(rest.value):
                return replace(number, value=value + rest.value * size / places, step=size / places, after=rest.after)
        return number

    def _group(self, index: int) -> _Number | None:
        """Read figures, or a number below a thousand in words."""
        words = self._lists
        follows = (self._digits, words["and_half"], words["ten"])
        if self._word(index) in words["hundred"] and any(self._word(index + 1) in each for each in follows):
            return self._hundreds(1, index + 1)
        first = self._first(index)
        if first is not None and self._word(first.after) in words["hundred"]:
            return self._hundreds(first.value, first.after + 1)
        return self._below_hundred(index)

    def _first(self, index: int) -> _Number | None:
        """Read figures, or one digit in words."""
        word = self._word(index)
        if word[:1].isdecimal():
            return _figures(word, index + 1) if len(word) <= _MOST_FIGURES else None
        return _Number(self._digits[word], 1, index + 1, spelt=True) if word in self._digits else None

    def _below_hundred(self, index: int) -> _Number | None:
        """Read figures with what counts them in tens, or a number below a hundred in words."""
        words, word = self._lists, self._word(index)
        if word in words["half"]:
            return _Number(0.5, 0.1, index + 1, spelt=True)
        if word in words["ten"]:
            ones = self._digits.get(self._word(index + 1))
            return _Number(10 + (ones or 0), 1, index + (1 if ones is None else 2), spelt=True)
        first = self._first(index)
        if first is None or self._word(first.after) not in words["tens"]:
            return first
        ones = self._digits.get(self._word(first.after + 1)) if first.spelt else None
        return replace(
            first, value=10 * first.value + (ones or 0), step=1, after=first.after + (1 if ones is None else 2)
        )

    def _hundreds(self, count: float, after: int) -> _Number:
        """Read what follows the word for hundreds: trăm rưỡi, trăm tư, trăm lẻ năm, trăm hai mươi."""
        words, value = self._lists, 100 * count
        if self._word(after) in words["and_half"]:
            return _Number(value + 50, 10, after + 1, spelt=True)
        odd = self._word(after) in words["odd"]
        rest = self._below_hundred(after + odd)
        if rest is None or not rest.spelt or self._word(rest.after) in words["hundred"]:
            return _Number(value, 100, after, spelt=True)
        tens = 1 if odd or rest.value >= _TEN else _TEN
        return _Number(value + tens * rest.value, tens, rest.after, spelt=True)

    def _unit(self, index: int) -> tuple[str, float, int] | None:
        """Return the unit that begins at a token: what it measures, its size, and how many tokens it has."""
        quoted = int(self._word(index) in _QUOTES)  # 103 “dân chơi”
        found = self._tokens.longest(index + quoted, self._units)
        return (*self._units[found[0]], quoted + found[1]) if found else None

    def quantity(self, index: int, number: _Number) -> tuple[Quantity | None, int]:
        """Return the amount that a number and the words beside it give, and the token after it.

        There is none where the number is part of a name, or is told vaguely.
        """
        before, words = self._word(index - 1), self._lists
        unit = self._unit(number.after)
        edition = self._edition(index)
        if edition:
            beside, written = around(self._tokens, index, number.after), self._tokens.written(index - 1, number.after)
            return Quantity(EDITION, number.value, 0, edition, beside, written), number.after
        unsure = before in words["vague"] or self._is_beside_digit(index, number)
        if unsure or self._is_name(index) or self._is_time_of_day(number.after):
            return None, number.after
        value, step, after, kind, noun = number.value, number.step, number.after, THINGS, ""
        if unit is None and before in self._units and not before.isalpha():
            kind = self._units[before][0]  # $500
        elif unit:
            kind, size, length = unit
            value, step, after = value * size, step * size, after + length
            value, after = self._with_part(value, size, after, kind)
            noun = self._fate(index, number.after) if kind == PEOPLE else ""
        elif number.is_money or (number.large and self._word(after) not in self._classifiers):
            kind = MONEY
        elif self._tokens.touches(after) and self._word(after).isalpha():
            return None, number.after  # 9x, 19h50
        else:
            noun = self._noun(after)
        if (
            number.spelt
            and not number.large
            and (number.value == 1 or not (unit or self._word(index) in words["sure"]))
        ):
            return None, number.after
        about = _HALF if self._word(index) in words["half"] else _ABOUT if before in words["about"] else 0
        within = max(_rounded(number.value, step, large=number.large), about * value)
        beside, written = around(self._tokens, index, after), self._tokens.written(index, after)
        return Quantity(kind, value, within, noun, beside, written), after

    def _with_part(self, value: float, size: float, after: int, kind: str) -> tuple[float, int]:
        """Add the part of a unit behind it: 7 tạ rưỡi, 1 tấn 2."""
        if self._word(after) in self._lists["and_half"]:
            return value + size / 2, after + 1
        part = self._word(after)
        of_it = len(part) == 1 or self._tokens.touches(after)  # 1m73
        if kind in ("kg", "m") and part.isdecimal() and of_it and not self._unit(after + 1):
            return value + int(part) * size / 10 ** len(part), after + 1
        return value, after

    def _fate(self, first: int, after: int) -> str:
        """Return what became of counted people: the word beside them, or next to it in the clause."""
        fates = key_of("fates", plain=self._tokens.plain)
        beside = [*takewhile(lambda index: self._word(index).isalpha(), range(after, after + _FATE_BEHIND))]
        before = [*takewhile(lambda index: self._word(index).isalpha(), range(first - 1, first - _FATE_BEFORE - 1, -1))]
        for index in (*before[:1], *beside, *before[1:]):
            if found := self._tokens.longest(index, fates):
                return fates[found[0]]
        return ""

    def _is_beside_digit(self, index: int, number: _Number) -> bool:
        """Tell whether a digit may stand beside a spelt number that is not read without marks: hai ty sau."""
        beside = {self._word(index - 1), self._word(number.after)}
        return number.spelt and not beside.isdisjoint(self._lists["digits"].keys() - self._digits)

    def _is_name(self, index: int) -> bool:
        """Tell whether a number is part of a name: tầng 4, VN1544, 62/63, 24/24."""
        before = self._word(index - 1)
        if before == "." and index > 1:
            before = self._word(index - 2) if self._tokens.touches(index - 1) else before
        glued = self._tokens.touches(index) and (before.isalnum() or before in ("/", "-", "_"))
        split = self._word(index + 1) == "/" and self._word(index + 2).isdecimal()
        two = f"{self._word(index - 2)} {self._word(index - 1)}"
        return glued or split or not self._lists["named"].isdisjoint((before, two))

    def _edition(self, index: int) -> str:
        """Return the word by which a number is that of an edition: lần thứ 3, khóa 12; nothing where it is none."""
        place = index - 2 if self._word(index - 1) in self._lists["ordinal"] else index - 1
        listed = self._lists["editions"] if self._tokens.plain else self._lists["editions"] | self._lists["floors"]
        return self._tokens[place].bare if self._word(place) in listed else ""

    def _is_time_of_day(self, index: int) -> bool:
        """Tell whether hours follow that are a time of day: 9 giờ tối."""
        return self._word(index) in self._lists["hour"] and self._word(index + 1) in self._lists["time_of_day"]

    def _noun(self, index: int) -> str:
        """Return the first syllable of what is counted, without diacritics."""
        while self._word(index) in self._classifiers:
            index += 1
        word = self._tokens[index] if index < len(self._tokens) else None
        return word.bare if word is not None and word.text.isalpha() and word.bare not in filler() else ""


def _figures(written: str, after: int) -> _Number:
    """Read figures: a point or comma before three figures parts thousands, else decimals."""
    if _GROUPED.fullmatch(written) or not {".", ","} & set(written):
        whole = int(written.replace(".", "").replace(",", ""))
        return _Number(whole, 1, after, spelt=False)
    before, _, decimals = written.replace(",", ".").rpartition(".")
    return _Number(float(f"{before.replace('.', '')}.{decimals}"), 10.0 ** -len(decimals), after, spelt=False)


def _rounded(value: float, step: float, *, large: bool) -> float:
    """Return by how much a number may be rounded: half its last place; a whole number, where it ends in zeros."""
    if large or value != int(value):
        return min(step / 2, _ABOUT * value)
    zeros = len(str(int(value))) - len(str(int(value)).rstrip("0"))
    return min(step * 10**zeros / 2, _ROUNDED * value) if zeros else 0
