"""Forwarded copies are found, and near misses are not taken for copies: a figure for each kind."""

from collections import Counter
from random import Random

import pytest

from classifiers.copies import is_copy, signature
from classifiers.text.search_terms import search_terms
from tests.corpus import corpus
from tests.quality.forwarded import COPIES, NEAR_MISSES

LEAST_RECALL, LEAST_PRECISION = 0.97, 0.99
TEXTS = 150
LEAST_SYLLABLES = 25


def originals() -> list[str]:
    """Give posts from all over the corpus that are long enough."""
    some = corpus()[:: len(corpus()) // (TEXTS * 6)]
    return [each.text for each in some if len(search_terms(each.text).bare) >= LEAST_SYLLABLES][:TEXTS]


def found(first: str, second: str) -> bool:
    one, other = search_terms(first).bare, search_terms(second).bare
    return not {*signature(one)}.isdisjoint(signature(other)) and is_copy(one, other)


@pytest.mark.gate
def test_forwarded_copies_are_found_and_near_misses_are_not() -> None:
    random = Random(14)  # noqa: S311  no secret
    right, wrong, made = Counter[str](), Counter[str](), Counter[str]()
    texts = originals()
    for text in texts:
        copies = {kind: change(text, random) for kind, change in COPIES.items()}
        right.update(kind for kind, copy in copies.items() if found(text, copy))
        # Two copies of one text are a pair as well.
        kinds = random.sample(sorted(copies), 2)
        right["two copies"] += found(*(copies[kind] for kind in kinds))
        misses = {kind: change(text, random) for kind, change in NEAR_MISSES.items()}
        made.update(kind for kind, miss in misses.items() if miss)
        wrong.update(kind for kind, miss in misses.items() if miss and found(text, miss))
    count = len(texts)
    assert count == TEXTS
    recall = {kind: right[kind] / count for kind in (*COPIES, "two copies")}
    false = {kind: wrong[kind] / made[kind] for kind in NEAR_MISSES}
    precision = right.total() / (right.total() + wrong.total())
    print(f"recall {recall}\ntaken for copies {false}\nprecision {precision:.4f}")  # noqa: T201  a figure for each kind
    assert right.total() / (TEXTS * len(recall)) >= LEAST_RECALL
    assert precision >= LEAST_PRECISION
    assert min(recall.values()) >= LEAST_RECALL - 0.02
