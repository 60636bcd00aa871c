"""The data card counts what is there and is the corpus's; a second, blind labelling agrees with the first."""

from pathlib import Path

import pytest

from classifiers.data.datasets import Example
from classifiers.labels import LABEL_NAMES
from tests.corpus import corpus
from tests.quality.data_card import DoubleLabel, agreement, data_card, read_second_labels

CARD = Path(__file__).parents[2] / "docs" / "data-card.md"
FACTS = {"kind": "worker_report", "topic": "wages", "register": "plain", "platform": "zalo"}
LEAST_ALPHA = 0.85
CONCERN, NOTHING = frozenset({"concern"}), frozenset[str]()


def post(text: str, *labels: str, **facts: str) -> Example:
    return Example(text, {label: label in labels for label in LABEL_NAMES}, {**FACTS, **facts})


def test_what_is_there_is_counted() -> None:
    posts = [
        post("Hai tháng nay công ty chưa trả lương", "concern"),
        post("Lương tháng 13 bị cắt, quản lý còn chửi công nhân", "concern", "negative"),
        post("ko co quat", kind="mood", register="teencode"),
    ]
    judged = [
        DoubleLabel("p-1", CONCERN, CONCERN, CONCERN, ""),
        DoubleLabel("p-2", NOTHING, CONCERN, CONCERN, "a problem is reported"),
        DoubleLabel("p-3", NOTHING, NOTHING, NOTHING, ""),
    ]
    card = data_card(posts, judged)
    for said in (
        "3 invented Vietnamese posts",
        "| `concern` | 1 | 33.3% |",
        "| `negative` and `concern` | 1 | 33.3% |",
        "| `worker_report` | 2 | 0 | 1 | 2 |",
        "| `mood` | 1 | 0 | 0 | 0 |",
        "| syllables | 3 | 3 | 8 | 8 | 11 |",
        "A second, blind labelling gave 3 posts labels",
        "differ on 1;",
        "| `concern` | 1 | 0 | 1 | 1 | 0.44 (",
    ):
        assert said in card
    assert "$" not in card


def test_the_card_is_that_of_the_corpus() -> None:
    if CARD.read_text(encoding="utf-8") != data_card(corpus(), read_second_labels()):
        pytest.fail("docs/data-card.md does not describe the corpus as it is: run `make data-card`", pytrace=False)


@pytest.mark.parametrize("label", LABEL_NAMES)
def test_the_two_labellings_agree_far_beyond_chance(label: str) -> None:
    (both, only_first, _, _), found = agreement(read_second_labels(), label)
    assert both + only_first >= 30, "too few posts with the label to tell"
    assert found.value is not None
    assert found.value >= LEAST_ALPHA, found


def test_the_corpus_carries_what_was_settled() -> None:
    posts = read_second_labels()
    assert len({post.id for post in posts}) == len(posts) >= 300
    assert all(post.why.strip() for post in posts if post.first != post.second or post.settled != post.first)
    carried = {
        example.facts["id"]: frozenset(label for label, holds in example.labels.items() if holds)
        for example in corpus()
    }
    assert [(post.id, sorted(post.settled)) for post in posts if carried.get(post.id) != post.settled] == []
