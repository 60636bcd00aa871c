"""Why a reference is suggested for a claim: the words that both share, and where they contradict each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from classifiers.evidence.facts import Words, compare_facts, facts_of
from classifiers.evidence.likeness import pairs_before_places
from classifiers.text.search_terms import search_terms

_WORDS_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Comparison:
    """Why a reference is suggested for a claim.

    Args:
        words: What both say, longest first, as it stands in the claim.
        differs: By kind of fact, one of `facts.KINDS`, the words of the claim and of the reference that cannot both be
            right.

    """

    words: tuple[str, ...]
    differs: Mapping[str, tuple[Words, Words]]


def compare(claim: str, reference: str) -> Comparison:
    """Say which words a claim and a reference share, and where they contradict each other."""
    terms, facts = search_terms(claim), facts_of(claim)
    held = set(pairwise(search_terms(reference).bare)) - pairs_before_places(terms, facts)
    runs: list[str] = []
    place = 0
    while place < len(terms.bare) - 1:
        end = place
        while end < len(terms.bare) - 1 and terms.bare[end : end + 2] in held:
            end += 1
        if end > place:
            runs.append(" ".join(terms.accented[place : end + 1]))
        place = end + 1
    longest = sorted(dict.fromkeys(runs), key=lambda words: -len(words))[:_WORDS_SHOWN]
    return Comparison(tuple(longest), compare_facts(facts, facts_of(reference)).differs)
