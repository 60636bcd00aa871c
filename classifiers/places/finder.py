"""Finds the places that a text names: provinces, districts and communes, of today and of before 2025.

A name without its kind is taken for a place only where its capitals, the words before it or its neighbours say so: see
names.toml. Where a name has several units, the district and province beside it decide, then the provinces of the text,
then the province of the office; else the level stays known and the unit does not.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from classifiers.places.candidates import Candidate, Lists, candidates
from classifiers.places.gazetteer import Level, Unit, default_gazetteer, name_lists
from classifiers.places.words import Words

_SIDE_BY_SIDE: Final = re.compile(r"[\s,(\-–/]{0,3}| và ")  # between `xã A` and `huyện B`, which it lies in
_NOWHERE, _OFFICE, _IN_TEXT, _BESIDE = range(4)  # how near that is which points at one unit of a name
_FORMER: Final = "cũ"


@dataclass(frozen=True, slots=True)
class Place:
    """One mention of a place.

    Args:
        name: The official name as it was when the unit existed, with its kind where one alone is meant.
        level: Its level.
        province: Today's province with its kind, or None where the text does not tell which unit is meant.
        communes: Today's communes with their kind, the main part first; empty above communes and where it is not known.
        start: Offset of the first character, in code points of the original.
        end: Offset after the last character.

    """

    name: str
    level: Level
    province: str | None
    communes: tuple[str, ...]
    start: int
    end: int

    @property
    def current(self) -> str | None:
        """Today's unit in words: `Phường Đoàn Kết, Tỉnh Lai Châu`; of a divided commune its main part."""
        if self.province is None:
            return None
        return f"{self.communes[0]}, {self.province}" if self.communes else self.province


def places_in(text: str, default_province: str | None = None) -> list[Place]:
    """Find the places that a text names.

    Args:
        text: The text as it was published; only its first 20,000 characters are read, in time linear in them.
        default_province: Name of the office's province without its kind, for names that several provinces have.

    Returns:
        The mentions in the order of the text, none overlapping another.

    """
    gazetteer = default_gazetteer()
    words = Words(text)
    found = list(candidates(words, gazetteer, _lists(unmarked=words.unmarked)))
    context = _Context(words, found, default_province)
    places = (context.place(index) for index in range(len(found)))
    return [place for place in places if place is not None]


@cache
def _lists(*, unmarked: bool) -> Lists:
    return Lists(name_lists(), unmarked=unmarked)


class _Context:
    """The candidates of a text, judged together."""

    def __init__(self, words: Words, found: Sequence[Candidate], default: str | None) -> None:
        self._words = words
        self._found = found
        self._default = default
        self._provinces = {
            unit.province
            for candidate in found
            if candidate.level is Level.PROVINCE and not candidate.short
            if candidate.placed or not candidate.ordinary
            for unit in candidate.units
            if unit.level is Level.PROVINCE
        }

    def place(self, index: int) -> Place | None:
        """Judge one candidate."""
        candidate = self._found[index]
        units, near = self._meant(candidate, list(self._beside(index)))
        if not _is_place(candidate, near, unmarked=self._words.unmarked):
            return None
        if candidate.short and len({unit.province for unit in units}) > 1:
            return None
        start, end = self._words.original_span(candidate.first, candidate.after)
        provinces = {unit.current_province for unit in units}
        communes = {unit.communes for unit in units}
        kinds = {unit.kind for unit in units}
        return Place(
            f"{units[0].kind} {units[0].name}" if len(kinds) == 1 else units[0].name,
            units[0].level,
            provinces.pop() if len(provinces) == 1 else None,
            communes.pop() if len(communes) == 1 else (),
            start,
            end,
        )

    def _beside(self, index: int) -> Iterator[Unit]:
        """Give the units of those side by side with a candidate, as a commune and its district are."""
        for left, right in pairwise(range(max(index - 1, 0), min(index + 2, len(self._found)))):
            end, start = self._words[self._found[left].after - 1].end, self._words[self._found[right].first].start
            if _SIDE_BY_SIDE.fullmatch(self._words.aligned.text[end:start]):
                yield from self._found[left if right == index else right].units

    def _meant(self, candidate: Candidate, beside: Sequence[Unit]) -> tuple[list[Unit], int]:
        """Narrow the units of a name to those that its surroundings point at, and say how near what pointed was."""
        units = [unit for unit in candidate.units if unit.level == candidate.level]
        districts = {(unit.name, unit.province) for unit in beside if unit.level is Level.DISTRICT}
        inside = {(unit.district, unit.province) for unit in beside if unit.level is Level.COMMUNE}
        provinces = {unit.province for unit in beside if unit.level is Level.PROVINCE}
        today = {unit.current_province for unit in beside if unit.level is Level.PROVINCE}
        around = {unit.province for unit in beside if unit.level is Level.DISTRICT}
        rules: list[tuple[int, Callable[[Unit], bool]]] = [
            (_BESIDE, lambda unit: (unit.district, unit.province) in districts),
            (_BESIDE, lambda unit: unit.level is not Level.COMMUNE and unit.province in around),
            (_BESIDE, lambda unit: unit.level is Level.PROVINCE and bool(provinces - {unit.province})),
            (_BESIDE, lambda unit: unit.level is Level.DISTRICT and (unit.name, unit.province) in inside),
            (_BESIDE, lambda unit: unit.level is not Level.PROVINCE and unit.province in provinces),
            (_BESIDE, lambda unit: unit.level is not Level.PROVINCE and unit.current_province in today),
            (_IN_TEXT, lambda unit: unit.province in self._provinces),
            (_OFFICE, lambda unit: unit.province == self._default),
        ]
        narrowed = ((kept, near) for near, rule in rules if (kept := list(filter(rule, units))))
        units, near = next(narrowed, (units, _NOWHERE))
        if len({unit.current_province for unit in units}) == 1:
            after = candidate.after
            former = after < len(self._words) and self._words[after].text == _FORMER
            units = [unit for unit in units if unit.old is former] or units
        return units, near


def _is_place(candidate: Candidate, near: int, *, unmarked: bool) -> bool:
    """Say whether a name means a place here; one with its kind does, but `phuong an luong` may be phương án lương."""
    if candidate.prefixed:
        sure = candidate.capital or candidate.level is not Level.COMMUNE or near != _NOWHERE
        return sure or not (unmarked or candidate.ordinary)
    if candidate.level is Level.PROVINCE:
        return candidate.placed or near >= _IN_TEXT or not candidate.ordinary
    if near == _BESIDE:
        return candidate.capital or candidate.placed or not candidate.ordinary
    if candidate.level is Level.COMMUNE:
        return near != _NOWHERE and (candidate.placed or (candidate.capital and not candidate.ordinary))
    return sum((candidate.placed, not candidate.ordinary, candidate.capital or near != _NOWHERE)) > 1  # two of three
