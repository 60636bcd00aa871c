"""A text made ready for its features: normalised, cut into words, and these cut into the tokens of each view."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final

from classifiers.text.aligned import Aligned
from classifiers.text.letters import strip_diacritics
from classifiers.text.lexicon import default_lexicon
from classifiers.text.normalise import normalise
from classifiers.text.segment import Segmenter, Word
from classifiers.text.spelling import default_speller
from classifiers.text.syllables import split_syllables

_AT_ONCE: Final = 128  # texts that are cut together: a few very long ones already fill some hundred megabytes
_REMEMBERED: Final = 2**14  # words whose tokens are remembered, a view


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text ready for its features: normalised and cut into words."""

    aligned: Aligned
    words: tuple[Word, ...]

    @property
    def segmented(self) -> str:
        """The words in one line, syllables of a word joined by `_`."""
        return " ".join(word.joined for word in self.words)


def prepare_all(texts: Sequence[str], segmenter: Segmenter) -> list[Prepared]:
    """Normalise and segment some hundred texts."""
    aligned = [normalise(text) for text in texts]
    words = segmenter.segment_all([each.text for each in aligned])
    return [Prepared(text, tuple(cut)) for text, cut in zip(aligned, words, strict=True)]


def prepare(text: str, segmenter: Segmenter) -> Prepared:
    """Do as `prepare_all` with one text."""
    return prepare_all([text], segmenter)[0]


class Cutter:
    """Makes very many texts ready, each once.

    Args:
        segmenter: Cuts texts into words.
        total: How many texts there will be.
        on_done: Told how many are done, and of how many.

    """

    def __init__(self, segmenter: Segmenter, total: int, on_done: Callable[[int, int], None]) -> None:
        self._segmenter = segmenter
        self._total = total
        self._on_done = on_done
        self._done = 0
        self._words: dict[str, Word] = {}

    def cut(self, texts: Sequence[str]) -> list[Prepared]:
        """Cut some texts; their offsets and those of their words are dropped, for those of many texts fill a memory."""
        found = []
        for start in range(0, len(texts), _AT_ONCE):
            end = start + _AT_ONCE
            for prepared in prepare_all(texts[start:end], self._segmenter):
                words = tuple(self._words.setdefault(word.text, Word(word.text, 0, 0)) for word in prepared.words)
                found.append(Prepared(Aligned(prepared.aligned.text, (), ()), words))
            self._done += len(texts[start:end])
            self._on_done(self._done, self._total)
        return found


def tokens_of(view: str, prepared: Prepared) -> list[str]:
    """Cut a prepared text into the tokens of a view."""
    if view == "lexicon":
        return [group for group, _ in _terms(prepared)]
    return list(chain.from_iterable(map(_WORD_CUTTERS[view], [word.text for word in prepared.words])))


def places_of(view: str, prepared: Prepared) -> list[int]:
    """Give the index of the word that each of these tokens belongs to."""
    if view == "lexicon":
        return [place for _, place in _terms(prepared)]
    cut = _WORD_CUTTERS[view]
    return [index for index, word in enumerate(prepared.words) for _ in cut(word.text)]


def _terms(prepared: Prepared) -> list[tuple[str, int]]:
    """Find the groups of the lexicon, each with the word that its term begins in."""
    words = [_syllables(word.text) for word in prepared.words]
    places = [index for index, syllables in enumerate(words) for _ in syllables]
    found = default_lexicon().find(list(chain.from_iterable(words)))
    return [(group, places[start]) for group, start, _ in found]


def _joined(word: str) -> tuple[str, ...]:
    return (word.replace(" ", "_"),)


@lru_cache(_REMEMBERED)
def _syllables(word: str) -> tuple[str, ...]:
    return tuple(split_syllables(word))


@lru_cache(_REMEMBERED)
def _plain(word: str) -> tuple[str, ...]:
    return tuple(filter(None, map(strip_diacritics, _syllables(word))))  # a mark without a letter leaves nothing


@lru_cache(_REMEMBERED)
def _spelled(word: str) -> tuple[str, ...]:
    return tuple(chain.from_iterable(map(default_speller(), _syllables(word))))


# Each view that reads words, and how it cuts one; the same words come again and again.
_WORD_CUTTERS: Final[Mapping[str, Callable[[str], tuple[str, ...]]]] = {
    "words": _joined,
    "syllables": _syllables,
    "plain": _plain,
    "spelled": _spelled,
    "letters": _syllables,
}
