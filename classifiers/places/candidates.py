"""Every stretch of a text that can be a place's name, with what speaks for it and against it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from classifiers.places.gazetteer import Gazetteer, Level, Unit
from classifiers.places.words import Words
from classifiers.text.letters import is_syllable, strip_diacritics
from classifiers.text.normalise import normalise

_LEVELS: Final = {
    **dict.fromkeys(("Xã", "Phường", "Thị trấn", "Đặc khu"), Level.COMMUNE),
    **dict.fromkeys(("Huyện", "Quận", "Thị xã", "Thành phố"), Level.DISTRICT),
}
_INSTITUTION: Final = 7  # words among which one tells that a school or hospital is named
_HOUSE: Final = re.compile(r"(?:[,(:] ?|\b(?:số|tại|ở|chỉ|nhà|cư) )\d{1,4} $|\b\d{1,4}[a-h] $")
_TAG: Final = re.compile("#$")
_WIDE: Final = 2  # syllables from which a name is read without its kind, for districts and communes


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of words that spells the name of at least one unit.

    Args:
        first: Index of its first word, the kind included.
        after: Index after its last word.
        units: The units that are called so.
        prefixed: Whether a kind stands before the name (`xã`, `tp`).
        capital: Whether every syllable was written with a capital.
        placed: Whether a word stands before that stands before places (`ở`), or the name means nothing else.
        ordinary: Whether the words mean something else in small letters, or name a person.
        short: Whether it is an abbreviation.

    """

    first: int
    after: int
    units: Sequence[Unit]
    prefixed: bool
    capital: bool
    placed: bool
    ordinary: bool
    short: bool = False

    @property
    def level(self) -> Level:
        """The highest level that the name has."""
        return min(unit.level for unit in self.units)


class Lists:
    """The word lists of names.toml, as they are compared with a text.

    Args:
        content: The content of names.toml.
        unmarked: Whether the text to read has no marks.

    Attributes:
        words: The lists of its table `words` by their names.

    """

    def __init__(self, content: Mapping[str, Any], *, unmarked: bool) -> None:
        def read(listed: str) -> frozenset[str]:
            terms = (normalise(term).text for term in listed.split(",") if term.strip())
            return frozenset(strip_diacritics(term) if unmarked else term for term in terms)

        self.words = {name: read(listed) for name, listed in content["words"].items()}
        self.words["institution_ends"] |= self.words["place_words"]
        self.words["given_names"] |= {strip_diacritics(name) for name in self.words["given_names"]}
        if unmarked:
            self.words["ordinary"] |= self.words["ordinary_unmarked"]
        else:
            self.words["known"] |= self.words["known_marked"]
        self.prefixes = {next(iter(read(word))): kind for word, kind in content["prefixes"].items()}
        self.short_prefixes: Mapping[str, str] = content["short_prefixes"]
        self.abbreviations = {
            short: [name.strip() for name in names.split(",")] for short, names in content["abbreviations"].items()
        }


def candidates(words: Words, gazetteer: Gazetteer, lists: Lists) -> Iterator[Candidate]:
    """Find the candidates of a text from left to right, the longest first; none overlaps another.

    Args:
        words: The words of the text with their places.
        gazetteer: The names that there are.
        lists: Words that decide whether a name is meant as a place.

    """
    sports = any(term in words.aligned.text for term in lists.words["sports"])  # there a name is that of a club
    position = 0
    while position < len(words):
        found = (
            _prefixed(words, position, gazetteer, lists)
            or _bare(words, position, gazetteer, lists)
            or _abbreviated(words, position, gazetteer, lists)
        )
        if found is None:
            position += 1
        else:
            if found.placed or not sports:
                yield found
            position = found.after


def _prefixed(words: Words, first: int, gazetteer: Gazetteer, lists: Lists) -> Candidate | None:
    """Read a kind and the name behind it."""
    for length in (2, 1):
        name = first + length
        if name >= len(words) or (length == _WIDE and words.between(first) != " "):
            continue
        written = words.phrase(first, name)
        gap = words.between(name - 1)
        kind = lists.prefixes.get(written) if gap in {" ", ".", ". "} else None
        if kind is None and length == 1 and gap in {"", ".", ". "}:
            kind = lists.short_prefixes.get(written)
        if kind is None:
            continue
        for after, units in _names(words, name, gazetteer):
            called = _of_kind(units, kind)
            capital = all(word.capital or word.text.isdigit() for word in words[name:after])
            sure = capital or after - name >= _WIDE or kind == "Thành phố"
            if called and sure and not _goes_on(words, name, after, called, gazetteer):
                ordinary = not capital and words.phrase(name, after) in lists.words["ordinary"]
                return Candidate(first, after, called, prefixed=True, capital=capital, placed=True, ordinary=ordinary)
    return None


def _goes_on(words: Words, first: int, after: int, units: Sequence[Unit], gazetteer: Gazetteer) -> bool:
    """Say whether a commune's or a short name has more words than the gazetteer knows: `xã Đông Sến`."""
    if after == len(words) or not (words[after - 1].capital and words[after].capital) or words.upper(first):
        return False
    short = after - first < _WIDE or all(unit.level is Level.COMMUNE for unit in units)
    return short and words.between(after - 1) == " " and next(_names(words, after, gazetteer), None) is None


def _of_kind(units: Sequence[Unit], kind: str) -> list[Unit]:
    """Keep the units of a kind, else those of the level that has such a kind; people mix up xã and thị trấn."""
    exact = [unit for unit in units if unit.kind == kind]
    if exact:
        level = min(unit.level for unit in exact)
        # A town may be a province's: `thành phố Hà Nội`, `thành phố Lai Châu`.
        return [unit for unit in exact if unit.level == level]
    units = [unit for unit in units if not unit.name.isdigit()]  # `xã 3 lần`: only wards and urban districts have them
    return [unit for unit in units if unit.level is _LEVELS.get(kind, Level.PROVINCE)]


def _bare(words: Words, first: int, gazetteer: Gazetteer, lists: Lists) -> Candidate | None:
    """Read a name without its kind."""
    for after, found in _names(words, first, gazetteer):
        spelt = words.phrase(first, after)
        known = spelt in lists.words["known"]
        units = [unit for unit in found if unit.level is Level.PROVINCE or known or after - first >= _WIDE]
        if not units or _other_thing(words, first, after, lists) or _part_of_name(words, first, after, lists):
            continue
        province = any(unit.level is Level.PROVINCE for unit in units)
        # `48A Cầu Giấy` is a street.
        if spelt in lists.words["with_kind"] or (not province and words.follows(_HOUSE, first)):
            return None
        before = words.before(first)
        if spelt in lists.words["namesakes"] and not lists.words["titles"].isdisjoint(before):
            continue
        if not known and _goes_on(words, first, after, units, gazetteer):
            continue
        if not province and before[:1] == ["tỉnh"]:
            continue
        capital = all(word.capital for word in words[first:after])
        if not capital and _apart(words, first, after, units, lists):
            continue
        half = not capital and any(word.capital for word in words[first + 1 : after])
        # `Thanh Hoa` is a person among words with marks, but not `#ThanhHoa`.
        marked = words.unmarked or words.follows(_TAG, first) or spelt == " ".join(_syllables(units[0].name))
        placed = known or not lists.words["place_words"].isdisjoint(before)
        personal = lists.words["given_names"].issuperset(spelt.split()) and not (placed or (province and marked))
        return Candidate(
            first,
            after,
            units,
            prefixed=False,
            capital=capital,
            placed=placed,
            ordinary=not known and (personal or half or (not capital and spelt in lists.words["ordinary"])),
        )
    return None


def _apart(words: Words, first: int, after: int, units: Sequence[Unit], lists: Lists) -> bool:
    """Say whether a name in small letters falls apart: `nghệ an toàn`; `o dien bien` is not the commune Ô Diên."""
    head = words.phrase(first - 1, first + 1) if words.before(first, 1) else ""
    tail = words.phrase(after - 1, after + 1) if words.joined(after - 1) else ""
    small = all(unit.level is Level.COMMUNE for unit in units)
    return (
        not lists.words["compounds"].isdisjoint((head, tail))
        or tail in lists.prefixes
        or (small and words[first].text in lists.words["place_words"])
    )


def _other_thing(words: Words, first: int, after: int, lists: Lists) -> bool:
    """Say whether the words before tell that a person, a street or a dish is named."""
    before = words.before(first)
    if not before or (words.unmarked and before[0] in lists.words["place_words"]):  # `di` is more often đi than dì
        return False
    if not lists.words["other_things"].isdisjoint(before):
        return lists.words["place_words"].isdisjoint(before[1:])  # `miền núi Nghệ An`
    if not lists.words["person_words"].isdisjoint(before[:2]):
        return lists.words["peoples_words"].isdisjoint(before)
    single = after - first < _WIDE and not words.upper(first)  # `cô Hồng Huế`
    named = before[0] in lists.words["family_names"] or (single and before[0] in lists.words["given_names"])
    return named and words[first - 1].capital


def _part_of_name(words: Words, first: int, after: int, lists: Lists) -> bool:
    """Say whether a name is a part of a longer one: of a school, a club, a sea, a brand."""
    if words.joined(after - 1) and (words[after].capital or not is_syllable(words[after].text)):
        behind = (words[after].text, words.phrase(after, after + 2), words.phrase(max(0, after - 2), after + 1))
        if not lists.words["other_behind"].isdisjoint(behind):
            return True
    before = words.before(first, _INSTITUTION)
    for phrase in before if lists.words["place_words"].isdisjoint(before[1:]) else ():
        if phrase.partition(" ")[0] in lists.words["institution_ends"]:
            return False
        if any(f"{phrase} ".startswith(f"{name} ") for name in lists.words["institutions"]):
            return True
    return False


def _abbreviated(words: Words, first: int, gazetteer: Gazetteer, lists: Lists) -> Candidate | None:
    """Read an abbreviation behind a word that stands before places."""
    text = words[first].text
    names = lists.abbreviations.get(text.upper()) if words[first].capital and words.upper(first) else None
    names = names or lists.abbreviations.get(text)
    if names is None or lists.words["place_words"].isdisjoint(words.before(first)):
        return None
    units = [
        unit
        for name in names
        for written, unit in gazetteer.named(strip_diacritics(name).lower())
        if written == name and unit.level is Level.PROVINCE
    ]
    return Candidate(first, first + 1, units, prefixed=False, capital=True, placed=True, ordinary=False, short=True)


def _names(words: Words, first: int, gazetteer: Gazetteer) -> Iterator[tuple[int, list[Unit]]]:
    """Give the ends of the names that begin at a word, the longest first, with their units."""
    key = words[first].bare
    spelt: list[tuple[int, str]] = []
    after = first + 1
    while gazetteer.begins(key):
        spelt.append((after, key))
        if not words.joined(after - 1):
            break
        key = f"{key} {words[after].bare}"
        after += 1
    for end, name in reversed(spelt):
        units = _spelt_so(words, first, end, gazetteer.named(name))
        if units:
            yield end, units


def _spelt_so(words: Words, first: int, end: int, found: Sequence[tuple[str, Unit]]) -> list[Unit]:
    """Keep the units whose name is spelt as the words are, with its marks, or without any where they are left out.

    Among words with marks a name without them is one only by its capitals: `xã cho` is not the town Chờ.
    """
    if not found:
        return []
    written = tuple(word.text for word in words[first:end])
    if words.unmarked or all(word.capital for word in words[first:end]):
        return [unit for name, unit in found if _spells(written, _syllables(name))]
    return [unit for name, unit in found if written == _syllables(name)]


def _spells(written: Sequence[str], name: Sequence[str]) -> bool:
    """Say whether words spell a name: each with its marks or without any."""
    return all(word in (syllable, strip_diacritics(syllable)) for word, syllable in zip(written, name, strict=True))


@cache
def _syllables(name: str) -> tuple[str, ...]:
    parts = unicodedata.normalize("NFC", normalise(name).text)
    return tuple("".join(char if char.isalnum() else " " for char in parts).split())
