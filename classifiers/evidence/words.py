"""The words of a text, and the lists of evidence.toml by which facts are read of them."""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from classifiers.text.aligned import Aligned
from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import normalise

MOST_READ: Final = 4000  # characters
NEAR: Final = 10  # words on each side of an amount or a date that tell what it is one of
_LONGEST: Final = 4  # words of a phrase
_TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)*|(?<!\w)k?m[23](?!\w)|(?<=\d)k?m[23](?!\w)|[^\W\d_]+|[^\w\s]")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number or mark of a normalised text.

    Args:
        text: As it is compared: without diacritics where the whole text has none.
        bare: Without diacritics.
        start: Offset in the normalised text.
        end: Offset after it.

    """

    text: str
    bare: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Whether it is written in figures."""
        return self.text[0].isdecimal()


class Tokens(list[Token]):
    """The words of a text in order.

    Args:
        text: The text as it was written; only its first MOST_READ characters are read.

    """

    def __init__(self, text: str) -> None:
        self.original = text[:MOST_READ].replace("\n", "; ")  # a title ends like a clause
        self.aligned: Aligned = normalise(self.original)
        normal = self.aligned.text
        self.plain = normal == strip_diacritics(normal)
        self._runs: dict[int, list[tuple[str, int]]] = {}
        super().__init__(
            Token(match[0], strip_diacritics(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(normal)
        )

    def word(self, index: int) -> str:
        """Return the word at an index; nothing outside the text."""
        return self[index].text if 0 <= index < len(self) else ""

    def touches(self, index: int) -> bool:
        """Tell whether nothing stands between a token and the one before it."""
        return 0 < index < len(self) and self[index - 1].end == self[index].start

    def written(self, first: int, after: int) -> str:
        """Return what stands in the original text from one token up to another one, on one line."""
        start, end = self.aligned.original_span(self[first].start, self[after - 1].end)
        return " ".join(self.original[start:end].split())

    def is_name(self, first: int, after: int) -> bool:
        """Tell whether all words from one token up to another one begin with capitals, and are not all in capitals."""
        words = self.written(first, after).split()
        return all(word[:1].isupper() for word in words) and not all(word.isupper() for word in words)

    def longest(self, index: int, phrases: Collection[str]) -> tuple[str, int] | None:
        """Find the longest of some phrases that begins at a token: the phrase, and how many tokens it has."""
        if index not in self._runs:
            words = [token.text for token in self[index : index + _LONGEST]]
            self._runs[index] = [(" ".join(words[:length]), length) for length in range(len(words), 0, -1)]
        return next((run for run in self._runs[index] if run[0] in phrases), None)


@cache
def lists(*, plain: bool) -> dict[str, Any]:
    """Read evidence.toml, once a process: each list that is written with commas is a set.

    Args:
        plain: For texts without diacritics, which it then lacks as well.

    """
    text = (resources.files("classifiers.evidence") / "evidence.toml").read_text(encoding="utf-8")
    read: dict[str, Any] = _read(tomllib.loads(text), strip_diacritics if plain else str)
    return read


def _read(value: Any, spelt: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return frozenset(word for part in spelt(value).split(",") if (word := " ".join(part.split())))
    if isinstance(value, list):
        return [_read(each, spelt) for each in value]
    if not isinstance(value, dict):
        return value
    # The first of several words that become one says what it means: `ba` is three, not a woman.
    return {spelt(key): _read(each, spelt) for key, each in reversed(value.items())}


@cache
def key_of(table: str, *, plain: bool) -> Mapping[str, str]:
    """Return for each word of the lists of one table of evidence.toml the key of its list; see `lists`."""
    return {word: key for key, words in lists(plain=plain)[table].items() for word in words}


@cache
def filler(*, plain: bool = True) -> frozenset[str]:
    """Return the syllables that tell nothing of what stands beside them; see `lists`."""
    return frozenset(" ".join(lists(plain=plain)["things"]["filler"]).split())


def around(tokens: Tokens, first: int, after: int) -> frozenset[str]:
    """Return the telling syllables beside an amount or a date, without diacritics: they say what it is one of.

    Args:
        tokens: The words of the text.
        first: Index of its first token.
        after: Index of the token after it.

    """
    before = [token.bare for token in tokens[:first] if token.text.isalpha()][-NEAR:]
    behind = [token.bare for token in tokens[after:] if token.text.isalpha()][:NEAR]
    return frozenset(word for word in (*before, *behind) if word not in filler() and len(word) > 1)
