"""Shortens obscenities in quotes to their first letter: the reader learns that they stood there."""

import re
from functools import cache
from typing import Final

from classifiers.text.letters import split_syllables, syllable_spans
from classifiers.text.lexicon import default_lexicon
from classifiers.text.normalise import normalise

_OBSCENE: Final = frozenset(("obscene_genitals", "obscene_intercourse"))
_CURSES: Final = frozenset(("curse_parents", "swear_light"))
_ABBREVIATION: Final = re.compile(
    r"[^aeiouyăâêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ\d\W_]{2,6}"
)
_LONGEST_KEPT: Final = 1


def shorten_obscenities(text: str) -> str:
    """Replace each obscene word by its first letter and an ellipsis; the rest of the text stays.

    Args:
        text: A text as published, or with masks in square brackets.

    """
    aligned = normalise(text)
    spans = syllable_spans(aligned.text)
    found = _obscene_syllables(tuple(split_syllables(aligned.text)))
    pieces: list[str] = []
    position = 0
    for number in sorted(found):
        start, end = aligned.original_span(*spans[number])
        if start < position or end - start <= _LONGEST_KEPT:
            continue
        pieces += [text[position:start], text[start : start + _LONGEST_KEPT], "…"]
        position = end
    return "".join(pieces) + text[position:]


def _obscene_syllables(syllables: tuple[str, ...]) -> set[int]:
    found: set[int] = set()
    for group, start, end in default_lexicon().find(syllables):
        if group in _OBSCENE | _CURSES:
            found.update(number for number in range(start, end) if _is_obscene(syllables[number]))
    return found


@cache
def _is_obscene(syllable: str) -> bool:
    """Tell whether a syllable is obscene by itself: `làm tình` is, `làm` is not."""
    alone = {group for group, _, _ in default_lexicon().find((syllable,))}
    return bool(alone & _OBSCENE) or _ABBREVIATION.fullmatch(syllable) is not None
