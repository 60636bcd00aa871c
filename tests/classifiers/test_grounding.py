"""How much a text counts for a label while its line is fitted."""

from math import inf

from classifiers.features import Prepared
from classifiers.grounding import length_weights
from classifiers.recipes import EMPHASIS, Recipe
from classifiers.text.aligned import Aligned
from classifiers.text.segment import Word


def text_of(words: int) -> Prepared:
    """Make a text of so many words."""
    return Prepared(Aligned("", (), ()), tuple(Word("a", 0, 1) for _ in range(words)))


def test_a_text_counts_by_the_first_step_that_is_longer() -> None:
    steps = ((25, 0.1), (40, 0.6), (inf, 1.5))
    assert length_weights([text_of(n) for n in (0, 24, 25, 39, 40, 900)], steps).tolist() == [
        0.1,
        0.1,
        0.6,
        0.6,
        1.5,
        1.5,
    ]


def test_without_steps_all_texts_count_alike() -> None:
    assert length_weights([text_of(1), text_of(90)], ()).tolist() == [1.0, 1.0]


def test_claims_are_learnt_from_longer_posts_and_insults_from_short_comments() -> None:
    assert Recipe().emphasis is EMPHASIS
    short, long = (
        (length_weights([text_of(8)], steps)[0], length_weights([text_of(80)], steps)[0])
        for steps in (EMPHASIS["negative"], EMPHASIS["unverified"])
    )
    assert short[0] > short[1]
    assert long[0] < long[1]
