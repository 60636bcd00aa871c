"""The smallest pieces of a normalised text: syllables, marks, and the fixed words that stand for links and names."""

import re
from typing import Final

_PIECE: Final = re.compile(r"⟨\w+⟩|\w+|[^\w\s]")


def split_syllables(text: str) -> list[str]:
    """Cut a normalised text into syllables and single marks; white space is dropped."""
    return _PIECE.findall(text)


def syllable_spans(text: str) -> list[tuple[int, int]]:
    """Give the half-open span of each piece of `split_syllables`, in code points."""
    return [match.span() for match in _PIECE.finditer(text)]
