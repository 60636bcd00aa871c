"""Champion and challenger: compare a new model with the one in use on the same texts.

On labelled posts of the place the measure is how many flags are right, wrong and missing. On the challenge set it is
how many clean posts, criticism among them, are flagged. Where no post of the place tells, average precision on held-out
posts and F1 on the challenge set do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score

from classifiers.data.datasets import CRITICISM, Example
from classifiers.evaluation.bootstrap import wilson
from classifiers.evaluation.predictions import ScoredExamples, score_examples
from classifiers.model.classifier import Classifier

LEAST_HELD_OUT: Final = 10  # positives and negatives; average precision of fewer is too uncertain
HELD_OUT_SLACK: Final = 0.01  # of average precision
BALANCE_SLACK: Final = 0.02  # of the mean F1 of the labels
LABEL_SLACK: Final = 0.05  # of the F1 of one label, which rests on some fifty posts
TIMES: Final = 2.0  # standard errors by which a model has to be worse to be called so


@dataclass(frozen=True, slots=True)
class PairedFigure:
    """One figure of both models; `of` is the number of texts that it rests on."""

    new: float
    old: float
    of: int

    @property
    def gain(self) -> float:
        """How much greater the new model's figure is."""
        return self.new - self.old

    @property
    def is_beyond(self) -> bool:
        """Whether the new count lies above the 95 % interval of the old one."""
        return self.new > wilson(round(self.old), self.of)[1] * self.of


@dataclass(frozen=True, slots=True)
class LocalFlags:
    """What the flags of both models are worth on the same labelled posts of the place, which neither learned from.

    Args:
        right: Posts that are flagged and carry the label.
        wrong: Posts that are flagged and do not.
        missed: Posts that carry the label and are not flagged.
        better: Posts that the new model alone judges as people did.
        worse: Posts that the old one alone does.

    """

    right: PairedFigure
    wrong: PairedFigure
    missed: PairedFigure
    better: int
    worse: int

    @classmethod
    def count(cls, new: NDArray[np.bool_], old: NDArray[np.bool_], answers: NDArray[np.bool_]) -> "LocalFlags":
        """Count the flags of both models, and what people answered; all of shape (posts,)."""

        def pair(which: NDArray[np.bool_], of_new: NDArray[np.bool_], of_old: NDArray[np.bool_]) -> PairedFigure:
            return PairedFigure(float((of_new & which).sum()), float((of_old & which).sum()), len(answers))

        return cls(
            right=pair(answers, new, old),
            wrong=pair(~answers, new, old),
            missed=pair(answers, ~new, ~old),
            better=int(((new == answers) & (old != answers)).sum()),
            worse=int(((new != answers) & (old == answers)).sum()),
        )

    @property
    def is_worse(self) -> bool:
        """Whether the new model is worse by more than chance (McNemar, 1947)."""
        return self.worse - self.better > TIMES * sqrt(self.worse + self.better)


class Fault(NamedTuple):
    """One measure in which the new model is worse: which, of which label (empty: none), and in a sentence."""

    measure: str
    label: str
    said: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of both models.

    Args:
        held_out: By label, average precision on local texts; labels with too few answers are left out.
        held_out_texts: How many local texts there were.
        recall: By label, recall on the challenge set.
        balance: By label, F1 on the challenge set.
        clean: How many posts of the challenge set without any label are flagged.
        criticism: The same for its criticism alone.
        flags: By label, those on posts of the place; labels of which no post tells are left out.

    """

    held_out: Mapping[str, PairedFigure]
    held_out_texts: int
    recall: Mapping[str, PairedFigure]
    balance: Mapping[str, PairedFigure]
    clean: PairedFigure
    criticism: PairedFigure
    flags: Mapping[str, LocalFlags] = field(default_factory=dict)

    def faults(self) -> list[str]:
        """Say in what the new model is worse by more than chance; empty when it is in nothing."""
        return [fault.said for fault in self.found_worse()]

    def found_worse(self) -> list[Fault]:
        """List the measures in which the new model is worse by more than chance."""
        faults = [
            Fault(
                "local",
                label,
                f"on posts of the place {label} is right {flags.right.new:.0f} times instead of {flags.right.old:.0f}, "
                f"wrong {flags.wrong.new:.0f} times instead of {flags.wrong.old:.0f}",
            )
            for label, flags in self.flags.items()
            if flags.is_worse
        ]
        if self.criticism.is_beyond:
            faults.append(Fault("criticism", "", f"on the challenge set {_posts(self.criticism, 'criticism')}"))
        elif self.clean.is_beyond:
            faults.append(Fault("clean", "", f"on the challenge set {_posts(self.clean, 'clean posts')}"))
        return faults if self.flags else [*faults, *self._by_ranking_and_clear_cases()]

    def _by_ranking_and_clear_cases(self) -> list[Fault]:
        """List what is worse where no post of the place tells how good flags are."""
        faults = []
        ranking = _mean(self.held_out)
        if ranking and ranking.gain < -HELD_OUT_SLACK:
            said = f"on held-out decisions average precision falls from {ranking.old:.3f} to {ranking.new:.3f}"
            faults.append(Fault("ranking", "", said))
        balance = _mean(self.balance)
        if balance and balance.gain < -BALANCE_SLACK:
            said = f"on the challenge set mean F1 falls from {balance.old:.3f} to {balance.new:.3f}"
            faults.append(Fault("balance", "", said))
        for label, figure in self.balance.items():
            if figure.gain < -LABEL_SLACK:
                said = f"on the challenge set F1 of {label} falls from {figure.old:.3f} to {figure.new:.3f}"
                faults.append(Fault("balance", label, said))
        return faults

    def as_dict(self) -> dict[str, Any]:
        """Give the figures and the faults as plain data."""
        worse = [[fault.measure, fault.label] for fault in self.found_worse()]
        return {**asdict(self), "faults": self.faults(), "worse_in": worse}


def compare(
    new: Classifier,
    old: Classifier,
    held_out: Sequence[Example],
    challenge_set: Sequence[Example],
    local: Mapping[str, LocalFlags] = MappingProxyType({}),
) -> Comparison:
    """Score the same texts with two models.

    Args:
        new: The challenger.
        old: The champion, which is in use.
        held_out: Local texts that neither was trained on; may be empty.
        challenge_set: The challenge set.
        local: By label, the flags of both on posts of the place that neither was trained on.

    """
    labels = [label for label in new.labels if label in old.labels]
    challenge = _ScoredByBoth(score_examples(new, challenge_set), score_examples(old, challenge_set))
    kept = _ScoredByBoth(score_examples(new, held_out), score_examples(old, held_out)) if held_out else None
    clean = np.array([not any(example.labels.values()) for example in challenge_set])
    criticism = clean & np.array([example.facts.get("kind") == CRITICISM for example in challenge_set])
    return Comparison(
        held_out={label: kept.average_precision(label) for label in labels if kept.can_rank(label)} if kept else {},
        held_out_texts=len(held_out),
        recall={label: challenge.recall(label) for label in labels},
        balance={label: challenge.f1(label) for label in labels},
        clean=challenge.flagged(clean),
        criticism=challenge.flagged(criticism),
        flags=dict(local),
    )


@dataclass(frozen=True, slots=True)
class _ScoredByBoth:
    """The same texts, scored by the new model and by the old one."""

    new: ScoredExamples
    old: ScoredExamples

    def can_rank(self, label: str) -> bool:
        """Whether at least LEAST_HELD_OUT texts carry the label and as many do not."""
        answers = self.new.column(label).answers
        return min(int(answers.sum()), int((~answers).sum())) >= LEAST_HELD_OUT

    def average_precision(self, label: str) -> PairedFigure:
        """Compare average precision."""
        new, old = self.new.column(label), self.old.column(label)
        of_new, of_old = (float(average_precision_score(one.answers, one.probabilities)) for one in (new, old))
        return PairedFigure(of_new, of_old, len(new.answers))

    def recall(self, label: str) -> PairedFigure:
        """Compare recall; 1 where no text carries the label."""
        new, old = self.new.column(label), self.old.column(label)
        of_new, of_old = (float(one.flagged[one.answers].mean()) if one.answers.any() else 1.0 for one in (new, old))
        return PairedFigure(of_new, of_old, int(new.answers.sum()))

    def f1(self, label: str) -> PairedFigure:
        """Compare the F1 of a label's flags."""
        new, old = self.new.column(label), self.old.column(label)
        of_new, of_old = (float(f1_score(one.answers, one.flagged, zero_division=1.0)) for one in (new, old))
        return PairedFigure(of_new, of_old, len(new.answers))

    def flagged(self, which: NDArray[np.bool_]) -> PairedFigure:
        """Compare how many of the texts that a mask of shape (texts,) names are flagged for anything."""
        of_new, of_old = (float(one.flagged[which].any(axis=1).sum()) for one in (self.new, self.old))
        return PairedFigure(of_new, of_old, int(which.sum()))


def _mean(figures: Mapping[str, PairedFigure]) -> PairedFigure | None:
    if not figures:
        return None
    values = list(figures.values())
    return PairedFigure(
        sum(figure.new for figure in values) / len(values),
        sum(figure.old for figure in values) / len(values),
        sum(figure.of for figure in values),
    )


def _posts(figure: PairedFigure, what: str) -> str:
    return f"{figure.new:.0f} of {figure.of} {what} are flagged instead of {figure.old:.0f}"
