"""docs/data-card.md describes the posts as they are."""

from pathlib import Path

import pytest

from classifiers.evaluation.agreement import read_second_labels
from classifiers.evaluation.data_card import data_card, near_copies
from tests.corpus import corpus

CARD = Path(__file__).parents[2] / "docs" / "data-card.md"
MOST_COPIES = 0.01


def test_the_card_is_that_of_the_corpus() -> None:
    if CARD.read_text(encoding="utf-8") != data_card(corpus(), read_second_labels()):
        pytest.fail("docs/data-card.md does not describe the corpus as it is: run `make data-card`", pytrace=False)


def test_hardly_any_post_says_the_same_as_another() -> None:
    texts = [example.text for example in corpus()]
    copied, _ = near_copies(texts)
    assert len(copied) <= MOST_COPIES * len(texts), [texts[number] for number in sorted(copied)]
