"""The words by which names, numbers and addresses are told from other words, read from `words.toml`."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from classifiers.places.gazetteer import Level, Unit, default_gazetteer
from monitor.privacy.masks.text import settle_tones, strip_marks


class Spellings(NamedTuple):
    """Words in small letters, and the same without diacritics. `_` joins the words of a phrase."""

    written: frozenset[str]
    bare: frozenset[str]


@cache
def name_words() -> Mapping[str, Spellings]:
    """Return the lists of `words.toml` by their names, with those that follow from them."""
    lists = {name: frozenset(settle_tones(text).split()) for name, text in _file().items() if isinstance(text, str)}
    sure, ambiguous = lists["families"], lists["families_ambiguous"]
    given = lists["given_clear"] | lists["given_ambiguous"]
    lists |= {
        "families": sure | ambiguous,
        "given": given,
        "given_clear": lists["given_clear"] - lists["given_ambiguous"],
        "name_syllables": given | lists["middles"],
        "given_as_written": given | lists["given_in_capitals"],
        "tagged_syllables": given | lists["middles"] | lists["given_in_capitals"] | sure | ambiguous,
        "no_given": lists["no_names"] - given,
        "other_beginnings": lists["no_name_before"] - given - sure - ambiguous,
        "title_ends": frozenset(title.rpartition("_")[2] for title in lists["titles"] | lists["kin"]),
        "fixed": lists["places"]
        | frozenset(street.lower() for street in lists["streets"])
        | _units(lambda unit: unit.level is not Level.COMMUNE),
        "communes": _units(lambda unit: unit.level is Level.COMMUNE),
    }
    # With these a name in small letters can begin.
    beginnings = ("given_as_written", "families", "middles", "birth_order", "bare_families", "sure_bare_families")
    lists["beginnings"] = frozenset().union(*map(lists.__getitem__, beginnings))
    found = {name: Spellings(words, _bare(words)) for name, words in lists.items()}
    found["sure_families"] = Spellings(sure, _bare(sure) - _bare(ambiguous))
    found["kin"] = Spellings(lists["kin"], _bare(lists["kin"]) - lists["unsure_kin"])
    return found


@cache
def lists_by_word() -> Mapping[str, frozenset[str]]:
    """Return the names of the lists that hold a word or a phrase as it is written."""
    found: dict[str, set[str]] = {}
    for name, spellings in name_words().items():
        for word in spellings.written:
            found.setdefault(word, set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}


@cache
def last_words(name: str) -> frozenset[str]:
    """Return the last words of the phrases of a list, without diacritics."""
    return frozenset(strip_marks(phrase.rpartition("_")[2]) for phrase in name_words()[name].written)


@cache
def digit_words() -> Mapping[str, str]:
    """Return the digits by the words for them, without diacritics."""
    return {strip_marks(word): digit for digit, words in _file()["digits"].items() for word in words.split()}


def any_of(words: Iterable[str]) -> str:
    """Return the expression for one of some words and phrases, the longest first.

    It is a tree by letters, so that at most places the first letter says that none of them begins there.
    """
    rests: dict[str, set[str]] = {}
    for word in words:
        rests.setdefault(re.escape(word[:1].replace("_", " ")), set()).add(word[1:])
    branches = (head + (f"(?:{any_of(rest)})" if rest != {""} else "") for head, rest in sorted(rests.items()) if head)
    return "|".join((*branches, *[""] * ("" in rests)))


@cache
def with_words(expression: str, name: str) -> re.Pattern[str]:
    """Compile an expression in which %s stands for the words of a list."""
    return re.compile(expression % any_of(name_words()[name].written), re.IGNORECASE)


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((resources.files("monitor.privacy.masks") / "words.toml").read_text("utf-8"))


def _units(is_meant: Callable[[Unit], bool]) -> frozenset[str]:
    """Return the names of some administrative units that are more than one word."""
    units = filter(is_meant, default_gazetteer().units)
    return frozenset(settle_tones(unit.name.lower()).replace(" ", "_") for unit in units if " " in unit.name)


def _bare(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(strip_marks, words))
