"""Train a candidate model on decided posts, compare it with the active model, and register it.

A candidate opens no flags until a person promotes it. Its folder holds weights and a vocabulary, no texts: terms that
occur in fewer than five texts are dropped, and the normaliser has replaced links, addresses, phone numbers and @names.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from classifiers.data.datasets import Example
from classifiers.evaluation.comparison import Comparison, compare
from classifiers.persistence import MANIFEST_FILE, Loaded, save
from classifiers.text.segment import Segmenter
from classifiers.training.auxiliary import AuxiliarySet
from classifiers.training.design_matrix import Progress
from classifiers.training.train import Trained, Trainer
from monitor.clock import VIETNAM, Clock
from monitor.errors import UsageError
from monitor.pipeline.holdout import exclude_texts, split_holdout
from monitor.pipeline.promotion import model_draft
from storage import decisions, registry
from storage.database import Database

_A_NAME: Final = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnResult:
    """A candidate and its training data.

    Args:
        name: The name of its folder.
        version: Its version in the register.
        general: How many texts came from the corpus and from files.
        local: How many decided posts it was trained on (copies count once).
        answers: By label, how many of the decided posts carry it, and how many do not.
        against: The version of the model that it was compared with.
        comparison: The comparison.

    """

    name: str
    version: str
    general: int
    local: int
    answers: dict[str, tuple[int, int]]
    against: str
    comparison: Comparison


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
        general: Sequence[Example],
        active: Loaded,
        name: str | None = None,
        progress: Progress = lambda _step, _done, _total: None,
        *,
        own: Sequence[Example] = (),
        auxiliary: Sequence[AuxiliarySet] = (),
    ) -> LearnResult:
        """Train a candidate on all decisions up to now.

        Args:
            general: The project's corpus.
            active: The active model, with which the candidate is compared.
            name: The candidate's name; None: made from today's date.
            progress: Called with the step, the number done, and the total.
            own: The operator's labelled files; local like the decided posts.
            auxiliary: Public sets, whose scores are features.

        Raises:
            UsageError: When there is a model of that name.
            ClassifierError: When there is too little to train on, or the folder cannot be written.
            StorageError: When the database fails.

        """
        name = self._free_name(name)
        with self._database.work() as session:
            decided = decisions.label_decisions(session)
        found = split_holdout(decided)
        # A held-out post may also stand in a public set; it must not be trained on by that way.
        general = exclude_texts(general, found.held_out)
        own = exclude_texts(own, found.held_out)
        auxiliary = [replace(each, examples=exclude_texts(each.examples, found.held_out)) for each in auxiliary]
        trained = Trainer(self._segmenter, progress=progress).fit(
            general, local=[*own, *found.training], auxiliary=auxiliary
        )
        comparison = compare(trained.classifier, active.classifier, found.held_out, self._challenge_set)
        version = self._register(name, trained, {"against": active.version, **comparison.as_dict()})
        return LearnResult(
            name=name,
            version=version,
            general=len(general),
            local=len(found.training),
            answers=_answers(found.training),
            against=active.version,
            comparison=comparison,
        )

    def _register(self, name: str, trained: Trained, comparison: Mapping[str, object]) -> str:
        """Save the candidate and add it to the register; returns its version."""
        now = self._clock.now()
        saved = save(trained.classifier, self._models_dir / name, trained.facts(name, now.isoformat()))
        draft = model_draft(saved)
        with self._database.work() as session:
            registry.register(session, draft, now, comparison)
            session.commit()
        return draft.version

    def _free_name(self, name: str | None) -> str:
        today = f"learnt-{self._clock.now().astimezone(VIETNAM):%Y%m%d}"
        if name and not _A_NAME.fullmatch(name):
            message = f"--name {name}: a name is made of letters, digits, dots, dashes and underscores"
            raise UsageError(message)
        names = [name] if name else [today, *(f"{today}-{number}" for number in range(2, 100))]
        for candidate in names:
            if not (self._models_dir / candidate / MANIFEST_FILE).exists():
                return candidate
        message = f"there is a model {names[-1]} already: choose another --name"
        raise UsageError(message)


def _answers(examples: Sequence[Example]) -> dict[str, tuple[int, int]]:
    """Count the posts with and without each label."""
    counts = Counter((label, holds) for example in examples for label, holds in example.labels.items())
    return {label: (counts[label, True], counts[label, False]) for label in sorted({label for label, _ in counts})}
