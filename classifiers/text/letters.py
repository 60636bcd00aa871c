"""What Vietnamese letters and syllables look like: bases and marks, places of the tone, and which syllables can be."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

_REMEMBERED: Final = 2**12  # words
VOWELS: Final = "aăâeêioôơuưy"
TONES: Final = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")  # level, grave, acute, hook, tilde, dot
_TONE: Final = re.compile(f"[{''.join(TONES)}]")
# Before i, e, ê and y some sounds are spelt otherwise: nghe, ghé, kẻ.
_INITIALS: Final = (
    "ngh(?=[ieê])|ng(?![ieêy])|nh|ch|gh(?=[ieê])|gi|kh|ph|qu|th|tr|b|c(?![ieêy])|d|đ|g(?![eêy])|h|k(?=[ieêy])|l|m|n|r|s|"
    "t|v|x|"
)
# Rhymes by their vowel and what may follow it; the tone is taken off first.
_RHYMES: Final = (
    "a(?:[iouy]|c|ch|m|n|ng|nh|p|t)?|ă(?:c|m|n|ng|p|t)|â(?:[uy]|c|m|n|ng|p|t)|e(?:o|c|m|n|ng|p|t)?|"
    "ê(?:u|ch|m|n|nh|p|t)?|i(?:a|u|ch|m|n|nh|p|t)?|iê(?:u|c|m|n|ng|p|t)|yê(?:u|m|n|ng|t)|o(?:i|c|m|n|ng|p|t)?|"
    "oo(?:c|ng)|ô(?:i|c|m|n|ng|p|t)?|ơ(?:i|m|n|p|t)?|u(?:a|i|c|m|n|ng|p|t)?|uô(?:i|c|m|n|ng|t)|ư(?:a|i|u|c|m|n|ng|t)?|"
    "ươ(?:i|u|c|m|n|ng|p|t)|y(?:ch|n|nh|p|t)?|oa(?:i|o|y|c|ch|m|n|ng|nh|p|t)?|oă(?:c|m|n|ng|t)|oe(?:o|n|t)?|uâ(?:y|n|ng|t)|uê(?:ch|nh|n)?|"
    "uơ|uy(?:a|u|ch|n|nh|p|t)?|uyê(?:n|t)"
)
_SYLLABLE: Final = re.compile(rf"(?:{_INITIALS})(?:{_RHYMES})")
_STOPPED: Final = re.compile(r".*(?:[ptc]|ch)")  # such a syllable always has an acute or a dot below


def strip_diacritics(text: str) -> str:
    """Write Vietnamese without its marks: `đường phố` becomes `duong pho`."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@cache
def spellings_of(letter: str) -> str:
    """List the Vietnamese letters that people may mean by one written without its marks: `d` is d or đ."""
    if letter == "d":
        return "dđ"
    if letter not in "aeiouy":
        return letter
    shapes = [vowel for vowel in VOWELS if strip_diacritics(vowel) == letter]
    return "".join(unicodedata.normalize("NFC", shape + tone) for shape in shapes for tone in TONES)


def toneless(syllable: str) -> str:
    """Take the tone off and leave the vowels' own marks: `đường` becomes `đương`."""
    decomposed = unicodedata.normalize("NFD", syllable)
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if char not in TONES[1:]))


@lru_cache(_REMEMBERED)
def is_syllable(word: str) -> bool:
    """Say whether a word in small letters is spelt as a Vietnamese syllable can be."""
    bare = toneless(word)
    if not _SYLLABLE.fullmatch(bare) or len(_TONE.findall(unicodedata.normalize("NFD", word))) > 1:
        return False
    return bare != word or not _STOPPED.fullmatch(word)


@lru_cache(_REMEMBERED)
def lacks_marks(word: str) -> bool:
    """Say whether a word of plain letters must have lost its marks: it is no syllable, but with marks it would be one.

    `vat` ends in a stop without the tone that such syllables have, `buoi` has a vowel that is always marked.
    """
    return word.isascii() and not is_syllable(word) and bool(_plain_syllable().fullmatch(word))


@cache
def _plain_syllable() -> re.Pattern[str]:
    return re.compile(strip_diacritics(_SYLLABLE.pattern))


_PIECE: Final = re.compile(r"⟨\w+⟩|\w+|[^\w\s]")


def split_syllables(text: str) -> list[str]:
    """Cut a normalised text into syllables and single marks; white space is dropped."""
    return _PIECE.findall(text)


def piece_spans(text: str) -> list[tuple[int, int]]:
    """Give the half-open span of each piece of `split_syllables`, in code points."""
    return [match.span() for match in _PIECE.finditer(text)]
