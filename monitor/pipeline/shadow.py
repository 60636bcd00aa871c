"""Shadow model: it scores new posts beside the active model and opens no flags, so that both can be compared."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.clock import Clock
from monitor.errors import KiemtinError
from monitor.pipeline.score import BATCH_SIZE, BATCHES_PER_READ, predict_texts, text_of
from storage import posts, registry, scores
from storage.database import Database
from storage.models import Post
from storage.registry import ScoreDraft


@dataclass(slots=True)
class Overlap:
    """For one label, how many posts both models would flag, or only one of them."""

    both: int = 0
    only_active: int = 0
    only_shadow: int = 0


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """Comparison of the shadow with the active model, on posts that both have scored.

    Args:
        shadow: The shadow's version.
        active: The active model's version.
        posts: How many posts both have scored.
        labels: The overlap of flags, by label.

    """

    shadow: str
    active: str
    posts: int
    labels: dict[str, Overlap]

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as plain data, for JSON."""
        return asdict(self)


class Shadow:
    """Scores new posts with the shadow model, if there is one.

    Args:
        database: Posts and scores.
        executor: Runs the classifier.
        models_dir: The folder of models, readable by the executor's workers.
        clock: Tells the time.

    """

    def __init__(self, database: Database, executor: Executor, models_dir: Path, clock: Clock) -> None:
        self._database = database
        self._executor = executor
        self._models_dir = models_dir
        self._clock = clock

    def run(self, on_done: Callable[[int], None] = lambda _: None) -> int:
        """Score the posts collected since the model became the shadow; returns how many.

        Raises:
            ClassifierError: When the model cannot be used.
            StorageError: When the database fails; stored batches stay.
            KiemtinError: When a worker process dies.

        """
        with self._database.work() as session:
            model = registry.shadow_model(session)
        if model is None:
            return 0
        # Older posts are left out: scoring the whole archive would take hours and show nothing new.
        since, done = model.shadow_since or self._clock.now(), 0
        while waiting := self._waiting(model.id, since):
            for drafts in self._judged(str(self._models_dir / model.name), waiting):
                self._store(model.id, drafts)
                done += len(drafts)
                on_done(len(drafts))
        return done

    def _waiting(self, model_id: int, since: datetime) -> Sequence[Post]:
        with self._database.work() as session:
            return scores.unscored_since(session, model_id, since, BATCH_SIZE * BATCHES_PER_READ)

    def _judged(self, folder: str, waiting: Sequence[Post]) -> Iterator[list[ScoreDraft]]:
        batches = [waiting[start : start + BATCH_SIZE] for start in range(0, len(waiting), BATCH_SIZE)]
        texts = [[text_of(post) for post in batch] for batch in batches]
        try:
            answers = self._executor.map(predict_texts, [folder] * len(texts), texts)
            for batch, predictions in zip(batches, answers, strict=True):
                yield [
                    ScoreDraft(
                        post_id=post.id,
                        revision_number=post.revision_number,
                        probabilities=prediction.probabilities,
                        segmented=prediction.segmented,
                    )
                    for post, prediction in zip(batch, predictions, strict=True)
                ]
        except BrokenExecutor as error:
            message = "a scoring process died, perhaps for want of memory: set `workers = 1` and run the command again"
            raise KiemtinError(message) from error

    def _store(self, model_id: int, drafts: list[ScoreDraft]) -> None:
        with self._database.work() as session:
            kept = posts.existing_ids(session, [draft.post_id for draft in drafts])  # retention may run beside this
            registry.record_scores(session, model_id, [draft for draft in drafts if draft.post_id in kept])
            session.commit()


def shadow_report(database: Database) -> ShadowReport | None:
    """Compare the shadow with the active model; None when either is missing."""
    with database.work() as session:
        shadow, active = registry.shadow_model(session), registry.active_model(session)
        if shadow is None or active is None:
            return None
        labels: dict[str, Overlap] = {}
        compared = scores.scored_by_both(session, active.id, shadow.id)
        counted: dict[str, int] = {}
        for label, in_use, beside in compared:
            overlap = labels.setdefault(label, Overlap())
            counted[label] = counted.get(label, 0) + 1
            flagged = in_use >= active.thresholds[label], beside >= shadow.thresholds[label]
            overlap.both += flagged == (True, True)
            overlap.only_active += flagged == (True, False)
            overlap.only_shadow += flagged == (False, True)
        return ShadowReport(shadow.version, active.version, max(counted.values(), default=0), labels)
