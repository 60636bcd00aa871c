"""A second, blind labelling from the guide agrees with the first, and the corpus carries what they settled."""

import pytest

from classifiers.labels import LABEL_NAMES
from tests.corpus import corpus
from tests.quality.agreement import DoubleLabel, measure_agreement, read_second_labels

LEAST_KAPPA = 0.85
LEAST_POSTS = 300


@pytest.fixture(scope="module")
def judged() -> list[DoubleLabel]:
    found = read_second_labels()
    if len(found) < LEAST_POSTS:
        message = f"second_labels.jsonl holds {len(found)} posts; {LEAST_POSTS} have to be labelled a second time"
        pytest.fail(message, pytrace=False)
    return found


@pytest.mark.parametrize("label", LABEL_NAMES)
def test_the_two_labellings_agree_far_beyond_chance(judged: list[DoubleLabel], label: str) -> None:
    found = measure_agreement(judged, label)
    assert found.both + found.only_first >= 30, "too few posts with the label to tell"
    assert found.kappa >= LEAST_KAPPA, found


def test_the_corpus_carries_what_was_settled(judged: list[DoubleLabel]) -> None:
    carried = {
        example.facts["id"]: frozenset(label for label, holds in example.labels.items() if holds)
        for example in corpus()
    }
    assert [post.id for post in judged if post.id not in carried] == []
    wrong = [(post.id, sorted(post.settled)) for post in judged if carried[post.id] != post.settled]
    assert wrong == []
