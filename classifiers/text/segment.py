"""Word segmentation with underthesea: the only place that imports it, and only when the first text comes."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from classifiers.text.tagger import Tagger

# A placeholder, a sentence, or lone marks. A sentence without end is cut, between words if it can be: the tokeniser's
# time grows with the square of a piece's length.
_PIECE = re.compile(r"(?P<fixed>⟨\w+⟩)|[^.!?…\n⟨]{1,800}(?![^.!?…\n⟨\s])[.!?…\n]*|[^.!?…\n⟨]{1,800}|[.!?…\n⟨]+")
_MODEL: Final = "ws_crf_vlsp2013_20230727"


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
        self._loaded: tuple[re.Pattern[str], Tagger] | None = None

    def segment(self, text: str) -> list[Word]:
        """Split a normalised text, sentence by sentence, into its words with their offsets in code points.

        The words are those of underthesea's `word_tokenize`: its tokens, joined by its tagger.
        """
        tokens, tagger = self._load()
        words: list[Word] = []
        for match in _PIECE.finditer(text):
            start, end = match.span()
            if match["fixed"]:
                words.append(Word(match[0], start, end))
                continue
            piece = match[0]
            spans = [token.span() for token in tokens.finditer(piece)]
            goes_on = tagger.goes_on([piece[first:last] for first, last in spans])
            begins = [place for place, inside in enumerate(goes_on) if not inside or place == 0]
            for place, following in pairwise([*begins, len(spans)]):
                first, last = spans[place][0], spans[following - 1][1]
                words.append(Word(piece[first:last], start + first, start + last))
        return words

    def _load(self) -> tuple[re.Pattern[str], Tagger]:
        if self._loaded is None:
            import joblib  # noqa: PLC0415  half a second, with the next, that `--help` must not cost
            from underthesea.pipeline.word_tokenize import regex_tokenize  # noqa: PLC0415  the same

            folder = Path(regex_tokenize.__file__).parent / "models" / _MODEL
            templates, dictionary = (joblib.load(folder / file) for file in ("features.bin", "dictionary.bin"))
            tagger = Tagger((folder / "models.bin").read_bytes(), templates, dictionary)
            self._loaded = regex_tokenize.patterns, tagger
        return self._loaded

    def __getstate__(self) -> dict[str, Any]:
        """Travel to another process without the loaded model."""
        return {"_loaded": None}
