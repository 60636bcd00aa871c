"""Which reference texts bear on a claim: the pairs of syllables by which they are looked up, and how well they agree.

Likeness is the cosine of the two texts' syllables and pairs of syllables, each weighed by how rare it is (inverse
document frequency: Spärck Jones, 1972). From it, from the amounts, names and places that both texts give, from what
only the claim has and from what differs a logistic regression tells how surely both speak of the same event; its
weights are in evidence.toml. Terms have no diacritics, so that claims without any are compared in the same way. Where
the facts differ, the reference contradicts the claim.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from typing import Final, NamedTuple, TypeAlias

from classifiers.claims import find_claim
from classifiers.data.datasets import read_corpus
from classifiers.evidence.facts import Facts, compare_facts, facts_of
from classifiers.evidence.words import Words, lists
from classifiers.text.search_terms import SearchTerms, search_terms

MOST_PAIRS: Final = 40  # of a claim that are looked up, rarest first
MOST_SYLLABLES: Final = 600  # of a claim
LEAST_SCORE: Final = 0.23  # from which a reference is suggested
LEAST_ALIKE: Final = 0.09  # likeness below which hardly any reference reaches LEAST_SCORE
LEAST_SHARED: Final = 2  # pairs that both must hold: a place's name alone says little
BESIDE_THE_CLAIM: Final = 0.6  # weight of what stands outside the clauses that assert something
SYLLABLES_COUNT: Final = 0.3  # share of the score that single syllables give; pairs give the rest
MOST_SHARED: Final = 2  # facts of a kind that count in the score
MOST_MISSING: Final = 3
UNCLEAR_COUNTS: Final = 0.75  # so that a report that says something comes first, if it is about as sure
LEAST_FACTS: Final = 2  # that both give, with none missing, where one reports what the other claims
REPORTS, CONTRADICTS, UNCLEAR = BEARINGS = ("reports", "contradicts", "unclear")
_WORDS_SHOWN: Final = 6
SAMPLED: Final = 16  # every so many-th post of the corpus tells how frequent terms are

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
        terms: Its syllables.
        weights: How much each term tells: how rare it is, less outside the clauses that assert something.
        facts: Its amounts, places, dates, outcomes and names.

    """

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
    terms = SearchTerms(terms.accented[:MOST_SYLLABLES], terms.bare[:MOST_SYLLABLES])
    facts = facts_of(text)
    clauses = [search_terms(mention.words).bare for mention in find_claim(text).asserts]
    inside = {term for clause in clauses for term in _terms(clause)}
    located = pairs_before_places(terms, facts)
    weights = {
        term: rarity.weight(term) * (1.0 if term in inside or not inside else BESIDE_THE_CLAIM)
        for term in _terms(terms.bare)
        if term not in located
    }
    return Asserted(terms, weights, facts)


def pairs_before_places(terms: SearchTerms, facts: Facts) -> set[Pair]:
    """Return the pairs of a preposition and the first syllable of a place: `ở Hà` is in half of the news."""
    prepositions = lists(plain=terms.accented == terms.bare)["places"]["prepositions"]
    firsts = {search_terms(words).bare[:1] for _, words in facts.places}
    return {
        (bare[0], bare[1])
        for word, bare in zip(terms.accented, pairwise(terms.bare), strict=False)
        if word in prepositions and bare[1:] in firsts
    }


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


class Agreement(NamedTuple):
    """How surely a reference bears on a claim: 0 (they speak of different things) to 1, and how, one of BEARINGS."""

    score: float
    bearing: str


def agreement(claim: Asserted, reference: str, cosine: float) -> Agreement:
    """Compare the facts of a claim and a reference text, and tell how surely both speak of the same event.

    Args:
        claim: What is asserted.
        reference: The reference text as it was written.
        cosine: How alike the words of both are, 0 to 1; see `likeness`.

    """
    facts = facts_of(reference)
    found = compare_facts(claim.facts, facts)
    turned = facts.outcomes.turns_any(claim.facts.outcomes)
    reports = sum(found.same.values()) >= LEAST_FACTS and not found.missing and not turned
    bearing = CONTRADICTS if found.differs else REPORTS if reports else UNCLEAR
    headed = "\n" in reference  # a post without a headline begins with its sentence
    title = {*search_terms(reference.partition("\n" if headed else ". ")[0]).bare}
    counts = {
        "constant": 1,
        "likeness": math.log(cosine) if cosine else -math.inf,
        "title": len(title & {*claim.terms.bare}) / max(len(title), 1),
        **{kind: min(found.same[kind], MOST_SHARED) for kind in ("numbers", "names", "places")},
        "missing": min(found.missing, MOST_MISSING),
        "told_otherwise": len(found.differs.keys() - {"outcomes"}),
        "outcomes": "outcomes" in found.differs,
    }
    logit = sum(weight * counts[name] for name, weight in lists(plain=False)["agreement"].items())
    chance = 0.5 + math.tanh(logit / 2) / 2  # the logistic function
    return Agreement(chance * (UNCLEAR_COUNTS if bearing == UNCLEAR else 1), bearing)


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
    for both_hold, places in groupby(range(len(terms.bare) - 1), key=lambda at: terms.bare[at : at + 2] in held):
        if both_hold:
            first, *rest = places
            runs.append(" ".join(terms.accented[first : first + len(rest) + 2]))
    longest = sorted(dict.fromkeys(runs), key=lambda words: -len(words))[:_WORDS_SHOWN]
    return Comparison(tuple(longest), compare_facts(facts, facts_of(reference)).differs)
