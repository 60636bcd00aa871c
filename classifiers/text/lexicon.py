"""Groups of telling words, written for this project; each occurrence becomes a feature whose weight is learnt."""

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

from classifiers.text.letters import lacks_marks, strip_diacritics
from classifiers.text.masks import fitting
from classifiers.text.normalise import normalise
from classifiers.text.syllables import split_syllables

LONGEST_TERM: Final = 10  # syllables and marks
MASKED: Final = "masked"  # the group of masked words that may be several things
_DIGITS: Final = re.compile(r"\d+")
_LONGEST_MASK: Final = 5

Pieces = tuple[str, ...]


class Lexicon:
    """Finds the terms of each group in a line of syllables.

    Args:
        groups: Terms by the name of their group; `#` in a term stands for digits.

    """

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self.groups = tuple(sorted({*groups, MASKED}))
        self._marked: dict[Pieces, list[str]] = {}
        self._plain: dict[Pieces, list[str]] = {}
        self._lost: dict[Pieces, list[str]] = {}
        self._lengths: dict[str, Sequence[int]] = {}  # of the terms that begin so, the longest first
        for group, terms in groups.items():
            for term in terms:
                pieces = tuple(split_syllables(normalise(term).text))
                self._add(self._marked, pieces, group)
                plain = tuple(map(strip_diacritics, pieces))
                # In a text without marks one bare syllable is too many words at once: `cac` is mostly các.
                if len(pieces) > 1 or plain == pieces:
                    self._add(self._plain, plain, group)
                if any(map(lacks_marks, plain)):
                    self._add(self._lost, plain, group)

    def _add(self, table: dict[Pieces, list[str]], pieces: Pieces, group: str) -> None:
        groups = table.setdefault(pieces, [])
        if group not in groups:
            groups.append(group)
        self._lengths[pieces[0]] = sorted({len(pieces), *self._lengths.get(pieces[0], ())}, reverse=True)

    def terms(self) -> Collection[Pieces]:
        """List the terms, each cut into its pieces."""
        return self._marked.keys()

    def find(self, syllables: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """Yield each group with the half-open span of syllables that speaks for it; the longest term wins a place.

        Terms are looked up without marks in a text that has none, and where a syllable must have lost its own.
        """
        bare_text = all(map(str.isascii, syllables))
        counted = [syllable if syllable.isalpha() else _DIGITS.sub("#", syllable) for syllable in syllables]
        stars = "*" in syllables
        taken_until: dict[str, int] = {}
        for start, (first, as_number) in enumerate(zip(syllables, counted, strict=True)):
            for length in self._lengths_from(first, as_number):
                end = start + length
                if end > len(syllables):
                    continue
                for group in self._groups_of(tuple(syllables[start:end]), tuple(counted[start:end]), bare=bare_text):
                    if taken_until.get(group, 0) <= start:
                        taken_until[group] = end
                        yield group, start, end
            if stars and first.isalpha() and syllables[start + 1 : start + 2] == ["*"]:
                yield from self._masked(syllables, start)

    def _lengths_from(self, first: str, as_number: str) -> Sequence[int]:
        """Give the lengths of the terms that begin with a syllable, the longest first."""
        lengths = self._lengths.get(first, ())
        if first is as_number or as_number not in self._lengths:
            return lengths
        return sorted({*lengths, *self._lengths[as_number]}, reverse=True)

    def _groups_of(self, written: Pieces, counted: Pieces, *, bare: bool) -> Sequence[str]:
        if bare:
            return self._plain.get(written) or self._plain.get(counted) or ()
        return self._marked.get(written) or self._marked.get(counted) or self._lost.get(written) or ()

    def _masked(self, syllables: Sequence[str], start: int) -> Iterator[tuple[str, int, int]]:
        """Look up a word with left out letters (`c**`): the groups that all its readings share, and MASKED."""
        end = start + 1
        while end < min(len(syllables), start + _LONGEST_MASK) and (syllables[end] == "*" or syllables[end - 1] == "*"):
            end += 1
        while end > start + 1:
            readings = fitting("".join(syllables[start:end]))
            if readings:
                yield MASKED, start, end
                shared = set.intersection(*(set(self._marked.get((word,), ())) for word in readings))
                for group in sorted(shared):
                    yield group, start, end
                return
            end -= 1


@cache
def default_lexicon() -> Lexicon:
    """Read the project's lexicon, once a process."""
    groups: dict[str, list[str]] = {}
    for content in _term_files():
        for name, terms in content["groups"].items():
            groups[name] = [term for term in map(str.strip, terms.split(",")) if term]
    return Lexicon(groups)


@cache
def abusive_groups() -> frozenset[str]:
    """Name the groups whose terms people mask to get past a filter."""
    return frozenset(name for content in _term_files() if content["abusive"] for name in content["groups"])


def lexicon_version() -> str:
    """Name the content of all word lists: a model that learnt with others must be trained anew."""
    folder = resources.files("classifiers.text")
    lists = [*_files(), folder / "masks.toml", folder / "spelling.toml"]
    return hashlib.sha256(b"\n".join(file.read_bytes() for file in lists)).hexdigest()[:12]


def _term_files() -> Iterator[dict[str, Any]]:
    for file in _files():
        yield tomllib.loads(file.read_text(encoding="utf-8"))


def _files() -> list[Traversable]:
    folder = resources.files("classifiers.text") / "terms"
    return sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
