"""Which reference texts bear on a claim: the pairs of syllables by which they are looked up, and how well they agree.

Agreement is the share of the claim's telling pairs and numbers that a reference text holds, each weighed by how rare it
is among the references that were looked through (inverse document frequency: Spärck Jones, 1972), and the cosine of the
two texts' pairs so weighed. Pairs have no diacritics, so that claims without any are compared in the same way.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from classifiers.claims import find_claim
from classifiers.text.search_terms import search_terms

MOST_PAIRS: Final = 40  # of a claim that are looked up
LEAST_SCORE: Final = 0.30  # from which a reference is suggested
LEAST_SHARED: Final = 3  # pairs that both must hold: a place's name alone says nothing
NUMBERS_DIFFER: Final = 0.8  # what a score is multiplied by where the claim has numbers and the reference none of them

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a claim asserts, to be looked up.

    Args:
        pairs: Neighbouring syllables without diacritics, each pair once.
        numbers: The numbers among them.

    """

    pairs: tuple[Pair, ...]
    numbers: frozenset[str]


def asserted_by(text: str) -> Asserted:
    """Read what a post asserts; the whole post where no clause of it states a checkable fact."""
    claim = find_claim(text)
    clauses = [search_terms(mention.words).bare for mention in claim.asserts] or [search_terms(text).bare]
    pairs = dict.fromkeys(pair for clause in clauses for pair in pairwise(clause))
    numbers = frozenset(syllable for clause in clauses for syllable in clause if syllable.isdigit())
    return Asserted(tuple(pairs)[:MOST_PAIRS], numbers)


def rarity(found: int, most: int) -> float:
    """Weigh a pair by how many references hold it, counted up to a limit; what reaches the limit weighs nothing."""
    return math.log(most / found) if found else math.log(most)


def agreement(claim: Asserted, reference: Sequence[str], weights: Mapping[Pair, float]) -> float:
    """Compute how well a reference text answers a claim, 0 to 1.

    Args:
        claim: What is asserted.
        reference: The syllables of the reference without diacritics.
        weights: The weight of each pair of the claim.

    """
    held = set(pairwise(reference))
    shared = [pair for pair in claim.pairs if pair in held and weights[pair] > 0]
    whole = sum(weights[pair] for pair in claim.pairs)
    if len(shared) < LEAST_SHARED or not whole:
        return 0.0
    common = sum(weights[pair] for pair in shared)
    # The reference's own pairs are weighed as the claim's are on average: none of them was counted.
    mean = whole / len(claim.pairs)
    squares = sum(weights[pair] ** 2 for pair in shared) + mean**2 * (len(held) - len(shared))
    cosine = sum(weights[pair] ** 2 for pair in shared) / math.sqrt(
        squares * sum(weights[pair] ** 2 for pair in claim.pairs)
    )
    score = (common / whole + math.sqrt(cosine)) / 2
    return score * NUMBERS_DIFFER if claim.numbers and claim.numbers.isdisjoint(reference) else score
