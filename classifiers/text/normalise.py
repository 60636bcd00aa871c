"""One normaliser for everything that is classified, searched or compared. The original is never changed.

In order: NFC and compatibility forms; invisible and bidirectional characters and halves of characters out; lower case;
look-alike Cyrillic and Greek letters inside Latin words; links, addresses, telephone numbers and @names replaced by a
fixed word, so that no model learns a person; letters split by dots or spaces joined; repeated letters and marks
collapsed; white space folded.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from classifiers.text.aligned import Aligned

LINK, MAIL, PHONE, NAME = "⟨link⟩", "⟨mail⟩", "⟨phone⟩", "⟨name⟩"
MAX_CHARACTERS: Final = 20_000  # a longer text is judged by its beginning

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ud800-\udfff]"
)
_LOOK_ALIKES: Final = str.maketrans("аеорсухіјѕԁһкмтнвгαειοκνρτυχ", "aeopcyxijsdhkmthbraeiokvptux")
# Patterns that begin with a run of characters look behind first: else a long word costs the square of its length.
_MIXED_WORD = re.compile(r"(?<!\w)\w*[Ͱ-ӿԀ-ԯ]\w*")
_LATIN = re.compile("[a-zß-ɏḁ-ỹ]")
_D_WITH_STROKE = str.maketrans("ðɖ", "đđ")  # other letters that look the same in capitals: Ð, Ɖ
_LETTER = r"[^\W\d_]"
_SPLIT_BY_MARK = re.compile(rf"(?<!\w){_LETTER}(?:[.\-_*|·•,~]+{_LETTER}){{2,}}(?!\w)")
_SPLIT_BY_SPACE = re.compile(rf"(?<!\S){_LETTER}(?: {_LETTER}){{2,}}(?!\S)")
_REPEATED_LETTER = re.compile(rf"({_LETTER})\1{{2,}}")
_REPEATED_MARK = re.compile(r"([^\w\s])\1{2,}")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"⟩]+")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.])(?:\+?84|0)(?:[ .\-]?\d){8,10}(?!\w)")
_NAME = re.compile(r"(?<![\w@⟨])@[\w.]{2,}\w")
_SPACE = re.compile(r"\s+")


def normalise(original: str) -> Aligned:
    """Normalise a text and keep the way back to the original.

    Args:
        original: Any text; of one longer than MAX_CHARACTERS only the beginning is used.

    Returns:
        The normalised text, aligned. Normalising its text again changes nothing.

    """
    aligned = Aligned.compose(original[:MAX_CHARACTERS])
    previous = ""
    while aligned.text != previous:  # one step may make work for an earlier one; two rounds are the rule
        previous = aligned.text
        aligned = _one_round(aligned)
    return aligned


def _one_round(aligned: Aligned) -> Aligned:
    if not aligned.text.isascii():
        aligned = aligned.map_characters(_plain_character)
        aligned = aligned.substitute(_MIXED_WORD, _unmask_word)
    else:
        aligned = Aligned(aligned.text.lower(), aligned.starts, aligned.ends)
    aligned = aligned.substitute(_LINK, lambda _: LINK)
    aligned = aligned.substitute(_MAIL, lambda _: MAIL)
    aligned = aligned.substitute(_PHONE, lambda _: PHONE)
    aligned = aligned.substitute(_NAME, lambda _: NAME)
    aligned = aligned.substitute(_SPLIT_BY_MARK, lambda match: re.sub(r"[\W_]", "", match[0]))
    aligned = aligned.substitute(_SPLIT_BY_SPACE, lambda match: match[0].replace(" ", ""))
    aligned = aligned.substitute(_REPEATED_LETTER, lambda match: match[1])
    aligned = aligned.substitute(_REPEATED_MARK, lambda match: match[1] * 2)
    aligned = aligned.substitute(_SPACE, lambda _: " ")
    return _strip(aligned.composed())


@cache
def _plain_character(char: str) -> str:
    """Lower-case one character in its compatibility form; invisible ones vanish."""
    if _INVISIBLE.match(char):
        return ""
    plain = unicodedata.normalize("NFKC", char)
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", plain).lower().translate(_D_WITH_STROKE))


def _unmask_word(match: re.Match[str]) -> str:
    """Map look-alikes to Latin only where a word also holds Latin letters: real Cyrillic and Greek words stay."""
    word = match[0]
    return word.translate(_LOOK_ALIKES) if _LATIN.search(word) else word


def _strip(aligned: Aligned) -> Aligned:
    stripped = aligned.text.strip(" ")
    if len(stripped) == len(aligned.text):
        return aligned
    start = len(aligned.text) - len(aligned.text.lstrip(" "))
    end = start + len(stripped)
    return Aligned(stripped, aligned.starts[start:end], aligned.ends[start:end])


def strip_diacritics(text: str) -> str:
    """Write Vietnamese without its marks: `đường phố` becomes `duong pho`."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
