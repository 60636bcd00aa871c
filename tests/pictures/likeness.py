"""How much of what was written is read."""

import unicodedata
from collections.abc import Sequence

import numpy as np


def distance(a: Sequence[object], b: Sequence[object]) -> int:
    """Count the insertions, removals and replacements that lead from one sequence to the other (Levenshtein)."""
    numbers = {item: number for number, item in enumerate({*a, *b})}
    other = np.array([numbers[item] for item in b], dtype=int)
    steps = np.arange(len(b) + 1)
    row = steps.copy()
    for place, item in enumerate(a, start=1):
        best = np.minimum(row[1:] + 1, row[:-1] + (other != numbers[item]))
        # An insertion carries on from the left: the running minimum of what is left, each step dearer by one.
        row = np.minimum.accumulate(np.concatenate(([place], best)) - steps) + steps
    return int(row[-1])


def letters(text: str) -> str:
    """Bring a text to the form in which letters are compared: NFC, one space for each gap."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def right_words(written: str, read: str) -> int:
    """Count the written words that were read with all their marks, in order; punctuation at their ends is left out."""
    a, b = _words(written), _words(read)
    return max(0, max(len(a), len(b)) - distance(a, b))


def count_words(text: str) -> int:
    """Count the words of a text as `right_words` does."""
    return len(_words(text))


def _words(text: str) -> list[str]:
    return [word for piece in letters(text).split() if (word := piece.strip(".,!?:;()\"'-/"))]
