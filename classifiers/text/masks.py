"""Masked words: `đ*o`, `l0n`, `d!t`, `c@c`, `ng.u`, `l ồn`, `súc.vật` read as the one word of a short list that fits.

What fits no word of the list, or several that mean different things, is left as it was written.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from classifiers.text.letters import is_syllable, lacks_marks, spellings_of

# Signs and digits, and the plain letters that they may be written for.
_LEET: Final = {
    **dict(zip("013456789", ("o", "il", "e", "a", "s", "gb", "t", "b", "gq"), strict=True)),
    **dict(zip("@!|$€¥£¡", ("a", "i", "il", "s", "e", "y", "l", "i"), strict=True)),
}
_BLANKS: Final = "*×•·#%?_^~+="  # a letter left out
_JOINTS: Final = ".-_/\\,:|'`"  # nothing at all, between two letters
_LONGEST_SYLLABLE: Final = 7  # nghiêng
_LONGEST: Final = 10  # of a masked word
_LEAST_SHOWN: Final = 2
_WITH_VOWEL: Final = re.compile("[^bcdđghklmnpqrstvxz]")
_MOST_LEFT_OUT: Final = 3  # letters behind one sign
_FEWEST_LETTERS: Final = 3  # of a word spelt with digits: `v1` is a version
_SIGNS: Final = re.escape("".join({*_LEET, *_BLANKS, *_JOINTS}))
_NO_JOINTS: Final = str.maketrans("", "", _JOINTS)
_ENDS_OF_SENTENCES: Final = ".,:!?'`/-~=+"

# A letter, then letters and signs; possessive, so that a long word is read once.
MASKED: Final = re.compile(rf"(?<![\w{_SIGNS}⟨])[^\W\d_]++(?=[{_SIGNS}])(?:[^\W_]|[{_SIGNS}])++(?!⟩)")
# A word in two halves, the first without a vowel; or two words with a sign between them.
HALVES: Final = re.compile(r"(?<!\S)(ng|ch|kh|th|tr|nh|ph|[bcdđghklmnprstvx]) ([^\W\d_]{1,4})(?!\w)")
JOINED_PAIR: Final = re.compile(r"(?<![\w.\-_/*])([^\W\d_]{2,7})[.\-_/*~|]{1,3}([^\W\d_]{2,7})(?![\w.\-_/*])")
_NEIGHBOUR: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that people mask, each with its family; which mean other things too, are halved, or stand together."""

    family: dict[str, str]
    ordinary: frozenset[str]
    halves: frozenset[str]
    pairs: frozenset[tuple[str, str]]


@cache
def _words() -> _Words:
    data = tomllib.loads((resources.files("classifiers.text") / "masks.toml").read_text(encoding="utf-8"))
    family = {}
    for word, others in data["families"].items():
        for spelling in (word, *_terms(others)):
            family[spelling] = word
    pairs = (pair.split() for pair in _terms(data["pairs"]["known"]))
    return _Words(
        family,
        frozenset(_terms(data["ordinary"]["known"])),
        frozenset(_terms(data["halves"]["known"])),
        frozenset((first, second) for first, second in pairs),
    )


def _terms(line: str) -> Iterable[str]:
    return filter(None, map(str.strip, line.split(",")))


@lru_cache(maxsize=4096)
def fitting(masked: str) -> frozenset[str]:
    """List the families of words that a masked word may be, nothing when it fits none.

    Signs are first read as if they were not there (`ng.u`), then as the letters that they look like and as one left out
    letter each (`n*u`), last as any few left out letters (`c*`).
    """
    words = _words()
    if not masked or not masked[0].isalpha() or len(masked) > _LONGEST:
        return frozenset()
    letters = "".join(char for char in masked if char not in _JOINTS)
    if letters in words.family:
        return frozenset((words.family[letters],))
    fewest = _FEWEST_LETTERS if any(map(str.isdigit, masked)) else 1
    shown = sum(map(str.isalpha, masked))
    read = tuple(map(_may_be_letter, masked))
    for blank_is in (1,), range(_MOST_LEFT_OUT + 1):
        if len(blank_is) > 1 and shown < _LEAST_SHOWN and masked.count("*") < _LEAST_SHOWN:
            break
        fit = {
            family
            for word, family in words.family.items()
            # Abbreviations have no letter that is left out: `c*n` is not cmn.
            if len(word) >= fewest and _WITH_VOWEL.search(word) and _fits(word, read, blank_is)
        }
        if fit:
            return frozenset(fit)
    return frozenset()


def _fits(word: str, read: Sequence[str | None], blank_is: Iterable[int]) -> bool:
    """Match a word against the letters that each written character may be, None for left out ones."""
    if not read:
        return not word
    first, rest = read[0], read[1:]
    if first is None:
        return any(left_out <= len(word) and _fits(word[left_out:], rest, blank_is) for left_out in blank_is)
    return bool(word) and word[0] in first and _fits(word[1:], rest, blank_is)


@cache
def _may_be_letter(char: str) -> str | None:
    """Name the letters that a written character may be; None for any."""
    if char in _LEET:
        return "".join(map(spellings_of, _LEET[char]))
    if char in _BLANKS:
        return None
    return spellings_of(char) if char.isascii() and char.isalpha() else char


def unmask(match: re.Match[str]) -> str:
    """Read a match of MASKED: the one word that fits, or what was written."""
    written = match[0]
    core = written.rstrip(_ENDS_OF_SENTENCES)
    if core.isalpha():
        return written
    families = fitting(core)
    if not families or (len(core) < _FEWEST_LETTERS and "*" in core):
        return written
    # A sign that stands for nothing leaves no doubt which word it is, and neither does a known pair.
    if core.translate(_NO_JOINTS) not in families:
        families = _beside(families, match) or families - _words().ordinary
    if len(families) != 1:
        return written
    (word,) = families
    return word + written[len(core) :]


def _beside(families: frozenset[str], match: re.Match[str]) -> frozenset[str]:
    """Keep the families that make a known pair with the word before or after."""
    before = _NEIGHBOUR.findall(match.string, max(0, match.start() - 12), match.start())[-1:]
    after = _NEIGHBOUR.findall(match.string, match.end(), match.end() + 12)[:1]
    firsts = {word for token in before for word in _readings(token)}
    seconds = {word for token in after for word in _readings(token)}
    pairs = _words().pairs
    return frozenset(
        family
        for family in families
        if any((first, family) in pairs for first in firsts) or any((family, second) in pairs for second in seconds)
    )


def _readings(token: str) -> frozenset[str]:
    return frozenset((token,)) if token.isalpha() else fitting(token.strip(_ENDS_OF_SENTENCES))


def join_letters(letters: str) -> str | None:
    """Read single letters that were written apart, without what parted them: as the fewest syllables or masked words.

    Returns:
        The words with a space between, `súc vật` for `súcvật`; None when the letters are no words.

    """
    # For every end the fewest words up to it, and where the last of them starts.
    fewest: list[int | None] = [0] + [None] * len(letters)
    starts = [0] * (len(letters) + 1)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            before, so_far = fewest[start], fewest[end]
            if before is None or (so_far is not None and so_far <= before + 1):
                continue
            piece = letters[start:end]
            if piece in _words().family or is_syllable(piece) or lacks_marks(piece):
                fewest[end], starts[end] = before + 1, start
    if fewest[-1] is None:
        return None
    words: list[str] = []
    end = len(letters)
    while end:
        words.append(letters[starts[end] : end])
        end = starts[end]
    return " ".join(reversed(words))


def join_halves(match: re.Match[str]) -> str:
    """Join a match of HALVES when the whole is a word that people split."""
    whole = match[1] + match[2]
    return whole if whole in _words().halves else match[0]


def part_pair(match: re.Match[str]) -> str:
    """Part a match of JOINED_PAIR when the two words are a known pair."""
    return f"{match[1]} {match[2]}" if (match[1], match[2]) in _words().pairs else match[0]
