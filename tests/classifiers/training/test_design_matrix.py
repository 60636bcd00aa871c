"""What lines are fitted on: how much a text counts, what stands beside the features, and who teaches."""

from math import inf

import numpy as np
import pytest

from classifiers.data.datasets import Example
from classifiers.features.tokens import PreparedText, prepare
from classifiers.labels import LABEL_NAMES
from classifiers.text.aligned import Aligned
from classifiers.text.segment import Segmenter, Word
from classifiers.training import design_matrix as grounding
from classifiers.training.config import EMPHASIS, Recipe
from classifiers.training.design_matrix import REACH, Grounded, kind_weights, lay_ground, length_weights


def text_of(words: int) -> PreparedText:
    """Make a text of so many words."""
    return PreparedText(Aligned("", (), ()), tuple(Word("a", 0, 1) for _ in range(words)))


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


def test_posts_of_a_quiet_kind_count_less() -> None:
    posts = [Example("", {}, facts={"kind": kind}) for kind in ("threat", "insult")]
    assert kind_weights([*posts, Example("", {})], {"threat": 0.25}).tolist() == [0.25, 1.0, 1.0]


@pytest.fixture(scope="module")
def laid(segmenter: Segmenter) -> Grounded:
    things = ("quạt hỏng", "lương chậm", "cơm nguội", "ca đêm", "phòng trọ")
    texts = [prepare(f"xưởng {thing} quá lần {n}", segmenter) for n in range(8) for thing in things]
    return lay_ground(texts, [], [], Recipe(), lambda _step, _done, _total: None)


def test_only_labels_with_degrees_have_a_tutor(laid: Grounded) -> None:
    tutors = {label: laid.ground(label, Recipe(), np.ones(40)).tutor for label in LABEL_NAMES}
    assert [label for label, tutor in tutors.items() if tutor] == ["negative"]


def test_vectors_make_a_guess_or_have_together_the_length_of_the_reach(laid: Grounded) -> None:
    assert laid.ground("concern", Recipe(), np.ones(40)).lengths is None
    ground = laid.ground("concern", Recipe(guess=False), np.ones(40))
    assert ground.lengths is not None
    beside = ground.beside * ground.lengths
    assert np.sqrt((beside**2).sum(axis=1).mean()) == pytest.approx(REACH, abs=1e-5)


def test_without_surroundings_nothing_stands_beside_and_nobody_teaches(segmenter: Segmenter) -> None:
    texts = [prepare(f"ca đêm {n}", segmenter) for n in range(4)]
    laid = lay_ground(texts, [], [], Recipe(surroundings=0), lambda _step, _done, _total: None)
    assert laid.beside == []
    assert laid.ground("negative", Recipe(), np.ones(4)).tutor is None


def test_texts_with_too_little_in_common_have_no_surroundings(segmenter: Segmenter) -> None:
    few = [prepare(text, segmenter) for text in ("một hai", "một hai", "ba bốn", "ba bốn")]
    laid = lay_ground(few, [], [], Recipe(), lambda _step, _done, _total: None)
    assert laid.beside == []
    assert laid.ground("negative", Recipe(guess=False), np.ones(4)).tutor is None


def test_unlabelled_texts_teach_the_same_however_many_are_made_ready_together(
    segmenter: Segmenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [prepare(f"xưởng {thing} quá lần {n}", segmenter) for n in range(8) for thing in ("quạt hỏng", "cơm nguội")]

    def around() -> np.ndarray:
        laid = lay_ground(texts[:8], [], texts[8:], Recipe(), lambda _step, _done, _total: None)
        return laid.beside[0][1]

    together = around()
    assert together.shape[1] > 0
    monkeypatch.setattr(grounding, "AT_ONCE", 3)
    assert around() == pytest.approx(together, abs=1e-4)
