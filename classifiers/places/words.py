"""A text cut into words with what the finder asks of each: marks, capitals, and what stands between two."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from classifiers.text.aligned import Aligned
from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import normalise

_WORD: Final = re.compile(r"\bq(?=\d\d?(?![\w/]| năm| \d))|\w+")  # `q7` is the district, `q1/2025` a quarter
_JOINED: Final = re.compile(r" ?[-'’–]? ?")  # what may stand inside a name: `Bà Rịa - Vũng Tàu`, `Ea H'Leo`
_SHOUTED: Final = 0.6  # share of capitals from which they tell nothing


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a normalised text.

    Args:
        text: The word in small letters.
        bare: The same without marks.
        start: Offset of its first character in the normalised text.
        end: Offset after its last character.
        capital: Whether it was written with a capital that tells something.

    """

    text: str
    bare: str
    start: int
    end: int
    capital: bool


def _parts(word: re.Match[str], capitals: Sequence[bool]) -> Iterator[int]:
    """Give where new words begin inside one: `#ThanhHóa`."""
    inside = range(word.start() + 1, word.end())
    yield from (at for at in inside if capitals[at] and not capitals[at - 1] and word.string[at - 1].isalpha())


def _capitals_tell(line: str) -> bool:
    """Say whether capitals tell anything in a line: in a headline that is nothing else they do not."""
    letters = [char for char in line if char.isalpha()]
    return sum(map(str.isupper, letters)) <= _SHOUTED * len(letters)


class Words(list[Word]):
    """The words of a text.

    Args:
        original: The text as it was published.

    """

    def __init__(self, original: str) -> None:
        self.aligned: Aligned = normalise(original)
        text = self.aligned.text
        telling = [tells for line in original.splitlines(keepends=True) for tells in [_capitals_tell(line)] * len(line)]
        self._original = original
        self.unmarked = strip_diacritics(text) == text
        capitals = [original[start].isupper() and telling[start] for start in self.aligned.starts]
        super().__init__(
            Word(text[start:end], strip_diacritics(text[start:end]), start, end, capitals[start])
            for match in _WORD.finditer(text)
            for start, end in pairwise((match.start(), *_parts(match, capitals), match.end()))
        )

    def phrase(self, first: int, after: int) -> str:
        """Join the words from one to the one before `after` by spaces."""
        return " ".join(word.text for word in self[first:after])

    def between(self, index: int) -> str:
        """Give what stands between a word and the next one; the end of a line, which the text has folded, is kept."""
        end, start = self[index].end, self[index + 1].start
        if start > end and "\n" in self._original[self.aligned.ends[end - 1] : self.aligned.starts[start]]:
            return "\n"
        return self.aligned.text[end:start]

    def joined(self, index: int) -> bool:
        """Say whether a word and the next one can be parts of one name."""
        return index + 1 < len(self) and _JOINED.fullmatch(self.between(index)) is not None

    def follows(self, pattern: re.Pattern[str], index: int) -> bool:
        """Say whether the 16 characters before a word hold what ends as a pattern says."""
        start = self[index].start
        return pattern.search(self.aligned.text, max(start - 16, 0), start) is not None

    def upper(self, index: int) -> bool:
        """Say whether all letters of a word were written as capitals."""
        word = self[index]
        start, end = self.aligned.original_span(word.start, word.end)
        return self._original[start:end].isupper()

    def before(self, index: int, most: int = 3) -> list[str]:
        """List what the words right before one say: the last one, the last two joined … up to a mark or line."""
        found: list[str] = []
        first = index
        while first > 0 and index - first < most and self.between(first - 1).strip(" ") == "":
            first -= 1
            found.append(self.phrase(first, index))
        return found

    def original_span(self, first: int, after: int) -> tuple[int, int]:
        """Give the span of the original from one word to the one before `after`."""
        return self.aligned.original_span(self[first].start, self[after - 1].end)
