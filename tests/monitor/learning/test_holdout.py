"""Decisions become examples once a post and its copies; one in five is held back, for ever the same ones."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.data.datasets import Example
from monitor.learning.holdout import HELD_OUT_SHARE, exclude_texts, is_held_out, split_holdout
from storage.review.decisions import LabelDecision
from tests.clock import MONDAY_MORNING


def decided(
    text: str, holds: bool = True, *, label: str = "concern", same_as: str = "", hours: int = 0
) -> LabelDecision:
    return LabelDecision(
        post_id=1,
        label=label,
        holds=holds,
        text=text,
        same_as=same_as or text,
        decided_at=MONDAY_MORNING + timedelta(hours=hours),
    )


def test_a_label_that_nobody_decided_stays_unknown() -> None:
    found = split_holdout([decided("a"), decided("a", holds=False, label="negative"), decided("b")])
    labels = {example.text: dict(example.labels) for example in (*found.training, *found.held_out)}
    assert labels == {"a": {"concern": True, "negative": False}, "b": {"concern": True}}


def test_copies_are_one_example_and_the_newest_decision_counts() -> None:
    found = split_holdout([decided("a", same_as="cluster:1"), decided("a!", holds=False, same_as="cluster:1", hours=1)])
    (example,) = (*found.training, *found.held_out)
    assert (example.text, dict(example.labels)) == ("a", {"concern": False})


def test_about_one_in_five_is_held_back() -> None:
    texts = [f"bài số {number}" for number in range(2000)]
    found = split_holdout(decided(text) for text in texts)
    assert len(found.held_out) / 2000 == pytest.approx(HELD_OUT_SHARE, abs=0.03)
    assert len(found.training) + len(found.held_out) == 2000


# Without letters of Latin-1: in encodings before Unicode, which are decoded, their capitals are other letters.
OF_TODAY = st.characters(exclude_characters="".join(map(chr, range(0xA1, 0x100))))


@given(text=st.text(OF_TODAY, max_size=200))
def test_whether_a_text_is_held_back_follows_from_what_it_says(text: str) -> None:
    assert is_held_out(text) == is_held_out(f"  {text.upper().lower()}  ") or text.lower() != text.upper().lower()
    assert is_held_out(text) == is_held_out(text)


def test_a_copy_in_other_letters_is_on_the_same_side() -> None:
    for number in range(50):
        text = f"Xưởng nóng {number} độ"
        assert is_held_out(text) == is_held_out(text.upper()) == is_held_out(text.replace(" ", "   "))


def test_a_held_out_text_stays_so_whatever_is_decided_later() -> None:
    texts = [f"bài {number}" for number in range(100)]
    before = {example.text for example in split_holdout(decided(text) for text in texts[:50]).held_out}
    after = {example.text for example in split_holdout(decided(text, holds=False) for text in texts).held_out}
    assert before
    assert before == after & set(texts[:50])


def test_what_is_held_back_is_not_learnt_from_elsewhere_either() -> None:
    general = [Example("Xưởng  NÓNG quá", {"concern": True}), Example("trời đẹp", {"concern": False})]
    assert exclude_texts(general, [Example("xưởng nóng quá", {"concern": True})]) == general[1:]
    assert exclude_texts(general, []) == general
