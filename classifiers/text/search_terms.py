"""The words by which a text is searched: normalised syllables, with and without diacritics."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import normalise

LONGEST: Final = 64  # characters of a syllable; what is longer is no word, and PostgreSQL limits a lexeme
# Links, addresses, numbers and @names are fixed words by now; an address without http:// is not.
_NO_WORDS: Final = re.compile(r"⟨\w+⟩|(?<![\w.])(?:[\w-]+\.)+[a-z]{2,}/\S*")
_SYLLABLE: Final = re.compile(r"[^\W_]+")


class SearchTerms(NamedTuple):
    """The syllables of a text in order, and at the same places those without diacritics."""

    accented: tuple[str, ...]
    bare: tuple[str, ...]


def search_terms(text: str) -> SearchTerms:
    """Cut a text into the syllables by which it is found.

    Links, mail addresses, telephone numbers and @names are left out, so that a text is not found by a person's handle.
    """
    return terms_of(normalise(text).text)


def terms_of(normalised: str) -> SearchTerms:
    """Cut a text that is normalised already."""
    syllables = [match[0][:LONGEST] for match in _SYLLABLE.finditer(_NO_WORDS.sub(" ", normalised))]
    pairs = [(syllable, bare) for syllable in syllables if (bare := _plain(syllable))]
    return SearchTerms(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))


@lru_cache(2**12)
def _plain(syllable: str) -> str:
    return "".join(_SYLLABLE.findall(strip_diacritics(syllable)))[:LONGEST]


def syllable_spans(normalised: str) -> list[tuple[int, int]]:
    """Give the half-open spans of all syllables of a normalised text, also of those by which it is not found."""
    return [match.span() for match in _SYLLABLE.finditer(normalised)]
