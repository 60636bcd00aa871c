"""Topics of 400 own concerns; of several problems in one, the first by docs/topics-and-places.md counts."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from classifiers.concern_topics import default_topic_rules, topic_of

CONCERNS: Final = Path(__file__).parent / "topics.jsonl"
LEAST_ACCURACY: Final = 0.85
LEAST_OF_A_TOPIC: Final = 0.75
ROWS: Final[list[dict[str, Any]]] = [json.loads(line) for line in CONCERNS.read_text(encoding="utf-8").splitlines()]


def accuracy(rows: list[dict[str, Any]]) -> float:
    right = [row for row in rows if topic_of(row["text"]).name == row["topic"]]
    return len(right) / len(rows)


def test_there_are_400_concerns_of_all_topics_and_some_without_marks() -> None:
    assert len({row["text"] for row in ROWS}) == 400
    counts = Counter(row["topic"] for row in ROWS)
    assert set(counts) == set(default_topic_rules().screen_names)
    assert min(counts.values()) >= 20
    assert sum(row["text"].isascii() for row in ROWS) >= 20


def test_the_main_topic_is_found() -> None:
    assert accuracy(ROWS) >= LEAST_ACCURACY


@pytest.mark.parametrize("topic", sorted({row["topic"] for row in ROWS}))
def test_no_topic_is_left_behind(topic: str) -> None:
    assert accuracy([row for row in ROWS if row["topic"] == topic]) >= LEAST_OF_A_TOPIC
