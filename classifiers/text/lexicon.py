"""A lexicon of term groups, written for this project; each group is a feature, and its weight is trained."""

import hashlib
import re
import tomllib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from sys import intern
from types import MappingProxyType
from typing import Any, Final

from classifiers.text.group_names import GROUP_NAMES_FILE, default_group_names
from classifiers.text.letters import lacks_marks, split_syllables, strip_diacritics
from classifiers.text.masks import fitting
from classifiers.text.normalise import normalise

MASKED: Final = "masked"  # the group of masked words that may be several things
_DIGITS: Final = re.compile(r"\d+")
_LONGEST_MASK: Final = 5
_REMEMBERED: Final = 2**12  # syllables
_BETWEEN: Final = " ; "  # no term holds a semicolon, and nothing is read across one
_TERMS_A_TEXT: Final = 100
FIRST, SECOND = "first", "second"  # the sides of a pair

Pieces = tuple[str, ...]
Span = tuple[int, int]


@dataclass(slots=True)
class _Node:
    """The pieces that some terms begin with: the groups of the term that ends here, and what may come next."""

    groups: tuple[str, ...] = ()  # in the order in which they were given; of most nodes there are none
    following: dict[str, "_Node"] = field(default_factory=dict)

    def add(self, pieces: Pieces, group: str) -> None:
        """Let a term of a group end at the node of its pieces, which is made if there is none."""
        node = self
        for piece in pieces:
            if piece not in node.following:  # most are there, and a new node takes longer than the look
                node.following[piece] = _Node()
            node = node.following[piece]
        if group not in node.groups:
            node.groups += (group,)


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule that finds a term beside another one.

    Args:
        first: The terms of one side.
        second: Those of the other; it may stand before or behind.
        within: The greatest number of syllables between the two.

    """

    first: Sequence[str]
    second: Sequence[str]
    within: int


class Lexicon:
    """Finds the terms of each group in a line of syllables.

    Args:
        groups: Terms by the name of their group; `#` in a term stands for digits.
        pairs: Rules by the name of their group.

    """

    def __init__(self, groups: Mapping[str, Sequence[str]], pairs: Mapping[str, Pair] = MappingProxyType({})) -> None:
        self.groups = tuple(sorted({*groups, *pairs, MASKED}))
        self._pairs = pairs
        self._sides = {f"{name} {side}": (name, side) for name in pairs for side in (FIRST, SECOND)}
        self._marked: dict[Pieces, tuple[str, ...]] = {}  # the groups of each term
        self._written, self._bare = _Node(), _Node()  # for texts with marks and for texts without any
        lost: list[tuple[Pieces, str]] = []
        sides = {side: getattr(pairs[name], which) for side, (name, which) in self._sides.items()}
        bare = cache(strip_diacritics)
        for group, terms in {**groups, **sides}.items():
            for term in _changed(terms, lambda text: normalise(text).text):
                pieces = tuple(map(intern, split_syllables(term)))  # thousands of terms are made of few syllables
                self._marked[pieces] = (*self._marked.get(pieces, ()), group)
                self._written.add(pieces, group)
                plain = tuple(map(bare, pieces))
                # In a text without marks one bare syllable is too many words at once (`cac` is mostly các), unless
                # another term has to stand beside it.
                if len(pieces) > 1 or plain == pieces or group in self._sides:
                    self._bare.add(plain, group)
                if any(map(lacks_marks, plain)):
                    lost.append((plain, group))
        known = set(self._marked)
        for plain, group in lost:
            if plain not in known:
                self._written.add(plain, group)

    def terms(self) -> Collection[Pieces]:
        """List the terms, each cut into its pieces."""
        return self._marked.keys()

    def find(self, syllables: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """Yield each group with the half-open span of syllables that speaks for it; the longest term wins a place.

        Terms are looked up without marks in a text that has none, and where a syllable must have lost its own. The span
        of a pair goes from the beginning of one term to the end of the other.
        """
        sides: dict[str, list[Span]] = defaultdict(list)
        for group, start, end in self._terms(syllables):
            if group in self._sides:
                sides[group].append((start, end))
            else:
                yield group, start, end
        for name in dict.fromkeys(self._sides[side][0] for side in sides):
            for start, end in _beside(sides[f"{name} {FIRST}"], sides[f"{name} {SECOND}"], self._pairs[name].within):
                yield name, start, end

    def _terms(self, syllables: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        root = self._bare if all(map(str.isascii, syllables)) else self._written
        counted = list(map(_counted, syllables))
        numbers, stars = counted != syllables, "*" in syllables
        taken_until: dict[str, int] = {}
        for start, first in enumerate(syllables):
            ending = _terms_from(root, syllables, start)
            if numbers and (as_numbers := _terms_from(root, counted, start)):
                ending = sorted((dict(as_numbers) | dict(ending)).items())
            for end, groups in reversed(ending):
                for group in groups:
                    if taken_until.get(group, 0) <= start:
                        taken_until[group] = end
                        yield group, start, end
            if stars and first.isalpha() and syllables[start + 1 : start + 2] == ["*"]:
                yield from self._masked(syllables, start)

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


def _beside(firsts: Sequence[Span], seconds: Sequence[Span], within: int) -> Iterator[Span]:
    """Join each first term with the nearest second one, if there is one near enough; both are in rising order."""
    starts = [start for start, _ in seconds]
    for start, end in firsts:
        place = bisect_left(starts, start)
        gaps = [(max(left - end, start - right), left, right) for left, right in seconds[max(0, place - 1) : place + 2]]
        near = [one for one in gaps if 0 <= one[0] <= within]
        if near:
            _, left, right = min(near)
            yield min(start, left), max(end, right)


def _terms_from(root: _Node, pieces: Sequence[str], start: int) -> list[tuple[int, Collection[str]]]:
    """Give where each term ends that begins at a place, and its groups; the shortest first."""
    matches: list[tuple[int, Collection[str]]] = []
    node, place = root.following.get(pieces[start]), start + 1
    while node is not None:
        if node.groups:
            matches.append((place, node.groups))
        node, place = node.following.get(pieces[place]) if place < len(pieces) else None, place + 1
    return matches


@lru_cache(_REMEMBERED)
def _counted(syllable: str) -> str:
    return _DIGITS.sub("#", syllable)


@cache
def default_lexicon() -> Lexicon:
    """Read the project's lexicon, once a process."""
    groups: dict[str, list[str]] = {}
    pairs: dict[str, Pair] = {}
    for content in _term_files():
        for name, terms in content["groups"].items():
            groups[name] = _all_forms(terms, names=False)
        for name, rule in content.get("pairs", {}).items():
            first, second = (_all_forms(rule[side], names=True) for side in (FIRST, SECOND))
            pairs[name] = Pair(first, second, rule["within"])
    return Lexicon(groups, pairs)


def _all_forms(terms: str, *, names: bool) -> list[str]:
    """Give terms as they are written, and as they stand in a text whose names of groups are replaced by their kind.

    Args:
        terms: Separated by commas.
        names: Whether a name alone may be a term: it is too little, unless another term has to stand beside it.

    """
    known = default_group_names()
    written = list(filter(None, map(str.strip, terms.split(","))))
    # Names are looked for otherwise in a text without marks, so terms with marks stand apart from those without.
    marked = [term for term in written if strip_diacritics(term) != term]
    plain = [term for term in written if strip_diacritics(term) == term]

    def replace(text: str) -> str:
        return known.replace(normalise(text), text)[0].text

    replaced = [*_changed(marked, replace), *_changed(plain, replace)]
    forms = (form for form in replaced if names or not known.kinds.issuperset(split_syllables(form)))
    return list(dict.fromkeys((*written, *forms)))


def _changed(terms: Sequence[str], change: Callable[[str], str]) -> list[str]:
    """Change many terms: a hundred are one text, which takes a tenth of the time that they take one by one."""
    texts = (_BETWEEN.join(terms[start : start + _TERMS_A_TEXT]) for start in range(0, len(terms), _TERMS_A_TEXT))
    return [term for text in texts for term in change(text).split(_BETWEEN)]


@cache
def abusive_groups() -> frozenset[str]:
    """Name the groups whose terms people mask to get past a filter."""
    return frozenset(name for content in _term_files() if content["abusive"] for name in content["groups"])


def lexicon_version() -> str:
    """Hash all word lists: a model that was trained with others is refused when it is loaded."""
    folder = resources.files("classifiers.text")
    lists = [*_files(), *(folder / name for name in (GROUP_NAMES_FILE, "masks.toml", "spelling.toml"))]
    return hashlib.sha256(b"\n".join(file.read_bytes() for file in lists)).hexdigest()[:12]


def _term_files() -> Iterator[dict[str, Any]]:
    for file in _files():
        yield tomllib.loads(file.read_text(encoding="utf-8"))


def _files() -> list[Traversable]:
    folder = resources.files("classifiers.text") / "terms"
    return sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
