"""Champion and challenger: compare a new model with the one in use by their flags on the same labelled posts.

Posts of the place decide where there are any, else those of the challenge set. How many of its clean posts, criticism
among them, are flagged counts in any case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import CRITICISM, Example
from classifiers.evaluation.bootstrap import wilson
from classifiers.evaluation.predictions import ScoredExamples, score_examples
from classifiers.model.classifier import Classifier

TIMES: Final = 2.0  # standard errors by which a model has to be worse to be called so
LOCAL, CHALLENGE, CRITICISM_FLAGGED, CLEAN_FLAGGED = "local", "challenge", "criticism", "clean"
_PLACES: Final = {LOCAL: "posts of the place", CHALLENGE: "the challenge set"}


@dataclass(frozen=True, slots=True)
class PairedCount:
    """One count of both models; `of` is the number of posts that it is of."""

    new: int
    old: int
    of: int

    @property
    def is_beyond(self) -> bool:
        """Whether the new count lies above the 95 % interval of the old one."""
        return self.new > wilson(self.old, self.of)[1] * self.of


@dataclass(frozen=True, slots=True)
class PairedFlags:
    """What the flags of both models are worth on the same labelled posts, which neither learned from.

    Args:
        right: Posts that are flagged and carry the label.
        wrong: Posts that are flagged and do not.
        missed: Posts that carry the label and are not flagged.
        better: Posts that the new model alone judges as people did.
        worse: Posts that the old one alone does.
        lost: Those of them that carry the label.

    """

    right: PairedCount
    wrong: PairedCount
    missed: PairedCount
    better: int
    worse: int
    lost: int

    @classmethod
    def count(cls, new: NDArray[np.bool_], old: NDArray[np.bool_], answers: NDArray[np.bool_]) -> "PairedFlags":
        """Count the flags of both models, and what people answered; all of shape (posts,)."""

        def pair(which: NDArray[np.bool_], of_new: NDArray[np.bool_], of_old: NDArray[np.bool_]) -> PairedCount:
            return PairedCount(int((of_new & which).sum()), int((of_old & which).sum()), len(answers))

        return cls(
            right=pair(answers, new, old),
            wrong=pair(~answers, new, old),
            missed=pair(answers, ~new, ~old),
            better=int(((new == answers) & (old != answers)).sum()),
            worse=int(((new != answers) & (old == answers)).sum()),
            lost=int((answers & old & ~new).sum()),
        )

    @property
    def is_worse(self) -> bool:
        """Whether the new model judges fewer posts as people did, or finds fewer, by more than chance.

        Both by McNemar's test (1947). Fewer wrong flags do not make up for posts with the label that are lost.
        """
        found = self.right.new - self.right.old + self.lost
        return _is_beyond_chance(self.worse, self.better) or _is_beyond_chance(self.lost, found)


def _is_beyond_chance(against: int, in_favour: int) -> bool:
    return against - in_favour > TIMES * sqrt(against + in_favour)


class Fault(NamedTuple):
    """One measure in which the new model is worse: which, of which label (empty: none), and in a sentence."""

    measure: str
    label: str
    said: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The flags of both models.

    Args:
        flags: By label, those on posts of the place; labels of which no post tells are left out.
        challenge: By label, those on the challenge set.
        clean: How many posts of the challenge set without any label are flagged.
        criticism: The same for its criticism alone.

    """

    flags: Mapping[str, PairedFlags]
    challenge: Mapping[str, PairedFlags]
    clean: PairedCount
    criticism: PairedCount

    def found_worse(self) -> list[Fault]:
        """List the measures in which the new model is worse by more than chance."""
        measure, deciding = (LOCAL, self.flags) if self.flags else (CHALLENGE, self.challenge)
        faults = [
            Fault(
                measure,
                label,
                f"on {_PLACES[measure]} {label} is right {flags.right.new} times instead of {flags.right.old}, "
                f"wrong {flags.wrong.new} times instead of {flags.wrong.old}",
            )
            for label, flags in deciding.items()
            if flags.is_worse
        ]
        if self.criticism.is_beyond:
            faults.append(Fault(CRITICISM_FLAGGED, "", _said(self.criticism, "criticism")))
        elif self.clean.is_beyond:
            faults.append(Fault(CLEAN_FLAGGED, "", _said(self.clean, "clean posts")))
        return faults

    def as_dict(self) -> dict[str, Any]:
        """Give the counts and the faults as plain data."""
        faults = self.found_worse()
        worse = [[fault.measure, fault.label] for fault in faults]
        return {**asdict(self), "faults": [fault.said for fault in faults], "worse_in": worse}


def compare(
    new: Classifier,
    old: Classifier,
    challenge_set: Sequence[Example],
    local: Mapping[str, PairedFlags],
) -> Comparison:
    """Score the challenge set with two models.

    Args:
        new: The challenger.
        old: The champion, which is in use.
        challenge_set: The challenge set.
        local: By label, the flags of both on posts of the place that neither was trained on.

    """
    of_new, of_old = score_examples(new, challenge_set), score_examples(old, challenge_set)
    clean = np.array([not any(example.labels.values()) for example in challenge_set])
    criticism = clean & np.array([example.facts.get("kind") == CRITICISM for example in challenge_set])

    def pair(which: NDArray[np.bool_]) -> PairedCount:
        new_flags, old_flags = (int(scored.flagged[which].any(axis=1).sum()) for scored in (of_new, of_old))
        return PairedCount(new_flags, old_flags, int(which.sum()))

    return Comparison(dict(local), paired_flags(of_new, of_old), pair(clean), pair(criticism))


def paired_flags(new: ScoredExamples, old: ScoredExamples) -> dict[str, PairedFlags]:
    """Count the flags of both models on the same posts, by label; those that no post is known to carry are left out."""
    columns = {label: (new.column(label), old.column(label)) for label in new.labels if label in old.labels}
    return {
        label: PairedFlags.count(of_new.flagged, of_old.flagged, of_new.answers)
        for label, (of_new, of_old) in columns.items()
        if of_new.answers.any()
    }


def _said(count: PairedCount, what: str) -> str:
    return f"on the challenge set {count.new} of {count.of} {what} are flagged instead of {count.old}"
