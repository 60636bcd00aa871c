"""Texts in the Vietnamese encodings of before Unicode, TCVN3 (ABC) and VNI, as they look when read as Latin-1.

`Céng hßa` is TCVN3 for `Cộng hòa`, `Coäng hoøa` is VNI. A text is decoded only when that makes Vietnamese of it and it
was none before; all others are left alone.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from classifiers.text.aligned import Aligned
from classifiers.text.letters import is_syllable

_TCVN3: Final[Mapping[str, str]] = dict(
    zip(
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u00adõö÷øùúûüýþ¡¢§£¤¥¦",
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
# In VNI a letter is followed by one that stands for its mark, or its marks.
_VNI_MARKS: Final[Mapping[str, str]] = {
    **dict(zip("ùøûõïâê", (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT, _CIRCUMFLEX, _BREVE), strict=True)),
    **dict(zip("áàåãä", (_CIRCUMFLEX + tone for tone in (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT)), strict=True)),
    **dict(zip("éèúüë", (_BREVE + tone for tone in (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT)), strict=True)),
}
_VNI_LETTERS: Final[Mapping[str, str]] = dict(zip("ôöñæóòîÔÖÑÆÓÒÎ", "ơưđỉĩịỵƠƯĐỈĨỊỴ", strict=True))
_TCVN3_SIGN: Final = re.compile(f"[{''.join(_TCVN3)}]")
_VNI_SIGN: Final = re.compile("[aeoôuöyAEOÔUÖY][ùøûõïâêáàåãäéèúüëÙØÛÕÏÂÊÁÀÅÃÄÉÈÚÜË]|[ôöñæóòîÔÖÑÆÓÒÎ]")
_UNICODE_VIETNAMESE: Final = re.compile("[đĐăĂơƠưƯẠ-ỹ]")
_LATIN1: Final = re.compile("[¡-ÿ]")
_WORD: Final = re.compile(r"[^\s\x21-\x40\x5b-\x60\x7b-\x7e]+")
_FEWEST_WORDS: Final = 3
_TOO_MUCH: Final = 0.5  # of the words with signs are syllables as they stand
_ENOUGH: Final = 0.8  # are syllables after decoding


def decoded(aligned: Aligned) -> Aligned:
    """Decode a text that is plainly TCVN3 or VNI, and give any other back."""
    if not _LATIN1.search(aligned.text) or _UNICODE_VIETNAMESE.search(aligned.text):
        return aligned
    words = [word for word in _WORD.findall(aligned.text) if not word.isascii()]
    if len(words) < _FEWEST_WORDS or _share(words) > _TOO_MUCH:
        return aligned
    for sign, read in ((_TCVN3_SIGN, _read_tcvn3), (_VNI_SIGN, _read_vni)):
        new = [sign.sub(read, word) for word in words]
        if _share(new) >= _ENOUGH and any(map(_UNICODE_VIETNAMESE.search, new)):
            return aligned.substitute(sign, read)
    return aligned


def _share(words: list[str]) -> float:
    return sum(is_syllable(word.lower()) for word in words) / len(words)


def _read_tcvn3(match: re.Match[str]) -> str:
    return _TCVN3[match[0]]


def _read_vni(match: re.Match[str]) -> str:
    base = _VNI_LETTERS.get(match[0][0], match[0][0])
    marks = "".join(_VNI_MARKS[mark] for mark in match[0][1:].lower())
    return unicodedata.normalize("NFC", base + marks)
