"""Text that remembers, character by character, which part of the original it came from."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Aligned:
    """A rewritten text and, for each of its characters, the span of the original it stands for.

    `starts[i]` and `ends[i]` are offsets in code points of the original; both never decrease along the text.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def compose(cls, original: str) -> Self:
        """Bring an original to NFC."""
        return cls(original, tuple(range(len(original))), tuple(range(1, len(original) + 1))).composed()

    def composed(self) -> Self:
        """Bring the text to NFC, cluster by cluster (a letter and its marks), so that the alignment survives."""
        if unicodedata.is_normalized("NFC", self.text):
            return self
        chars: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        position = 0
        while position < len(self.text):
            end = position + 1
            while end < len(self.text) and unicodedata.combining(self.text[end]):
                end += 1
            composed = unicodedata.normalize("NFC", self.text[position:end])
            chars.append(composed)
            starts.extend([self.starts[position]] * len(composed))
            ends.extend([self.ends[end - 1]] * len(composed))
            position = end
        return type(self)("".join(chars), tuple(starts), tuple(ends))

    def map_characters(self, change: Callable[[str], str]) -> Self:
        """Replace each character by what `change` makes of it: nothing, one character, or several."""
        changed = [change(char) for char in self.text]
        text = "".join(changed)
        if len(text) == len(changed) and "" not in changed:  # one for one, as nearly always
            return type(self)(text, self.starts, self.ends)
        starts: list[int] = []
        ends: list[int] = []
        for piece, start, end in zip(changed, self.starts, self.ends, strict=True):
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
        return type(self)(text, tuple(starts), tuple(ends))

    def substitute(self, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> Self:
        """Replace every match of a pattern; what comes in stands for the whole of what went out.

        A replacement of the same length keeps its alignment character by character.
        """
        if not pattern.search(self.text):  # as nearly always
            return self
        edits = [
            (match.start(), match.end(), changed)
            for match in pattern.finditer(self.text)
            if (changed := change(match)) != match[0]
        ]
        if not edits:
            return self
        chars: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        position = 0
        for first, last, changed in edits:
            keeps = len(changed) == last - first
            kept = last if keeps else first
            chars += self.text[position:first], changed
            starts.extend(self.starts[position:kept])
            ends.extend(self.ends[position:kept])
            if not keeps and last > first:
                starts.extend([self.starts[first]] * len(changed))
                ends.extend([self.ends[last - 1]] * len(changed))
            position = last
        chars.append(self.text[position:])
        starts.extend(self.starts[position:])
        ends.extend(self.ends[position:])
        return type(self)("".join(chars), tuple(starts), tuple(ends))

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the half-open span of the original, in code points, that `text[start:end]` (not empty) stands for."""
        return self.starts[start], self.ends[end - 1]
