"""Abusive words disguised as people disguise them, for measuring how much a model still sees.

Only the words that the lexicon's abusive groups name are touched; everything else stays as it was written.
"""

import random
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from classifiers.text.letters import strip_diacritics, syllable_spans
from classifiers.text.lexicon import abusive_groups, default_lexicon
from classifiers.text.normalise import normalise

_CYRILLIC: Final = str.maketrans("aeopcyxij", "аеорсухіј")
_VOWELS: Final = frozenset("aeiouy")
MIX: Final = "mix"


def _apart(joint: str) -> Callable[[str], str]:
    return joint.join


def _cyrillic(word: str) -> str:
    return unicodedata.normalize("NFD", word).translate(_CYRILLIC)


def _star(word: str) -> str:
    """Hide the last vowel, or the last letter of a word that has none."""
    places = [place for place, letter in enumerate(word) if strip_diacritics(letter).lower() in _VOWELS]
    place = places[-1] if places and places[-1] > 0 else len(word) - 1
    return f"{word[:place]}*{word[place + 1 :]}"


def _repeat(word: str) -> str:
    places = [place for place, letter in enumerate(word) if strip_diacritics(letter).lower() in _VOWELS]
    place = places[-1] if places else len(word) - 1
    return word[: place + 1] + word[place] * 3 + word[place + 1 :]


WAYS: Final[Mapping[str, Callable[[str], str]]] = {
    "dots": _apart("."),
    "spaces": _apart(" "),
    "zero-width": _apart("\u200b"),
    "cyrillic": _cyrillic,
    "star": _star,
    "repeat": _repeat,
    "no accents": strip_diacritics,
    "dashes": _apart("-"),
}


def abusive_spans(text: str) -> list[tuple[int, int]]:
    """Find the abusive words of a text: syllables that are abuse by themselves, or terms of several that are together.

    Returns:
        Half-open spans of the text as written, in code points, in order and apart from each other.

    """
    aligned = normalise(text)
    pieces = syllable_spans(aligned.text)
    syllables = [aligned.text[start:end] for start, end in pieces]
    found: set[int] = set()
    for group, start, end in default_lexicon().find(syllables):
        if group in abusive_groups():
            # In `đéo hiểu` one word is abuse and the other is not; in `mất dạy` only both are.
            alone = {place for place in range(start, end) if _is_abuse(syllables[place])}
            found |= alone or set(range(start, end))
    spans = sorted(aligned.original_span(*pieces[place]) for place in found)
    return [
        (start, end)
        for start, end in spans
        if end - start > 1 and text[start:end].isalpha()  # a lone letter or a word masked already is left alone
    ]


@cache
def _is_abuse(syllable: str) -> bool:
    return any(group in abusive_groups() for group, _, _ in default_lexicon().find([syllable]))


def disguised(text: str, way: str, seed: int = 0) -> str:
    """Disguise every abusive word of a text in one way.

    Args:
        text: Any text.
        way: A name of WAYS, or MIX for another way a word.
        seed: Decides the ways of MIX.

    """
    choose = random.Random(f"{seed}:{text}")  # noqa: S311  it picks disguises, the same for the same seed, and no secrets
    pieces: list[str] = []
    position = 0
    for start, end in abusive_spans(text):
        if start < position:
            continue
        change = WAYS[choose.choice(tuple(WAYS)) if way == MIX else way]
        pieces += [text[position:start], change(unicodedata.normalize("NFC", text[start:end]))]
        position = end
    return "".join(pieces) + text[position:]
