"""How much a post matters to the office: its own province, working life, and what the office named.

Nothing here looks for a person: a name that is recognised as one is no word to watch.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log10, prod
from typing import Final

from classifiers.places.finder import places_in
from classifiers.places.gazetteer import Level, default_gazetteer, key_of
from classifiers.text.letters import split_syllables, strip_diacritics
from classifiers.text.lexicon import Lexicon
from classifiers.text.normalise import normalise
from classifiers.text.search_terms import search_terms
from monitor.privacy.masks.mask import find_personal
from storage.scoring.focus import FocusDraft

WORK: Final = 2.5
PROVINCE: Final = 2.5
NEIGHBOUR: Final = 1.5
WATCHED: Final = 2.5
NOTHING: Final = 0.2
READ: Final = 4_000  # characters of a post, which say what it is about
_POINTS: Final = {"sure": 2, "weak": 1}
_LEAST_POINTS: Final = 2
_READ_SYLLABLES: Final = 300
_SYLLABLES_A_POINT: Final = 60  # so many more syllables of a text need one point more
_WORDS_FILE: Final = "working_life.toml"
_MANY: Final = {"chuc": 10, "tram": 100, "nghin": 1_000, "ngan": 1_000, "van": 10_000, "trieu": 1_000_000}
_PEOPLE: Final = re.compile(
    rf"\b(?:(\d{{1,3}}(?:[.,]\d{{3}})+|\d{{1,6}})|hang ({'|'.join(_MANY)}))"
    r" (?:nu )?(?:nguoi|cong nhan|lao dong|nhan vien)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """What of a post matters here, each as it is written there or called; empty where nothing does.

    Args:
        work: Words of working life.
        own: Places of the office's province.
        near: Neighbouring provinces.
        watched: Words that the office watches.
        people: The largest number of people that it names; 1 where it names none.

    """

    work: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    people: int = 1

    @property
    def value(self) -> float:
        """By what it multiplies the worth of a decision."""
        near = self.near if not self.own else ()
        parts = ((self.work, WORK), (self.own, PROVINCE), (near, NEIGHBOUR), (self.watched, WATCHED))
        factors = [factor for found, factor in parts if found]
        return prod(factors) * (1 + log10(self.people) / 4) if factors else NOTHING


class Focus:
    """Finds in posts what matters to an office.

    Args:
        draft: What the office named.

    """

    def __init__(self, draft: FocusDraft) -> None:
        self._province = draft.province
        self._watched = [_phrase(word) for word in draft.words]
        self._own, self._near = current_provinces([draft.province]), current_provinces(draft.neighbours)

    def relevance_of(self, text: str) -> Relevance:
        """Return what of a post matters here.

        Args:
            text: The post as it was published; its first 4,000 characters are read.

        """
        text = text[:READ]
        terms = search_terms(text)
        accented, bare = (f" {' '.join(syllables)} " for syllables in (terms.accented, terms.bare))
        own, near = self._places(text, accented)
        return Relevance(
            work=words_of_work(text),
            own=own,
            near=near,
            watched=tuple(word for word, phrase, marked in self._watched if phrase in (accented if marked else bare)),
            people=people_of(text),
        )

    def _places(self, text: str, accented: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if not self._province:
            return (), ()
        own: dict[str, None] = {}
        near: dict[str, None] = {}
        if _phrase(self._province)[1] in accented:
            own[self._province] = None
        for place in places_in(text, self._province):
            if place.province in self._own:
                own[text[place.start : place.end]] = None
            elif place.province in self._near:
                near[text[place.start : place.end]] = None
        return tuple(own), tuple(near)


def words_of_work(text: str) -> tuple[str, ...]:
    """Return the words of working life in a text, the surest first; none where they only stand there in passing."""
    normal = normalise(text).text
    syllables = split_syllables(normal)[:_READ_SYLLABLES]
    found: dict[str, dict[str, None]] = {strength: {} for strength in _POINTS}
    reached = 0
    for strength, start, end in sorted(_words_of_work().find(syllables), key=lambda span: (span[1], -span[2])):
        if strength in found and end > reached:  # a word inside another one says nothing more
            found[strength][" ".join(syllables[start:end])] = None
            reached = end
    points = sum(points * len(found[strength]) for strength, points in _POINTS.items())
    without_marks = normal == strip_diacritics(normal)
    needed = _LEAST_POINTS + len(syllables) // _SYLLABLES_A_POINT + int(without_marks)
    return tuple(word for words in found.values() for word in words) if points >= needed else ()


def people_of(text: str) -> int:
    """Return the largest number of people in a text, as in 11.000 công nhân or hàng trăm người; at least 1."""
    plain = strip_diacritics(normalise(text).text)
    named = (_MANY.get(many) or int(re.sub(r"\D", "", figures)) for figures, many in _PEOPLE.findall(plain))
    return max([1, *named])


@cache
def _words_of_work() -> Lexicon:
    file = resources.files("monitor.scoring") / _WORDS_FILE
    groups = tomllib.loads(file.read_text(encoding="utf-8"))
    return Lexicon({strength: _listed(words.split(",")) for strength, words in groups.items()})


def _listed(words: Iterable[str]) -> list[str]:
    return [" ".join(word.split()) for word in words if word.strip()]


def _phrase(word: str) -> tuple[str, str, bool]:
    """Return a word, the syllables that are looked for, and whether they are written with diacritics."""
    terms = search_terms(word)
    marked = terms.accented != terms.bare
    return word, f" {' '.join(terms.accented)} ", marked


def current_provinces(names: Iterable[str]) -> frozenset[str]:
    """Return today's provinces, with their kind, that are called or were made of one that is called so."""
    found = (unit for name in names for _written, unit in default_gazetteer().named(key_of(name)))
    return frozenset(unit.current_province for unit in found if unit.level == Level.PROVINCE and unit.current_province)


def read_words(typed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read words to watch, one a line or with commas; returns those to keep and those that name a person."""
    words = dict.fromkeys(_listed(part for line in typed.splitlines() for part in line.split(",")))
    refused = tuple(word for word in words if _names_person(word))
    return tuple(word for word in words if word not in refused and search_terms(word).accented), refused


def _names_person(word: str) -> bool:
    # Without its capitals a name is hardly ever recognised, and names are often typed so.
    return bool(find_personal(word) or find_personal(word.title()))
