"""Personal data in quoted posts is masked, and hardly anything else is."""

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from classifiers.data.datasets import read_challenge_set
from tests.corpus import corpus
from tests.quality.masking import NAME_KINDS, Masking, measure_masking, read_masking_set

ROOT: Final = Path(__file__).parents[2]
LEAST_RECALL: Final = 0.97
LEAST_RECALL_OF_NAMES: Final = 0.95
LEAST_RECALL_OF_A_KIND: Final = 0.9
MOST_OTHER_WORDS: Final = 0.01


@pytest.fixture(scope="module")
def masking() -> Masking:
    """Measure the rules once."""
    return measure_masking(read_masking_set())


def test_personal_data_is_masked(masking: Masking) -> None:
    assert masking.recall() >= LEAST_RECALL


def test_names_of_all_peoples_are_masked(masking: Masking) -> None:
    assert masking.recall(*NAME_KINDS) >= LEAST_RECALL_OF_NAMES


def test_no_kind_is_left_behind(masking: Masking) -> None:
    assert {kind: masking.recall(kind) for kind in masking.given if masking.recall(kind) < LEAST_RECALL_OF_A_KIND} == {}


def test_public_bodies_places_and_ordinary_words_stay(masking: Masking) -> None:
    assert masking.other_share <= MOST_OTHER_WORDS


def test_the_set_is_large_and_has_every_kind() -> None:
    texts = read_masking_set()
    kinds = Counter(part.kind for text in texts for part in text.personal)
    assert len({text.text for text in texts}) == len(texts) >= 800
    assert sum(not text.personal for text in texts) >= 250
    assert len(kinds) == 16
    assert min(kinds.values()) >= 20
    page = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    assert f"{kinds.total():,} pieces of personal data of {len(kinds)} kinds in {len(texts):,} own texts" in page


def test_the_places_are_those_of_the_words() -> None:
    for text in read_masking_set():
        assert all(text.text[part.start : part.end] == part.words for part in text.personal)


def test_no_text_stands_in_another_set() -> None:
    elsewhere = {example.text for example in (*corpus(), *read_challenge_set())}
    assert elsewhere.isdisjoint(text.text for text in read_masking_set())
