"""Word segmentation with underthesea: the only place that imports it, and only when the first text comes."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# A placeholder, a sentence, or lone marks. A sentence without end is cut, between words if it can be: the tokeniser's
# time grows with the square of a piece's length.
_PIECE = re.compile(r"(?P<fixed>⟨\w+⟩)|[^.!?…\n⟨]{1,800}(?![^.!?…\n⟨\s])[.!?…\n]*|[^.!?…\n⟨]{1,800}|[.!?…\n⟨]+")
_NO_SPACE = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `text[start:end]`, which may hold spaces (`ngân hàng`)."""

    text: str
    start: int
    end: int

    @property
    def joined(self) -> str:
        """The word as one token, its syllables joined by `_`."""
        return self.text.replace(" ", "_")


class Segmenter:
    """Splits Vietnamese text into words. Building one costs nothing; the first call loads the model (0.5 s, 60 MB)."""

    def __init__(self) -> None:
        self._tokenise: Callable[..., Sequence[str]] | None = None

    def segment(self, text: str) -> list[Word]:
        """Split a text, sentence by sentence, into its words with their offsets in code points."""
        tokenise = self._load()
        words: list[Word] = []
        for match in _PIECE.finditer(text):
            if match["fixed"]:
                words.append(Word(match[0], *match.span()))
                continue
            position = match.start()
            for token in tokenise(match.group(), use_token_normalize=False):
                word = _locate(text, token, position, match.end())
                if word is not None:
                    words.extend(_left_out(text, position, word.start))
                    words.append(word)
                    position = word.end
            words.extend(_left_out(text, position, match.end()))
        return words

    def _load(self) -> Callable[..., Sequence[str]]:
        if self._tokenise is None:
            from underthesea import word_tokenize  # noqa: PLC0415  half a second that `--help` must not cost

            self._tokenise = word_tokenize
        return self._tokenise

    def __getstate__(self) -> dict[str, Any]:
        """Travel to another process without the loaded model."""
        return {"_tokenise": None}


def _left_out(text: str, start: int, end: int) -> Iterator[Word]:
    """Give what stands between two found words: the tokeniser rewrites some characters, and those are not found."""
    for match in _NO_SPACE.finditer(text, start, end):
        yield Word(match[0], *match.span())


def _locate(text: str, token: str, start: int, limit: int) -> Word | None:
    """Find a token again; the tokeniser folds the white space between syllables, and adds some (`# tag`)."""
    found = text.find(token, start, limit)
    if found >= 0:
        return Word(token, found, found + len(token))
    pattern = re.compile(r"\s*".join(re.escape(part) for part in token.split()))
    match = pattern.search(text, start, limit)
    return Word(match[0], match.start(), match.end()) if match else None
