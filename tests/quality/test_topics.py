"""Topics of 400 own concerns; of several problems in one, the main one by docs/topics-and-places.md counts."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

from classifiers.concern_topics import default_topic_rules, topics_of

CONCERNS: Final = Path(__file__).parent / "topics.jsonl"
LEAST_ACCURACY: Final = 0.85
LEAST_OF_A_TOPIC: Final = 0.75
ROWS: Final[list[dict[str, Any]]] = [json.loads(line) for line in CONCERNS.read_text(encoding="utf-8").splitlines()]
COUNTS: Final = Counter(row["topic"] for row in ROWS)


def test_there_are_400_concerns_of_all_topics_and_some_without_marks() -> None:
    assert len({row["text"] for row in ROWS}) == 400
    assert set(COUNTS) == set(default_topic_rules().screen_names)
    assert min(COUNTS.values()) >= 20
    assert sum(row["text"].isascii() for row in ROWS) >= 20


def test_the_main_topic_is_found_and_none_is_left_behind() -> None:
    right = Counter(row["topic"] for row in ROWS if topics_of(row["text"])[0].name == row["topic"])
    assert right.total() / len(ROWS) >= LEAST_ACCURACY
    shares = {topic: right[topic] / count for topic, count in COUNTS.items()}
    assert min(shares.values()) >= LEAST_OF_A_TOPIC, shares
