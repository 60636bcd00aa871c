"""Word segmentation with underthesea: the only place that imports it, and only when the first text comes."""

import pickle
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any, Final, NamedTuple

from classifiers.text.tagger import Tagger

# A placeholder, a sentence, or lone marks. A sentence without end is cut, between words if it can be: the tokeniser's
# time grows with the square of a piece's length.
_PIECE = re.compile(
    r"(?P<fixed>⟨\w+⟩)|[^.!?…\n⟨]{1,800}(?![^.!?…\n⟨\s])[.!?…\n]*|[^.!?…\n⟨]{1,800}|(?:[.!?…\n]|⟨(?!\w+⟩))+"
)
_MODEL: Final = "ws_crf_vlsp2013_20230727"
_REMEMBERED: Final = 2**12  # runs of characters between spaces
_LOADING: Final = Lock()  # the desk and scoring begin in two threads, and a stand-in is no module to be imported

_Cut = Callable[[str], Sequence[tuple[str, int]]]  # the tokens of such a run, and where in it each begins


class Word(NamedTuple):
    """A word of a text: `text[start:end]`, which may hold spaces (`ngân hàng`)."""

    text: str
    start: int
    end: int

    @property
    def joined(self) -> str:
        """The word as one token, its syllables joined by `_`."""
        return self.text.replace(" ", "_")


class Segmenter:
    """Splits Vietnamese text into words. The first call in a process loads the model (0.3 s, 60 MB)."""

    def segment(self, text: str) -> list[Word]:
        """Split one normalised text into its words."""
        return self.segment_all([text])[0]

    def segment_all(self, texts: Sequence[str]) -> list[list[Word]]:
        """Split normalised texts, sentence by sentence, into their words with their offsets in code points.

        The words are those of underthesea's `word_tokenize`: its tokens, joined by its tagger. Of some hundred texts
        together each takes less time than alone.
        """
        with _LOADING:
            cut, tagger = _model()
        pieces = [[_tokens(match, cut) for match in _PIECE.finditer(text)] for text in texts]
        goes_on = iter(tagger.goes_on([tokens for of_text in pieces for tokens, _ in of_text]))
        return [
            [word for tokens, starts in of_text for word in _joined(text, tokens, starts, next(goes_on))]
            for text, of_text in zip(texts, pieces, strict=True)
        ]


@cache
def _model() -> tuple[_Cut, Tagger]:
    """Load the tokeniser and the tagger, once a process."""
    regex_tokenize = _tokeniser_of_underthesea()
    folder = Path(regex_tokenize.__file__).parent / "models" / _MODEL
    # Plain pickles of the library's own, which reads them with joblib; that takes four times as long.
    templates, dictionary = (
        pickle.loads((folder / file).read_bytes())  # noqa: S301  from the installed package, whose code runs anyway
        for file in ("features.bin", "dictionary.bin")
    )
    tagger = Tagger((folder / "models.bin").read_bytes(), templates, dictionary)

    patterns = regex_tokenize.patterns

    # No token holds white space, and only capitals, which normalised text has none of, look beyond their token: a run
    # without a space is cut alike wherever it stands.
    @lru_cache(_REMEMBERED)
    def cut(run: str) -> Sequence[tuple[str, int]]:
        return [(match[0], match.start()) for match in patterns.finditer(run)]

    return cut, tagger


def _tokeniser_of_underthesea() -> Any:
    """Import the module that cuts texts into tokens, without the package's taggers and its client for downloads.

    An empty module stands for the package meanwhile: its `__init__` takes a fifth of a second and 60 MB.
    """
    spec = find_spec("underthesea")
    if spec is not None and "underthesea" not in sys.modules:
        stand_in = sys.modules["underthesea"] = ModuleType("underthesea")
        stand_in.__path__ = list(spec.submodule_search_locations or ())
    else:
        stand_in = None
    try:
        import underthesea.pipeline.text_normalize  # noqa: F401  first: it and the tokeniser import each other
        from underthesea.pipeline.word_tokenize import regex_tokenize
    finally:
        if stand_in is not None:
            del sys.modules["underthesea"]
    return regex_tokenize


def _tokens(piece: re.Match[str], cut: _Cut) -> tuple[list[str], list[int]]:
    """Cut a piece of a text into tokens, and say where in the text each begins."""
    start = piece.start()
    if piece["fixed"]:
        return [piece[0]], [start]
    tokens: list[str] = []
    starts: list[int] = []
    for run in piece[0].split(" "):
        for token, place in cut(run):
            tokens.append(token)
            starts.append(start + place)
        start += len(run) + 1
    return tokens, starts


def _joined(text: str, tokens: Sequence[str], starts: Sequence[int], goes_on: Sequence[bool]) -> Iterator[Word]:
    """Join the tokens of a piece to words; the first begins one in any case."""
    if not tokens:
        return
    begin = starts[0]
    end = begin + len(tokens[0])
    for token, start, inside in zip(tokens[1:], starts[1:], goes_on[1:], strict=True):
        if not inside:
            yield Word(text[begin:end], begin, end)
            begin = start
        end = start + len(token)
    yield Word(text[begin:end], begin, end)
