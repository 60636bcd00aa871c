"""Is a new model worse than the one in use? Both judge the same texts: local ones held back for this, and the guard.

The two ask different things. The held-out texts tell which one ranks posts of this place better (average precision).
The guard tells whether criticism and other clean talk are still left alone, and whether clear cases are still found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score

from classifiers.data.datasets import CRITICISM, Example
from classifiers.evaluation.predictions import Scored, score
from classifiers.model.classifier import Classifier

LEAST_HELD_OUT: Final = 10  # answers of each kind, below which a label's ranking is chance
HELD_OUT_SLACK: Final = 0.01  # of average precision
BALANCE_SLACK: Final = 0.02  # of the mean F1 of the labels
LABEL_SLACK: Final = 0.05  # of the F1 of one label, which rests on some fifty posts
CLEAN_SLACK: Final = 2  # posts
CRITICISM_SLACK: Final = 1  # posts


@dataclass(frozen=True, slots=True)
class Pair:
    """One figure of both models; `of` is how many texts it rests on."""

    new: float
    old: float
    of: int

    @property
    def gain(self) -> float:
        """How much greater the new one is."""
        return self.new - self.old


@dataclass(frozen=True, slots=True)
class Contest:
    """What both models did.

    Args:
        held_out: By label, average precision on local texts; labels with too few answers are left out.
        held_out_texts: How many local texts there were.
        recall: By label, the share of the guard's posts with it that are flagged for it.
        balance: By label, F1 on the guard: posts found and posts flagged wrongly in one figure.
        clean: How many of the guard's posts without any label are flagged.
        criticism: The same for its criticism alone.

    """

    held_out: Mapping[str, Pair]
    held_out_texts: int
    recall: Mapping[str, Pair]
    balance: Mapping[str, Pair]
    clean: Pair
    criticism: Pair

    def faults(self) -> list[str]:
        """Say where the new model is worse, and by how much; empty when it is nowhere."""
        found = []
        ranking = _mean(self.held_out)
        if ranking and ranking.gain < -HELD_OUT_SLACK:
            found.append(f"on held-out decisions average precision falls from {ranking.old:.3f} to {ranking.new:.3f}")
        if self.criticism.gain > CRITICISM_SLACK:
            found.append(f"on the guard {_posts(self.criticism, 'criticism')}")
        elif self.clean.gain > CLEAN_SLACK:
            found.append(f"on the guard {_posts(self.clean, 'clean posts')}")
        balance = _mean(self.balance)
        if balance and balance.gain < -BALANCE_SLACK:
            found.append(f"on the guard mean F1 falls from {balance.old:.3f} to {balance.new:.3f}")
        found += [
            f"on the guard F1 of {label} falls from {pair.old:.3f} to {pair.new:.3f}"
            for label, pair in self.balance.items()
            if pair.gain < -LABEL_SLACK
        ]
        return found

    def as_dict(self) -> dict[str, Any]:
        """Give the figures as plain data, and the faults."""
        return {**asdict(self), "faults": self.faults()}


def hold(new: Classifier, old: Classifier, held_out: Sequence[Example], guard: Sequence[Example]) -> Contest:
    """Let two classifiers judge the same texts.

    Args:
        new: The candidate.
        old: The model in use.
        held_out: Local texts that neither has learnt from; may be none.
        guard: The guard.

    """
    labels = [label for label in new.labels if label in old.labels]
    there, here = Both(score(new, guard), score(old, guard)), None
    if held_out:
        here = Both(score(new, held_out), score(old, held_out))
    clean = np.array([not any(example.labels.values()) for example in guard])
    critical = clean & np.array([example.facts.get("kind") == CRITICISM for example in guard])
    return Contest(
        held_out={label: here.ranking(label) for label in labels if here.ranks(label)} if here else {},
        held_out_texts=len(held_out),
        recall={label: there.recall(label) for label in labels},
        balance={label: there.balance(label) for label in labels},
        clean=there.flagged(clean),
        criticism=there.flagged(critical),
    )


@dataclass(frozen=True, slots=True)
class Both:
    """The same texts, judged by the new model and by the old one."""

    new: Scored
    old: Scored

    def ranks(self, label: str) -> bool:
        """Whether enough texts know the label for a ranking to mean something."""
        answers = self.new.column(label).answers
        return min(int(answers.sum()), int((~answers).sum())) >= LEAST_HELD_OUT

    def ranking(self, label: str) -> Pair:
        """Compare average precision."""
        new, old = self.new.column(label), self.old.column(label)
        return Pair(
            float(average_precision_score(new.answers, new.probabilities)),
            float(average_precision_score(old.answers, old.probabilities)),
            len(new.answers),
        )

    def recall(self, label: str) -> Pair:
        """Compare the share of texts with the label that are flagged for it; of none, nothing is missed."""
        new, old = self.new.column(label), self.old.column(label)
        found = [float(one.flagged[one.answers].mean()) if one.answers.any() else 1.0 for one in (new, old)]
        return Pair(found[0], found[1], int(new.answers.sum()))

    def balance(self, label: str) -> Pair:
        """Compare the F1 of a label's flags."""
        new, old = self.new.column(label), self.old.column(label)
        found = [float(f1_score(one.answers, one.flagged, zero_division=1.0)) for one in (new, old)]
        return Pair(found[0], found[1], len(new.answers))

    def flagged(self, which: NDArray[np.bool_]) -> Pair:
        """Compare how many of some texts are flagged for anything."""
        new, old = self.new.flagged[which].any(axis=1), self.old.flagged[which].any(axis=1)
        return Pair(float(new.sum()), float(old.sum()), int(which.sum()))


def _mean(pairs: Mapping[str, Pair]) -> Pair | None:
    if not pairs:
        return None
    values = list(pairs.values())
    return Pair(
        sum(pair.new for pair in values) / len(values),
        sum(pair.old for pair in values) / len(values),
        sum(pair.of for pair in values),
    )


def _posts(pair: Pair, what: str) -> str:
    return f"{pair.new:.0f} of {pair.of} {what} are flagged instead of {pair.old:.0f}"
