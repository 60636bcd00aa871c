"""Groups of telling words, written for this project; each occurrence becomes a feature whose weight is learnt."""

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Final

from classifiers.text.normalise import normalise, strip_diacritics
from classifiers.text.syllables import split_syllables

LONGEST_TERM: Final = 7  # syllables and marks


class Lexicon:
    """Finds the terms of each group in a line of syllables.

    Args:
        groups: Terms by the name of their group, as `normalise` leaves them.

    """

    def __init__(self, groups: dict[str, Sequence[str]]) -> None:
        self.groups = tuple(sorted(groups))
        self._marked: dict[tuple[str, ...], list[str]] = {}
        self._plain: dict[tuple[str, ...], list[str]] = {}
        for group, terms in groups.items():
            for term in terms:
                syllables = tuple(split_syllables(normalise(term).text))
                self._add(self._marked, syllables, group)
                self._add(self._plain, tuple(map(strip_diacritics, syllables)), group)

    @staticmethod
    def _add(table: dict[tuple[str, ...], list[str]], syllables: tuple[str, ...], group: str) -> None:
        groups = table.setdefault(syllables, [])
        if group not in groups:
            groups.append(group)

    def find(self, syllables: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """Yield each group with the half-open span of syllables that speaks for it; the longest term wins a place.

        A text without any marks is looked up without marks.
        """
        table = self._plain if all(syllable.isascii() for syllable in syllables) else self._marked
        taken_until: dict[str, int] = {}
        for start in range(len(syllables)):
            for end in range(min(len(syllables), start + LONGEST_TERM), start, -1):
                for group in table.get(tuple(syllables[start:end]), ()):
                    if taken_until.get(group, 0) <= start:
                        taken_until[group] = end
                        yield group, start, end


@cache
def default_lexicon() -> Lexicon:
    """Read the project's lexicon, once a process."""
    groups = tomllib.loads(_lexicon_text())["groups"]
    return Lexicon({name: [term.strip() for term in terms.split(",")] for name, terms in groups.items()})


def lexicon_version() -> str:
    """Name the lexicon's content: a model that learnt from another one must be trained anew."""
    return hashlib.sha256(_lexicon_text().encode()).hexdigest()[:12]


def _lexicon_text() -> str:
    return (resources.files("classifiers.text") / "lexicon.toml").read_text(encoding="utf-8")
