"""Which reference texts bear on a claim: the pairs of syllables by which they are looked up, and how well they agree.

Agreement is the cosine of the two texts' syllables and pairs of syllables, each weighed by how rare it is (inverse
document frequency: Spärck Jones, 1972), and is raised or lowered by the numbers, names and dates that both texts give.
Terms have no diacritics, so that claims without any are compared in the same way.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final, TypeAlias

from classifiers.claims import find_claim
from classifiers.data.datasets import read_corpus
from classifiers.evidence_facts import KINDS, Facts, compare_facts, facts_of
from classifiers.text.search_terms import SearchTerms, search_terms

MOST_PAIRS: Final = 40  # of a claim that are looked up, rarest first
MOST_READ: Final = 600  # syllables of a claim
LEAST_SCORE: Final = 0.16  # from which a reference is suggested
LEAST_SHARED: Final = 2  # pairs that both must hold: a place's name alone says little
BESIDE_THE_CLAIM: Final = 0.6  # weight of what stands outside the clauses that assert something
SYLLABLES_COUNT: Final = 0.3  # share of the score that single syllables give; pairs give the rest
AGREES: Final[Mapping[str, float]] = {"numbers": 1.1, "names": 1.25, "dates": 1.05}
DIFFERS: Final[Mapping[str, float]] = {"numbers": 0.95, "names": 0.9, "dates": 1.0}
SAMPLED: Final = 16  # every so many-th post of the corpus tells how frequent terms are
WORDS_SHOWN: Final = 6

Pair = tuple[str, str]
Term: TypeAlias = str | Pair


class Rarity:
    """How rare syllables and pairs of neighbouring syllables are.

    Args:
        texts: Texts as syllables without diacritics.

    """

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        self._count = 0
        self._found: Counter[Term] = Counter()
        for bare in texts:
            self._count += 1
            self._found.update(set(_terms(bare)))

    def weight(self, term: Term) -> float:
        """Return ln((n + 1) / (f + 1/2)) of a term that f of n texts hold."""
        return math.log((self._count + 1) / (self._found[term] + 0.5))


@cache
def default_rarity() -> Rarity:
    """Count terms in the project's own posts, once a process: the same everywhere, whatever is stored."""
    return Rarity(search_terms(example.text).bare for example in read_corpus()[::SAMPLED])


def _terms(bare: Sequence[str]) -> Iterable[Term]:
    yield from bare
    yield from pairwise(bare)


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a claim asserts, to be looked up.

    Args:
        text: The post.
        terms: Its syllables.
        weights: How much each term tells: how rare it is, less outside the clauses that assert something.
        facts: Its numbers, names and dates.

    """

    text: str
    terms: SearchTerms
    weights: Mapping[Term, float]
    facts: Facts

    @property
    def pairs(self) -> list[Pair]:
        """The pairs to look up, most telling first."""
        pairs = [term for term in self.weights if isinstance(term, tuple)]
        return sorted(pairs, key=lambda pair: (-self.weights[pair], pair))[:MOST_PAIRS]


def asserted_by(text: str, rarity: Rarity) -> Asserted:
    """Read what a post asserts; all its words count, those of clauses that state a checkable fact most.

    Args:
        text: The post as it was written.
        rarity: Weighs words: the rarer a word, the more it says.

    """
    terms = search_terms(text)
    terms = SearchTerms(terms.accented[:MOST_READ], terms.bare[:MOST_READ])
    clauses = [search_terms(mention.words).bare for mention in find_claim(text).asserts]
    inside = {term for clause in clauses for term in _terms(clause)}
    weights = {
        term: rarity.weight(term) * (1.0 if term in inside or not inside else BESIDE_THE_CLAIM)
        for term in _terms(terms.bare)
    }
    return Asserted(text, terms, weights, facts_of(text))


def likeness(claim: Asserted, reference: Sequence[str], rarity: Rarity) -> float:
    """Compute the cosine of a claim and a reference text, 0 to 1; 0 where they share too little.

    Args:
        claim: What is asserted.
        reference: The syllables of the reference without diacritics.
        rarity: Weighs the terms.

    """
    held = set(_terms(reference))
    if sum(isinstance(term, tuple) and term in held for term in claim.weights) < LEAST_SHARED:
        return 0.0
    score = 0.0
    for kind, share in ((str, SYLLABLES_COUNT), (tuple, 1 - SYLLABLES_COUNT)):
        own = {term: weight for term, weight in claim.weights.items() if isinstance(term, kind)}
        other = {term: rarity.weight(term) for term in held if isinstance(term, kind)}
        common = sum(weight * other[term] for term, weight in own.items() if term in other)
        score += share * common / (math.hypot(*own.values()) * math.hypot(*other.values()) or 1.0)
    return score


def agreement(claim: Asserted, reference: str, cosine: float) -> float:
    """Correct the likeness of a claim and a reference text by the facts that both give.

    Args:
        claim: What is asserted.
        reference: The reference text as it was written.
        cosine: How alike the words of both are, 0 to 1; see `likeness`.

    Returns:
        0 (they speak of different things) to 1.

    """
    found = compare_facts(claim.facts, facts_of(reference))
    for kind in KINDS:
        cosine *= AGREES[kind] if found.same[kind] else DIFFERS[kind] if kind in found.differs else 1.0
    return min(cosine, 1.0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Why a reference was suggested for a claim.

    Args:
        words: What both say, longest first, as it stands in the claim.
        differs: Where both give numbers, names or dates and none is the same: those of the claim and of the reference.

    """

    words: tuple[str, ...]
    differs: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]


def compare(claim: str, reference: str) -> Comparison:
    """Say which words a claim and a reference share, and where they differ."""
    accented, bare = search_terms(claim)
    held = set(pairwise(search_terms(reference).bare))
    runs: list[str] = []
    place = 0
    while place < len(bare) - 1:
        end = place
        while end < len(bare) - 1 and bare[end : end + 2] in held:
            end += 1
        if end > place:
            runs.append(" ".join(accented[place : end + 1]))
        place = end + 1
    longest = sorted(dict.fromkeys(runs), key=lambda words: -len(words))[:WORDS_SHOWN]
    return Comparison(tuple(longest), compare_facts(facts_of(claim), facts_of(reference)).differs)
