"""Tells what a concern is about, by rules that the office can edit: concern_topics.toml."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from classifiers.errors import DataInvalid
from classifiers.text.letters import split_syllables
from classifiers.text.lexicon import Lexicon
from classifiers.text.normalise import normalise
from classifiers.text.spelling import default_speller

TOPICS_FILE: Final = "concern_topics.toml"
OTHER: Final = "other"
POINTS: Final = {"sure": 5, "strong": 3, "weak": 1}


@dataclass(frozen=True, slots=True)
class TopicReason:
    """A term that speaks for a topic.

    Args:
        words: The term as it stands in the normalised text.
        points: What it counts.

    """

    words: str
    points: int


@dataclass(frozen=True, slots=True)
class ConcernTopic:
    """What a concern is mainly about.

    Args:
        name: One of the tables of concern_topics.toml, such as `wages`.
        reasons: The terms that speak for it, those that count most first; none where nothing was found.

    """

    name: str
    reasons: tuple[TopicReason, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    """What a term counts, and the syllable at which it begins."""

    points: int
    start: int


class TopicRules:
    """Rules that give a concern its topic.

    Args:
        content: The content of concern_topics.toml.

    Raises:
        DataInvalid: A table lacks `screen`, `sure`, `strong` or `weak`, or there is none called `other`.

    """

    def __init__(self, content: Mapping[str, Mapping[str, str]]) -> None:
        keys = ("screen", *POINTS)
        missing = [f"{topic}.{key}" for topic, table in content.items() for key in keys if key not in table]
        if missing or OTHER not in content:
            msg = f"{TOPICS_FILE}: {missing[0] if missing else OTHER} is missing; write it as in the other tables"
            raise DataInvalid(msg)
        self.screen_names: Mapping[str, str] = {topic: table["screen"] for topic, table in content.items()}
        self._speller = default_speller()
        self._lexicon = Lexicon(
            {
                f"{topic} {strength}": [term.strip() for term in table[strength].split(",") if term.strip()]
                for topic, table in content.items()
                for strength in POINTS
            }
        )

    def topic_of(self, text: str) -> ConcernTopic:
        """Give the main topic of a concern.

        Args:
            text: The text as it was published.

        Returns:
            The topic whose terms count most; of equal ones that which is named first; `other` where no term stands.

        """
        written = split_syllables(normalise(text).text)
        respelt = [form for syllable in written for form in self._speller(syllable)]
        found: dict[str, dict[str, _Term]] = {}
        for syllables in (written, respelt):
            self._collect(syllables, found)
        if not found:
            return ConcernTopic(OTHER, ())
        name = max(found, key=lambda topic: _rank(found[topic].values()))
        reasons = sorted(found[name].items(), key=lambda term: (-term[1].points, term[1].start))
        return ConcernTopic(name, tuple(TopicReason(words, term.points) for words, term in reasons))

    def _collect(self, syllables: Sequence[str], found: dict[str, dict[str, _Term]]) -> None:
        """Add the terms of some syllables: each once, and none inside one of its topic that counts more."""
        terms = [
            (topic, POINTS[strength], start, end)
            for group, start, end in self._lexicon.find(syllables)
            for topic, _, strength in [group.partition(" ")]
            if topic in self.screen_names  # the lexicon has a group of masked words of its own
        ]
        taken: dict[str, set[int]] = {}
        for topic, points, start, end in sorted(terms, key=lambda term: (-term[1], term[2])):
            of_topic = taken.setdefault(topic, set())
            if of_topic.isdisjoint(range(start, end)):
                found.setdefault(topic, {}).setdefault(" ".join(syllables[start:end]), _Term(points, start))
            of_topic.update(range(start, end))


def _rank(terms: Collection[_Term]) -> tuple[int, int]:
    """Rank a topic by its points; of equal ones that which begins first is higher."""
    return sum(term.points for term in terms), -min(term.start for term in terms)


def topic_of(text: str) -> ConcernTopic:
    """Give the main topic of a concern by the project's rules; see TopicRules.topic_of."""
    return default_topic_rules().topic_of(text)


@cache
def default_topic_rules() -> TopicRules:
    """Read the project's rules, once a process."""
    file = resources.files("classifiers") / TOPICS_FILE
    return TopicRules(tomllib.loads(file.read_text(encoding="utf-8")))
