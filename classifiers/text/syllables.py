"""The smallest pieces of a normalised text: syllables, marks, and the fixed words that stand for links and names."""

import re
from typing import Final

_PIECE: Final = re.compile(r"⟨\w+⟩|\w+|[^\w\s]")


def split_syllables(text: str) -> list[str]:
    """Cut a normalised text into syllables and single marks; white space is dropped."""
    return _PIECE.findall(text)
