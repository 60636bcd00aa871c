"""The data card counts what is there, nothing else decides what it says, and docs/data-card.md is the corpus's."""

from pathlib import Path

import pytest

from classifiers.data.datasets import Example
from classifiers.labels import LABEL_NAMES
from tests.corpus import corpus
from tests.quality.agreement import DoubleLabel, read_second_labels
from tests.quality.data_card import data_card, near_copies

CARD = Path(__file__).parents[2] / "docs" / "data-card.md"
MOST_COPIES = 0.01
FACTS = {"kind": "worker_report", "topic": "wages", "register": "plain", "platform": "zalo"}
RUMOUR = "Ngày mai cả huyện mất nước, bà con trữ nước đi nhé"


def post(text: str, *labels: str, **facts: str) -> Example:
    return Example(text, {label: label in labels for label in LABEL_NAMES}, {**FACTS, **facts})


def posts() -> list[Example]:
    return [
        post("Hai tháng nay công ty chưa trả lương", "concern"),
        post("Lương tháng 13 bị cắt, quản lý còn chửi công nhân", "concern", "negative"),
        post("ko co quat", kind="mood", register="teencode"),
    ]


def test_labels_facts_and_forms_are_counted() -> None:
    card = data_card(posts(), [])
    assert "3 invented Vietnamese posts" in card
    assert "| `concern` | 1 | 33.3% |" in card
    assert "| `negative` and `concern` | 1 | 33.3% |" in card
    assert "| `worker_report` | 2 | 0 | 1 | 2 |" in card
    assert "| `mood` | 1 | 0 | 0 | 0 |" in card
    assert "| spellings of chats | 1 | 33.3% |" in card
    assert "| syllables | 3 | 3 | 8 | 8 | 11 |" in card
    assert "0 of 3 posts (0.0%)" in card
    assert "No post has been labelled a second time yet." in card
    assert "$" not in card


def test_the_same_posts_give_the_same_card_and_others_another() -> None:
    assert data_card(posts(), []) == data_card(posts(), [])
    changed = [*posts()[:2], post("ko co quat.", kind="mood", register="teencode")]
    assert data_card(changed, []) != data_card(posts(), [])


def test_agreement_stands_on_the_card() -> None:
    concern, nothing = frozenset({"concern"}), frozenset[str]()
    judged = [
        DoubleLabel("p-1", concern, concern, concern),
        DoubleLabel("p-2", nothing, concern, concern, "a problem is reported"),
        DoubleLabel("p-3", nothing, nothing, nothing),
    ]
    card = data_card(posts(), judged)
    assert "A second, blind labelling gave 3 posts labels" in card
    assert "differ on 1;" in card
    assert "| `concern` | 1 | 0 | 1 | 1 | 0.40 (" in card


def test_near_copies_are_found_and_short_texts_are_not_compared() -> None:
    texts = [RUMOUR, "Đẹp quá", f"{RUMOUR}!", "Lương tháng này công ty hẹn tới mùng mười lăm", "Đẹp quá"]
    assert near_copies(texts) == ({0, 2}, 2)
    assert near_copies([]) == (set(), 0)


def test_the_card_is_that_of_the_corpus() -> None:
    if CARD.read_text(encoding="utf-8") != data_card(corpus(), read_second_labels()):
        pytest.fail("docs/data-card.md does not describe the corpus as it is: run `make data-card`", pytrace=False)


def test_hardly_any_post_says_the_same_as_another() -> None:
    texts = [example.text for example in corpus()]
    copied, _ = near_copies(texts)
    assert len(copied) <= MOST_COPIES * len(texts), [texts[number] for number in sorted(copied)]
