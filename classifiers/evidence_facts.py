"""The facts by which a claim and a reference text can be told apart: numbers, names of places and people, dates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from classifiers.places.finder import places_in
from classifiers.text.normalise import normalise
from classifiers.text.search_terms import search_terms

KINDS: Final = ("numbers", "names", "dates")
MOST_READ: Final = 4000  # characters
_NUMBER: Final = re.compile(r"(?<![\w.,/])\d+(?:[.,]\d+)*(?![\d/]|[.,]\d)")
_DAY: Final = r"(?:ngày|hôm|mùng|mồng|ngay|hom|mung|mong) \d{1,2}(?:[/-]\d{1,2})?"
_MONTH: Final = (
    r"(?:tháng|thang) (?:\d{1,2}|giêng|hai|ba|tư|năm|sáu|bảy|tám|chín|mười(?: một| hai)?|chạp|"
    r"gieng|tu|nam|sau|bay|tam|chin|muoi(?: mot| hai)?|chap)"
)
_WEEKDAY: Final = r"(?:thứ|thu) (?:hai|ba|tư|năm|sáu|bảy|tu|nam|sau|bay)|(?:chủ|chu) (?:nhật|nhat)"
_DATE: Final = re.compile(rf"(?<!\w)(?:{_DAY}|{_MONTH}|{_WEEKDAY}|\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?)(?![\w/])")
_WORD: Final = re.compile(r"[^\W\d_]+")
_NAME_SYLLABLES: Final = 2  # one capital may begin a sentence
_MARKS: Final = re.compile(r"[.!?…:;\n“”\"'()•]")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a text.

    Args:
        of_kind: The facts of each kind, as they are written, by the form in which they are compared.
        bare: The syllables of the text without diacritics, with a space around each.

    """

    of_kind: Mapping[str, Mapping[str, str]]
    bare: str


@dataclass(frozen=True, slots=True)
class FactComparison:
    """The facts that two texts share, and those of both where they share none of a kind."""

    same: Mapping[str, frozenset[str]]
    differs: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]


def facts_of(text: str) -> Facts:
    """Read the numbers, names and dates of a text."""
    text = text[:MOST_READ]
    normalised = normalise(text).text
    dates = {_key(match[0]): match[0] for match in _DATE.finditer(normalised)}
    undated = _DATE.sub(" ", normalised)
    numbers = {match[0].replace(".", "").replace(",", ""): match[0] for match in _NUMBER.finditer(undated)}
    names = {_key(name): name for name in _names(text)}
    names |= {_key(name): name for place in places_in(text) if (name := text[place.start : place.end])}
    bare = f" {' '.join(search_terms(text).bare)} "
    return Facts({"numbers": numbers, "names": {key: name for key, name in names.items() if key}, "dates": dates}, bare)


def _key(words: str) -> str:
    return " ".join(search_terms(words).bare)


def _names(text: str) -> list[str]:
    """List runs of words that begin with capitals within sentences of a text that is not all in capitals."""
    if text.isupper():
        return []
    names: list[str] = []
    run: list[str] = []
    last = 0
    for match in _WORD.finditer(text):
        between = text[last : match.start()]
        last = match.end()
        begins_sentence = (not names and not run and not text[: match.start()].strip()) or bool(_MARKS.search(between))
        if run and (between != " " or not match[0][0].isupper()):
            names.append(" ".join(run))
            run = []
        if match[0][0].isupper() and not match[0].isupper() and not begins_sentence:
            run.append(match[0])
    names.append(" ".join(run))
    return [name for name in names if len(name.split()) >= _NAME_SYLLABLES]


def compare_facts(one: Facts, other: Facts) -> FactComparison:
    """Tell which facts two texts share; of names also those that the other text has in small letters."""
    same: dict[str, frozenset[str]] = {}
    differs: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for kind in KINDS:
        first, second = one.of_kind[kind], other.of_kind[kind]
        shared = first.keys() & second.keys()
        if kind == "names":
            shared |= {key for key in first if f" {key} " in other.bare}
            shared |= {key for key in second if f" {key} " in one.bare}
        same[kind] = frozenset(shared)
        if first and second and not shared:
            differs[kind] = (tuple(first.values()), tuple(second.values()))
    return FactComparison(same, differs)
