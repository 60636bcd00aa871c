"""Tells what a concern is about, by rules that the office can edit: concern_topics.toml."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from classifiers.errors import DataInvalid
from classifiers.text.letters import split_syllables
from classifiers.text.lexicon import Lexicon
from classifiers.text.normalise import normalise
from classifiers.text.spelling import default_speller

TOPICS_FILE: Final = "concern_topics.toml"
OTHER: Final = "other"
POINTS: Final = {"sure": 5, "strong": 3, "weak": 1, "nothing": 0}
NEAR: Final = 0.75  # of the points of the strongest topic: who has as many weighs the same; chosen on read concerns


@dataclass(frozen=True, slots=True)
class ConcernTopic:
    """What a concern is mainly about.

    Args:
        name: One of the tables of concern_topics.toml, such as `wages`.
        reasons: The terms that speak for it, as they stand in the normalised text, and what each counts, those that
            count most first; none where nothing was found.

    """

    name: str
    reasons: Mapping[str, int]

    @property
    def points(self) -> int:
        """What its reasons count together."""
        return sum(self.reasons.values())


class TopicRules:
    """Rules that give a concern its topic.

    Args:
        content: The content of concern_topics.toml.

    Raises:
        DataInvalid: A table lacks `screen` or one of POINTS, or there is none called `other`.

    """

    def __init__(self, content: Mapping[str, Mapping[str, Any]]) -> None:
        keys = ("screen", *POINTS)
        missing = [f"{topic}.{key}" for topic, table in content.items() for key in keys if key not in table]
        if missing or OTHER not in content:
            msg = f"{TOPICS_FILE}: {missing[0] if missing else OTHER} is missing; write it as in the other tables"
            raise DataInvalid(msg)
        self.screen_names: Mapping[str, str] = {topic: table["screen"] for topic, table in content.items()}
        self._order = {topic: place for place, topic in enumerate(content)}
        self._speller = default_speller()
        self._lexicon = Lexicon(
            {
                f"{topic} {strength}": [term.strip() for term in table[strength].split(",") if term.strip()]
                for topic, table in content.items()
                for strength in POINTS
            }
        )

    def topics_of(self, text: str) -> list[ConcernTopic]:
        """Give the topics of a concern.

        Args:
            text: The text as it was published.

        Returns:
            Those that count most first; of those that weigh the same as the strongest, the first in the rules;
            `other` where no term stands.

        """
        written = split_syllables(normalise(text).text)
        respelt = [form for syllable in written for form in self._speller(syllable)]
        found = [*self._found(respelt), *self._found(written)]  # of equal ones the words as written
        best = {topic.name: topic for topic in sorted(found, key=lambda topic: topic.points)}
        if not best:
            return [ConcernTopic(OTHER, {})]
        enough = NEAR * max(topic.points for topic in best.values())
        return sorted(best.values(), key=lambda topic: (-min(topic.points, enough), self._order[topic.name]))

    def _found(self, syllables: Sequence[str]) -> Iterable[ConcernTopic]:
        """Give each topic with its terms: each once, and none inside a longer one of its topic."""
        terms = [
            (topic, POINTS[strength], start, end)
            for group, start, end in self._lexicon.find(syllables)
            for topic, _, strength in [group.partition(" ")]
            if topic in self.screen_names  # the lexicon has a group of masked words of its own
        ]
        found: dict[str, dict[str, int]] = {}
        taken: dict[str, set[int]] = {}
        for topic, points, start, end in sorted(terms, key=lambda term: (term[2] - term[3], -term[1])):
            of_topic = taken.setdefault(topic, set())
            if points and of_topic.isdisjoint(range(start, end)):
                found.setdefault(topic, {}).setdefault(" ".join(syllables[start:end]), points)
            of_topic.update(range(start, end))
        for topic, reasons in found.items():
            yield ConcernTopic(topic, dict(sorted(reasons.items(), key=lambda reason: -reason[1])))


def topics_of(text: str) -> list[ConcernTopic]:
    """Give the topics of a concern by the project's rules, the main one first; see TopicRules.topics_of."""
    return default_topic_rules().topics_of(text)


@cache
def default_topic_rules() -> TopicRules:
    """Read the project's rules, once a process."""
    file = resources.files("classifiers") / TOPICS_FILE
    return TopicRules(tomllib.loads(file.read_text(encoding="utf-8")))
