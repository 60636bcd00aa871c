"""Prepared texts (normalised and segmented), and the views that cut them into tokens and n-grams."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Final

from classifiers.text.aligned import Aligned
from classifiers.text.group_names import default_group_names
from classifiers.text.letters import split_syllables
from classifiers.text.lexicon import default_lexicon
from classifiers.text.normalise import normalise
from classifiers.text.segment import Segmenter, Word
from classifiers.text.spelling import default_speller

BATCH: Final = 128  # texts that are segmented together: a few very long ones already need some hundred megabytes
CACHED: Final = 2**12  # words whose tokens are cached, for each view

WordTokens = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A text that is normalised and cut into words.

    Args:
        aligned: The normalised text, names of groups replaced by their kind.
        words: Its words; a replaced name is one.
        names: The names as they were written, by the index of their word.

    """

    aligned: Aligned
    words: tuple[Word, ...]
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def written(self) -> list[str]:
        """The words with the names of groups as they were written."""
        return [self.names.get(place, word.text) for place, word in enumerate(self.words)]


@dataclass(frozen=True, slots=True)
class View:
    """One block of features: TF-IDF of n-grams of one kind of tokens.

    Args:
        name: Names the block.
        ngrams: Least and greatest number of tokens (or of characters) of an n-gram.
        scale: L2 norm of the block in each row of the matrix.
        word_tokens: Cuts a word into tokens; None: the tokens are the groups of the lexicon's terms in the text.
        characters: N-grams are of characters inside a token instead of tokens.

    """

    name: str
    ngrams: tuple[int, int]
    scale: float
    word_tokens: WordTokens | None = None
    characters: bool = False

    def tokens(self, text: PreparedText) -> list[str]:
        """Cut a prepared text into tokens."""
        if self.word_tokens is None:
            return [group for group, _ in lexicon_terms(text)]
        return list(chain.from_iterable(map(self.word_tokens, [word.text for word in text.words])))

    def token_words(self, text: PreparedText) -> list[int]:
        """Give for each token of `tokens` the index of the word that it belongs to."""
        if self.word_tokens is None:
            return [place for _, place in lexicon_terms(text)]
        return [index for index, word in enumerate(text.words) for _ in self.word_tokens(word.text)]


def lexicon_terms(text: PreparedText) -> list[tuple[str, int]]:
    """List the groups of the lexicon's terms in a text, each with the index of the word that the term begins in."""
    words = [syllables(word.text) for word in text.words]
    places = [index for index, of_word in enumerate(words) for _ in of_word]
    terms = default_lexicon().find(list(chain.from_iterable(words)))
    return [(group, places[start]) for group, start, _ in terms]


@lru_cache(CACHED)
def syllables(word: str) -> tuple[str, ...]:
    """Cut a word into syllables."""
    return tuple(split_syllables(word))


@lru_cache(CACHED)
def respelled_syllables(word: str) -> tuple[str, ...]:
    """Cut a word into syllables, those of chat spelling in their standard spelling."""
    return tuple(chain.from_iterable(map(default_speller(), syllables(word))))


def prepare_all(texts: Sequence[str], segmenter: Segmenter) -> list[PreparedText]:
    """Normalise and segment some hundred texts, as they were written; all at once, in their order."""
    replace = default_group_names().replace
    replaced = [replace(normalise(text), text) for text in texts]
    words = segmenter.segment_all([aligned.text for aligned, _ in replaced])
    return [
        PreparedText(aligned, tuple(cut), _places(cut, names))
        for (aligned, names), cut in zip(replaced, words, strict=True)
    ]


def _places(words: Sequence[Word], names: Mapping[int, str]) -> Mapping[int, str]:
    """Find the words that replaced names of groups became; a name that the segmenter cut into pieces has none."""
    kinds = default_group_names().kinds if names else frozenset()
    return {place: names[word.start] for place, word in enumerate(words) if word.text in kinds and word.start in names}


def prepare(text: str, segmenter: Segmenter) -> PreparedText:
    """Normalise and segment one text."""
    return prepare_all([text], segmenter)[0]


def prepare_many(
    texts: Sequence[str], segmenter: Segmenter, on_done: Callable[[int, int], None] = lambda _done, _total: None
) -> list[PreparedText]:
    """Prepare very many texts with little memory: offsets are dropped, and equal words are one object.

    Args:
        texts: The texts.
        segmenter: Cuts texts into words.
        on_done: Called after each batch with the number of prepared texts and the total.

    """
    known: dict[str, Word] = {}
    prepared: list[PreparedText] = []
    for start in range(0, len(texts), BATCH):
        for text in prepare_all(texts[start : start + BATCH], segmenter):
            words = tuple(known.setdefault(word.text, Word(word.text, 0, 0)) for word in text.words)
            prepared.append(PreparedText(Aligned(text.aligned.text, (), ()), words))
        on_done(len(prepared), len(texts))
    return prepared
