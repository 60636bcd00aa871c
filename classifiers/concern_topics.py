"""Tells what a concern is about, by rules that the office can edit: concern_topics.toml."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
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
POINTS: Final = {"sure": 5, "strong": 3, "weak": 1, "nothing": 0}
_Term = tuple[int, int, str]  # its points below zero, the syllable at which it begins, its words: sorted as reasons are


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


class TopicRules:
    """Rules that give a concern its topic.

    Args:
        content: The content of concern_topics.toml.

    Raises:
        DataInvalid: A table lacks `screen` or one of POINTS, or there is none called `other`.

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

    def topics_of(self, text: str) -> list[ConcernTopic]:
        """Give the topics of a concern.

        Args:
            text: The text as it was published.

        Returns:
            The topic whose terms count most first, of equal ones that which begins first; `other` where no term stands.

        """
        written = split_syllables(normalise(text).text)
        respelt = [form for syllable in written for form in self._speller(syllable)]
        found = [*self._found(written), *self._found(respelt)]
        best: dict[str, dict[str, int]] = {}
        for name, terms in sorted(found, key=lambda topic: _rank(topic[1]), reverse=True):
            best.setdefault(name, {words: -less for less, _start, words in sorted(terms)})
        return [ConcernTopic(name, reasons) for name, reasons in best.items()] or [ConcernTopic(OTHER, {})]

    def _found(self, syllables: Sequence[str]) -> Iterable[tuple[str, list[_Term]]]:
        """Give each topic with its terms and where they begin: each once, and none inside a longer one of its topic."""
        terms = [
            (topic, POINTS[strength], start, end)
            for group, start, end in self._lexicon.find(syllables)
            for topic, _, strength in [group.partition(" ")]
            if topic in self.screen_names  # the lexicon has a group of masked words of its own
        ]
        found: dict[str, dict[str, _Term]] = {}
        taken: dict[str, set[int]] = {}
        for topic, points, start, end in sorted(terms, key=lambda term: (term[2] - term[3], -term[1])):
            of_topic = taken.setdefault(topic, set())
            if points and of_topic.isdisjoint(range(start, end)):
                words = " ".join(syllables[start:end])
                found.setdefault(topic, {}).setdefault(words, (-points, start, words))
            of_topic.update(range(start, end))
        return [(topic, list(of_topic.values())) for topic, of_topic in found.items()]


def _rank(terms: Sequence[_Term]) -> tuple[int, int]:
    """Rank a topic by its points; of equal ones that which begins first is higher."""
    return -sum(less for less, _, _ in terms), -min(start for _, start, _ in terms)


def topics_of(text: str) -> list[ConcernTopic]:
    """Give the topics of a concern by the project's rules, the main one first; see TopicRules.topics_of."""
    return default_topic_rules().topics_of(text)


def topic_of(text: str) -> ConcernTopic:
    """Give the main topic of a concern by the project's rules."""
    return topics_of(text)[0]


@cache
def default_topic_rules() -> TopicRules:
    """Read the project's rules, once a process."""
    file = resources.files("classifiers") / TOPICS_FILE
    return TopicRules(tomllib.loads(file.read_text(encoding="utf-8")))
