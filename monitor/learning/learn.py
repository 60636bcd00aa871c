"""Teach a candidate model by decided posts, compare it with the active model, and register it.

A candidate opens no flags until a person promotes it. Its folder holds weights and the vocabulary of the model that it
was taught from, so that no word of a decided post gets into it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, count
from pathlib import Path
from typing import Final

import numpy as np

from classifiers.data.datasets import Example
from classifiers.evaluation.comparison import Comparison, PairedFlags, compare
from classifiers.evaluation.predictions import score_examples
from classifiers.persistence import MANIFEST_FILE, Loaded, save
from classifiers.text.segment import Segmenter
from classifiers.training.local import Adapted, AdaptedLabel, adapt, taught_hash
from monitor.clock import VIETNAM, Clock
from monitor.learning.holdout import exclude_texts, split_holdout
from monitor.scoring.model_folders import Progress, no_progress
from monitor.scoring.score import model_draft
from storage.database import Database
from storage.review import decisions
from storage.scoring import registry

ROUND: Final = 50  # posts
LEAST_FLAGS: Final = 5  # on posts that were not seen; fewer say nothing of how many are right


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """The figures of one label, all on posts that the model had not seen.

    Args:
        label: Its name.
        yes: Taught posts with the label.
        no: Taught posts without it.
        changed: Whether the posts showed a gain, so that the label was taught.
        flags: How many of the posts would be flagged.
        right: The share of flags that are right; None with fewer than LEAST_FLAGS.
        low: The lower end of its 95 % interval.
        high: The upper end.
        found: How many of the posts with the label would be flagged.

    """

    label: str
    yes: int
    no: int
    changed: bool
    flags: int
    right: float | None
    low: float | None
    high: float | None
    found: int


def label_figures(name: str, label: AdaptedLabel) -> LabelFigures:
    """Count for one label."""
    count, found = label.flags.counted(label.threshold)
    share = label.flags.interval(label.threshold) if count >= LEAST_FLAGS else None
    right, low, high = share or (None, None, None)
    return LabelFigures(
        label=name,
        yes=int(label.answers.sum()),
        no=int((~label.answers).sum()),
        changed=label.changed,
        flags=count,
        right=right,
        low=low,
        high=high,
        found=found,
    )


def local_flags(
    adapted: Adapted, examples: Sequence[Example], active: Loaded, *, taught_before: bool
) -> dict[str, PairedFlags]:
    """Compare the flags of a candidate and of the active model on the same posts of the place, by label.

    The candidate's are those of models that had not seen the post.

    Args:
        adapted: The candidate.
        examples: The posts that it was taught and judged by.
        active: The active model.
        taught_before: Whether it was taught by posts of the place too; then only held-out ones can tell.

    Returns:
        Nothing for a label that no post is known to carry.

    """
    posts = adapted.local
    scored = score_examples(active.classifier, [examples[row] for row in posts.rows])
    found = {}
    for column, (name, label) in enumerate(adapted.labels.items()):
        known = posts.answers[:, column] >= 0
        judged = ~posts.learnt[known] if taught_before else np.ones(int(known.sum()), dtype=bool)
        if name in active.classifier.labels and label.answers[judged].any():
            new = label.unseen >= label.threshold
            old = scored.column(name).flagged
            found[name] = PairedFlags.count(new[judged], old[judged], label.answers[judged])
    return found


@dataclass(frozen=True, slots=True)
class LearnResult:
    """A candidate.

    Args:
        name: The name of its folder.
        version: Its version in the register.
        local: How many decided posts and posts of own files it was taught by (copies count once).
        comparison: How it compares with the active model.
        labels: What its flags are worth by now, by label.

    """

    name: str
    version: str
    local: int
    comparison: Comparison
    labels: tuple[LabelFigures, ...]


class Learner:
    """Trains candidates.

    Args:
        database: Decisions, posts and the register.
        segmenter: Splits texts into words.
        clock: Tells the time.
        models_dir: The folder of models.
        challenge_set: Clean posts that must not be flagged, and clear cases.

    """

    def __init__(
        self, database: Database, segmenter: Segmenter, clock: Clock, models_dir: Path, challenge_set: Sequence[Example]
    ) -> None:
        self._database = database
        self._segmenter = segmenter
        self._clock = clock
        self._models_dir = models_dir
        self._challenge_set = challenge_set

    def run(
        self,
        base: Loaded,
        active: Loaded,
        progress: Progress = no_progress,
        *,
        known: Sequence[Example] = (),
    ) -> LearnResult:
        """Teach a candidate by all decisions up to now.

        Args:
            base: The model to teach, which knows nothing of this place.
            active: The active model, with which the candidate is compared.
            progress: Called with the step, the number done, and the total.
            known: What the base was trained on; no model is compared by it.

        Raises:
            ClassifierError: When the folder cannot be written.
            StorageError: When the database fails.

        """
        name = self._free_name()
        with self._database.work() as session:
            decided = decisions.label_decisions(session)
        local, held_out = split_holdout(decided)
        held_out = exclude_texts(held_out, known)
        progress("teaching", 0, len(base.classifier.labels))
        adapted = adapt(base.classifier, local, self._segmenter, judged=held_out)
        labels = [label_figures(name, label) for name, label in adapted.labels.items()]
        progress("teaching", len(labels), len(labels))
        flags = local_flags(adapted, [*local, *held_out], active, taught_before=active.version != base.version)
        comparison = compare(adapted.classifier, active.classifier, self._challenge_set, flags)
        beside = {"against": active.version, **comparison.as_dict(), "teaching": [asdict(label) for label in labels]}
        data_hash = taught_hash(base.manifest["data_hash"], local, held_out)
        version = self._register(name, base, adapted, data_hash, beside)
        return LearnResult(name, version, adapted.posts, comparison, tuple(labels))

    def _register(
        self, name: str, base: Loaded, adapted: Adapted, data_hash: str, comparison: Mapping[str, object]
    ) -> str:
        """Save the candidate and add it to the register; returns its version."""
        now = self._clock.now()
        facts = {
            "name": name,
            "created_at": now.isoformat(),
            "data_hash": data_hash,
            "examples": base.manifest["examples"] + adapted.posts,
            "metrics": base.manifest["metrics"] | {name: each.as_dict() for name, each in adapted.metrics.items()},
        }
        draft = model_draft(save(adapted.classifier, self._models_dir / name, facts))
        with self._database.changes() as session:
            registry.register(session, draft, now, comparison)
        return draft.version

    def _free_name(self) -> str:
        today = f"learnt-{self._clock.now().astimezone(VIETNAM):%Y%m%d}"
        names = chain([today], (f"{today}-{number}" for number in count(2)))
        return next(name for name in names if not (self._models_dir / name / MANIFEST_FILE).exists())
