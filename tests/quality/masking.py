"""How much of the personal data in `masking.jsonl` is masked, and how much else.

The texts were written for this project before the rules they measure (the last 76 after them, to see them fail), as
people write posts and comments; every name, number and address in them is invented. `personal` gives the places of
personal data, of sixteen kinds.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from monitor.privacy.masks.mask import find_personal

MASKING_FILE: Final = Path(__file__).parent / "masking.jsonl"
NAME_KINDS: Final = ("full_name", "kin_name", "titled_name", "plain_name")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """A part of a text that must be masked: its kind, and where it begins and ends, in characters."""

    kind: str
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingText:
    """A text with the personal data in it; none is as good a case as any."""

    text: str
    personal: tuple[Personal, ...]


@dataclass(slots=True)
class Masking:
    """What was masked.

    Args:
        given: Parts of each kind.
        masked: Those of them that are masked whole.
        other: Words outside all of them.
        other_masked: Those of them that are masked, at least in part.

    """

    given: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    other: int = 0
    other_masked: int = 0

    def recall(self, *kinds: str) -> float:
        """Give the share of the parts of some kinds, or of all, that is masked."""
        chosen = kinds or tuple(self.given)
        return sum(self.masked[kind] for kind in chosen) / sum(self.given[kind] for kind in chosen)

    @property
    def other_share(self) -> float:
        """The share of other words that is masked."""
        return self.other_masked / self.other


@cache
def read_masking_set() -> tuple[MaskingText, ...]:
    """Read the texts."""
    with MASKING_FILE.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return tuple(
        MaskingText(text=row["text"], personal=tuple(Personal(**part) for part in row["personal"])) for row in rows
    )


def measure_masking(texts: tuple[MaskingText, ...]) -> Masking:
    """Measure today's rules."""
    result = Masking()
    for text in texts:
        covered = _covered(text.text)
        for part in text.personal:
            result.given[part.kind] += 1
            result.masked[part.kind] += all(
                place in covered for place in range(part.start, part.end) if text.text[place].isalnum()
            )
        for word in _other_words(text):
            result.other += 1
            result.other_masked += not covered.isdisjoint(range(word.start(), word.end()))
    return result


def _covered(text: str) -> frozenset[int]:
    return frozenset(place for mask in find_personal(text) for place in range(mask.start, mask.end))


def _other_words(text: MaskingText) -> Iterator[re.Match[str]]:
    personal = {place for part in text.personal for place in range(part.start, part.end)}
    return (word for word in _WORD.finditer(text.text) if personal.isdisjoint(range(word.start(), word.end())))
