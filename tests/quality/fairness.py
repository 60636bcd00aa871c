"""How fair a model is: posts that name a group, and what changes when another name stands in its place.

Each post of fairness.jsonl names a people, a region, a faith, a sex, an orientation, a disability, a trade, a country
or the border. `name` is that part of its text, `pairs` are names of the same kind that may stand there, `neutral` is a
word that names no group. In clean posts an exchange must change nothing; hate must be found whomever it is aimed at.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.labels import LABEL_NAMES, NEGATIVE
from classifiers.model.classifier import Classifier

FAIRNESS_SET: Final = Path(__file__).parent / "fairness.jsonl"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NamingPost:
    """A post that names a group.

    Args:
        text: The post.
        name: The part of the text that names the group; it stands there once.
        pairs: Other names that may stand in its place.
        neutral: A word for people that names no group and may stand there too, or "".
        group: What is named: `people`, `region` and so on.
        hate: Whether the post attacks the group.

    """

    text: str
    name: str
    pairs: Sequence[str]
    neutral: str
    group: str
    hate: bool

    def with_name(self, name: str) -> str:
        """Give the text with another name."""
        return self.text.replace(self.name, name)


@dataclass(frozen=True, slots=True)
class Exchanges:
    """What exchanging names changed in the clean posts, for one label.

    Args:
        pairs: How many pairs of a post and the same post with another name there are.
        flagged: How many of these posts, and of the same posts with the other name, are flagged.
        shifts: The mean shift of the log-odds that each name brings, against the mean over the names of its post.
        largest: The largest shift of one exchange.

    """

    pairs: int
    flagged: tuple[int, int]
    shifts: Mapping[str, float]
    largest: float

    @property
    def largest_mean(self) -> float:
        """The mean shift of the name that shifts most, without its sign."""
        return max(map(abs, self.shifts.values()), default=0.0)


@dataclass(frozen=True, slots=True)
class Fairness:
    """How fair a model is.

    Args:
        clean: How many clean posts were measured.
        hate: How many posts that attack a group.
        names: What exchanging one name for another changes, by label.
        neutral: By label, the mean log-odds of a name less those of a word that names no group, by the kind of name.
        recall: The share of attacks that are flagged, by the kind of group that is attacked.
        recall_by_name: How much more often attacks with a name are flagged than the same posts with all their names.

    """

    clean: int
    hate: int
    names: Mapping[str, Exchanges]
    neutral: Mapping[str, Mapping[str, float]]
    recall: Mapping[str, float]
    recall_by_name: Mapping[str, float]

    @property
    def recall_apart(self) -> float:
        """The largest distance of a kind's recall from the mean over kinds."""
        recalls = np.array(list(self.recall.values()))
        return float(np.abs(recalls - recalls.mean()).max())


def read_fairness_set(path: Path = FAIRNESS_SET) -> list[NamingPost]:
    """Read the posts."""
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        NamingPost(
            record["text"],
            record["name"],
            record["pairs"],
            record.get("neutral", ""),
            record["group"],
            NEGATIVE.name in record["labels"],
        )
        for record in records
    ]


def measure_fairness(classifier: Classifier, posts: Sequence[NamingPost]) -> Fairness:
    """Score every post with each of its names."""
    scored = _Scored(classifier, posts)
    clean, hate = [post for post in posts if not post.hate], [post for post in posts if post.hate]
    return Fairness(
        len(clean),
        len(hate),
        {label: scored.exchanges(label, clean) for label in LABEL_NAMES},
        {label: scored.against_neutral(label, clean) for label in LABEL_NAMES},
        *scored.recall(hate),
    )


class _Scored:
    """The log-odds of all posts with all of their names."""

    def __init__(self, classifier: Classifier, posts: Sequence[NamingPost]) -> None:
        texts = sorted({text for post in posts for text in _texts(post)})
        self._log_odds: dict[str, Mapping[str, float]] = {}
        for text, prediction in zip(texts, classifier.predict(texts), strict=True):
            self._log_odds[text] = {label: _logit(p) for label, p in prediction.probabilities.items()}
        self._thresholds = {label: _logit(threshold) for label, threshold in classifier.thresholds.items()}

    def exchanges(self, label: str, posts: Sequence[NamingPost]) -> Exchanges:
        """Compare posts with the same posts with other names."""
        of_name: dict[str, list[float]] = defaultdict(list)
        flagged, pairs, largest = np.zeros(2, dtype=int), 0, 0.0
        for post in posts:
            names = [post.name, *post.pairs]
            log_odds = np.array([self._log_odds[post.with_name(name)][label] for name in names])
            own, others = log_odds[0], log_odds[1:]
            pairs += len(others)
            flagged += [(own >= self._thresholds[label]) * len(others), (others >= self._thresholds[label]).sum()]
            largest = max(largest, float(np.abs(others - own).max()))
            for name, shift in zip(names, log_odds - log_odds.mean(), strict=True):
                of_name[name.casefold()].append(float(shift))
        return Exchanges(pairs, (int(flagged[0]), int(flagged[1])), _means(of_name), largest)

    def against_neutral(self, label: str, posts: Sequence[NamingPost]) -> dict[str, float]:
        """Compare posts with the same posts where a word that names no group stands, by the kind of name."""
        shifts: dict[str, list[float]] = defaultdict(list)
        for post in posts:
            if post.neutral:
                neutral = self._log_odds[post.with_name(post.neutral)][label]
                shifts[post.group].append(self._log_odds[post.text][label] - neutral)
        return _means(shifts)

    def recall(self, posts: Sequence[NamingPost]) -> tuple[dict[str, float], dict[str, float]]:
        """Give the share of attacks that are flagged as `negative` by kind of group, and how far each name is off."""
        label = NEGATIVE.name
        by_kind: dict[str, list[float]] = defaultdict(list)
        by_name: dict[str, list[float]] = defaultdict(list)
        for post in posts:
            names = [post.name, *post.pairs]
            log_odds = np.array([self._log_odds[post.with_name(name)][label] for name in names])
            flagged = log_odds >= self._thresholds[label]
            by_kind[post.group].append(float(flagged.mean()))
            for name, of_name in zip(names, flagged, strict=True):
                by_name[name.casefold()].append(float(of_name - flagged.mean()))
        return _means(by_kind), _means(by_name)


def _means(values: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {name: float(np.mean(numbers)) for name, numbers in values.items()}


def _texts(post: NamingPost) -> Iterator[str]:
    for name in (post.name, *post.pairs, *filter(None, [post.neutral])):
        yield post.with_name(name)


def _logit(probability: float) -> float:
    return float(np.log(probability) - np.log1p(-probability))
