"""A text on its way to being masked: what is masked already is one character, known by its place in the original."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

from classifiers.text.normalise import EARLY_TONES, INVISIBLE, LATE_TONE

Found = tuple[str, int, int]  # kind, start, end in a MaskableText

_FIRST_FILLER: Final = 0xE000  # private use
_LAST_FILLER: Final = 0xE07F
_RESERVED: Final = re.compile(f"[{chr(_FIRST_FILLER)}-{chr(_LAST_FILLER)}]")
_KEPT: Final = chr(_LAST_FILLER)  # a character of the text's own from the reserved range
_WORD: Final = re.compile(r"[^\W\d_]+")
_FEW: Final = 5
_COMBINED: Final = re.compile("(?s).[\u0300-\u036f]*")
# Nobody sees them, or sees a digit in a key cap: what stands around them is read as one word or number.
_UNSEEN: Final = re.compile(f"{INVISIBLE.pattern}|\u20e3")
_WIDE: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}  # full-width forms, with the usual ones


class MaskableText:
    """A text with its letters composed (NFC), without invisible signs, and each masked part as one filler character.

    A filler stands for a placeholder, whichever words it hides, so that a masked text that is masked again looks the
    same to the rules: they find nothing more in it.

    Args:
        text: The text as given.
        placeholder: Finds the placeholders that the text already contains.
        placeholders: The placeholder of each kind.

    """

    def __init__(self, text: str, placeholder: re.Pattern[str], placeholders: Mapping[str, str]) -> None:
        numbers = {shown: number for number, shown in enumerate(dict.fromkeys(placeholders.values()))}
        self._fillers = {kind: chr(_FIRST_FILLER + numbers[shown]) for kind, shown in placeholders.items()}
        self._replaced: dict[int, tuple[str, int]] = {}  # by start in the original: kind, end
        self._origins: list[int] = []
        pieces: list[str] = []
        position = 0
        for match in placeholder.finditer(text):
            pieces += (self._read(text[position : match.start()], position), chr(_FIRST_FILLER + numbers[match[0]]))
            self._origins.append(match.start())
            position = match.end()
        pieces.append(self._read(text[position:], position))
        self.text = "".join(pieces)
        self._origins.append(len(text))
        self._bare: str | None = None
        self.is_bare = self._has_few_marks()

    @property
    def bare(self) -> str:
        """The text without diacritics, as long as `text`; its capitals stay."""
        if self._bare is None:
            self._bare = self.text.translate(_bare_letters())
        return self._bare

    def filler(self, kind: str) -> str:
        """Return the character that stands for masked parts of a kind."""
        return self._fillers[kind]

    def replace(self, found: Iterable[Found]) -> bool:
        """Replace parts by fillers.

        Args:
            found: Parts in any order; of those that overlap the first one counts, and the longest of those that begin
                together.

        Returns:
            Whether there were any.

        """
        pieces: list[str] = []
        origins: list[int] = []
        position = 0
        for kind, start, end in sorted(found, key=lambda part: (part[1], -part[2])):
            if start < position or start == end:
                continue
            pieces += (self.text[position:start], self._fillers[kind])
            origins += self._origins[position:start]
            origins.append(self._origins[start])
            # Smaller masks inside a larger one are part of it.
            self._forget(start, end)
            self._replaced[self._origins[start]] = (kind, self._origins[end])
            position = end
        if not pieces:
            return False
        self.text = "".join((*pieces, self.text[position:]))
        self._origins = origins + self._origins[position:]
        self._bare = None
        self.is_bare = self._has_few_marks()  # as of the masked text, or masking that again would find more
        return True

    def replaced(self) -> Iterator[Found]:
        """Give what was replaced, by its place in the original, in order."""
        for start, (kind, end) in sorted(self._replaced.items()):
            yield kind, start, end

    def _has_few_marks(self) -> bool:
        """Whether at most one word in five has diacritics, as when only a name in it was pasted."""
        written = _WORD.findall(self.text)
        return (len(written) - sum(map(str.isascii, written))) * _FEW <= len(written)

    def _forget(self, start: int, end: int) -> None:
        for inner in _RESERVED.finditer(self.text, start, end):
            self._replaced.pop(self._origins[inner.start()], None)

    def _read(self, part: str, start: int) -> str:
        """Return a part of the original that contains no placeholder as rules read it, and note its places."""
        if unicodedata.is_normalized("NFC", part):
            composed, origins = part, list(range(start, start + len(part)))
        else:
            pieces: list[str] = []
            origins = []
            for match in _COMBINED.finditer(part):
                piece = unicodedata.normalize("NFC", match[0])
                longest = len(match[0]) - 1
                origins += (start + match.start() + min(number, longest) for number in range(len(piece)))
                pieces.append(piece)
            composed = "".join(pieces)
        if _UNSEEN.search(composed):
            seen = [place for place, char in enumerate(composed) if not _UNSEEN.match(char)]
            composed, origins = "".join(composed[place] for place in seen), [origins[place] for place in seen]
        self._origins += origins
        return _RESERVED.sub(_KEPT, composed).translate(_WIDE)


def settle_tones(words: str) -> str:
    """Write tones in small letters where the older spelling has them ("hòa" for "hoà"), as long as before."""
    return LATE_TONE.sub(lambda match: EARLY_TONES[match[0]], words)


def strip_marks(words: str) -> str:
    """Write words without diacritics, as long as before."""
    return words.translate(_bare_letters())


@cache
def _bare_letters() -> dict[int, str]:
    """Give the letters of Vietnamese that have diacritics, with their bare ones."""
    letters = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        decomposed = unicodedata.normalize("NFD", chr(code))
        if len(decomposed) > 1 and decomposed[0].isascii():
            letters[code] = decomposed[0]
    return letters | {ord("đ"): "d", ord("Đ"): "D"}
