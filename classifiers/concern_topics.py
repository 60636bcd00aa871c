"""Tells what a concern is about, by rules that the office can edit: concern_topics.toml."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from operator import itemgetter
from typing import Any, Final

from classifiers.errors import DataInvalid
from classifiers.text.letters import split_syllables
from classifiers.text.lexicon import MASKED, Lexicon, Pair
from classifiers.text.normalise import normalise
from classifiers.text.spelling import default_speller

TOPICS_FILE: Final = "concern_topics.toml"
OTHER: Final = "other"
POINTS: Final = {"sure": 5, "strong": 3, "weak": 1, "nothing": 0}
COMPLAINED: Final = 3  # points from which a post complains of a topic; fewer are mentions in passing
SHARE: Final = 0.3  # and of the points of the strongest topic but `other`: one word in a long post does not decide
PASSING: Final = 2  # what all weak words of a topic count together at most: they alone are no complaint
NEAR, WITHIN = "..", 4  # `lương .. thấp`: the one before the other, with so many syllables between them at most
_CHOICES: Final = re.compile(r"\(([^)]*)\)")


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
        """What its reasons count together, the weak ones at most PASSING."""
        weak = sum(points == POINTS["weak"] for points in self.reasons.values())
        return sum(self.reasons.values()) - max(0, weak - PASSING)


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
        self._shares = {topic: 1.0 if table.get("takes_all") else SHARE for topic, table in content.items()}
        self._order = {topic: place for place, topic in enumerate(content)}
        self._speller = default_speller()
        terms: dict[str, list[str]] = defaultdict(list)
        pairs: dict[str, Pair] = {}
        for topic, strength in product(content, POINTS):
            for term in map(str.strip, content[topic][strength].split(",")):
                if NEAR in term:
                    first, second = map(_written_out, term.split(NEAR, 1))
                    pairs[f"{topic} {strength} {term}"] = Pair(first, second, WITHIN, ordered=True)
                elif term:
                    terms[f"{topic} {strength}"] += _written_out(term)
        self._lexicon = Lexicon(terms, pairs)

    def topics_of(self, text: str) -> list[ConcernTopic]:
        """Give the topics of a concern.

        Args:
            text: The text as it was published.

        Returns:
            Those that it complains of as the rules order them, then those named in passing, those that count most
            first; `other` where no term stands.

        """
        written = split_syllables(normalise(text).text)
        respelt = [form for syllable in written for form in self._speller(syllable)]
        found = [*self._found(respelt), *self._found(written)]  # of equal ones the words as written
        best = {topic.name: topic for topic in sorted(found, key=lambda topic: topic.points)}
        if not best:
            return [ConcernTopic(OTHER, {})]
        most = max(best.values(), key=lambda topic: (topic.name != OTHER, topic.points, self._order[topic.name]))
        enough = max(COMPLAINED, self._shares[most.name] * most.points)
        return sorted(best.values(), key=lambda topic: (-min(topic.points, enough), self._order[topic.name]))

    def _found(self, syllables: Sequence[str]) -> Iterable[ConcernTopic]:
        """Give each topic with its terms: each once, none inside a longer one of its topic, no pair about `nothing`."""
        terms = [
            (bool(pair and POINTS[strength]), start - end, -POINTS[strength], topic, range(start, end))
            for group, start, end in self._lexicon.find(syllables)
            if group != MASKED
            for topic, strength, *pair in [group.split(" ", 2)]
            if not pair or all(map(str.isalnum, syllables[start:end]))  # no pair across punctuation
        ]
        found: dict[str, dict[str, int]] = defaultdict(dict)
        taken: dict[tuple[str, bool], set[int]] = defaultdict(set)
        for paired, _, points, topic, span in sorted(terms, key=itemgetter(0, 1, 2)):
            if points and taken[topic, paired].isdisjoint(span):
                found[topic].setdefault(" ".join(syllables[span.start : span.stop]), -points)
            taken[topic, paired].update(span)
            if not points:
                taken[topic, True].update(span)
        for topic, reasons in found.items():
            yield ConcernTopic(topic, dict(sorted(reasons.items(), key=lambda reason: -reason[1])))


def _written_out(term: str) -> list[str]:
    """Write out the choices of a term: `(nợ|chậm) lương` are two terms, and so are `lương (quá|) thấp`."""
    parts = _CHOICES.split(term)
    choices = (part.split("|") if place % 2 else [part] for place, part in enumerate(parts))
    return [" ".join("".join(words).split()) for words in product(*choices)]


def topics_of(text: str) -> list[ConcernTopic]:
    """Give the topics of a concern by the project's rules, the main one first; see TopicRules.topics_of."""
    return default_topic_rules().topics_of(text)


@cache
def default_topic_rules() -> TopicRules:
    """Read the project's rules, once a process."""
    file = resources.files("classifiers") / TOPICS_FILE
    return TopicRules(tomllib.loads(file.read_text(encoding="utf-8")))
