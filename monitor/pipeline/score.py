"""Unscored posts become predictions, and predictions become flags.

Texts travel to the executor in small batches and scores are stored batch by batch, each exactly once: a program that is
killed in the middle leaves whole batches, and the next run takes the rest.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from classifiers.artefact import Loaded, load
from classifiers.labels import LABEL_NAMES
from classifiers.model import Prediction
from classifiers.text.segment import Segmenter
from monitor.clock import Clock
from monitor.errors import KiemtinError, UsageError
from monitor.pipeline.captures import CaptureStore
from storage import flags, posts, registry
from storage.database import Database
from storage.flags import FlagDraft
from storage.models import Post
from storage.registry import ModelDraft, ScoreDraft

BATCH = 64
ROUND = 16  # batches that are read from the database at once


@dataclass(slots=True)
class ScoreResult:
    """How many posts were scored, and how many flags were opened, by label."""

    model: str
    scored: int = 0
    opened: Counter[str] = field(default_factory=Counter)


class Scorer:
    """Scores what waits for a score.

    Args:
        database: Where posts and scores stand.
        executor: Does the reading of texts; threads, processes or a cluster.
        model_folder: The folder of the model, readable by the executor's workers.
        clock: Tells the time.
        captures: Where the fetched bytes of new posts wait; they are kept or deleted after the scoring.

    """

    def __init__(
        self,
        database: Database,
        executor: Executor,
        model_folder: Path,
        clock: Clock,
        captures: CaptureStore | None = None,
    ) -> None:
        self._captures = captures
        self._database = database
        self._executor = executor
        self._folder = model_folder
        self._clock = clock

    def run(
        self, on_total: Callable[[int], None] = lambda _: None, on_done: Callable[[int], None] = lambda _: None
    ) -> ScoreResult:
        """Score all unscored posts of monitored sources with the model, which becomes the active one.

        Args:
            on_total: Told how many posts wait.
            on_done: Told how many more are done.

        Raises:
            ClassifierError: When the model cannot be used.
            UsageError: When the model has learnt other classes than our labels.
            StorageError: When the database fails; stored batches stay.
            KiemtinError: When a worker process dies.

        """
        loaded = cached_model(str(self._folder))
        if foreign := set(loaded.classifier.labels) - set(LABEL_NAMES):
            message = f"the model {loaded.version} knows the class {min(foreign)!r}, which is none of our labels"
            raise UsageError(f"{message}: set `model` to another")
        model_id = self._activate(loaded)
        result = ScoreResult(loaded.version)
        with self._database.work() as session:
            on_total(posts.count_unscored(session, model_id))
        while waiting := self._waiting(model_id):
            batches = [waiting[start : start + BATCH] for start in range(0, len(waiting), BATCH)]
            texts = [[post.judged_text for post in batch] for batch in batches]
            try:
                answers = self._executor.map(predict_texts, [str(self._folder)] * len(texts), texts)
                for batch, predictions in zip(batches, answers, strict=True):
                    self._store(model_id, batch, predictions, result)
                    on_done(len(batch))
            except BrokenExecutor as error:
                message = (
                    "a scoring process died, perhaps for want of memory: set `workers = 1` and run the command again"
                )
                raise KiemtinError(message) from error
        if self._captures:
            self._captures.settle(self._database, model_id)
        return result

    def _activate(self, loaded: Loaded) -> int:
        draft = ModelDraft(
            version=loaded.version,
            data_hash=str(loaded.manifest["data_hash"]),
            metrics=loaded.manifest["metrics"],
            thresholds=loaded.manifest["thresholds"],
        )
        with self._database.work() as session:
            active = registry.active_model(session)
            if active is not None and active.version == loaded.version:
                return active.id
            model = registry.activate(session, draft, self._clock.now())
            session.commit()
            return model.id

    def _waiting(self, model_id: int) -> Sequence[Post]:
        with self._database.work() as session:
            return posts.unscored(session, model_id, BATCH * ROUND)

    def _store(
        self, model_id: int, batch: Sequence[Post], predictions: Sequence[Prediction], result: ScoreResult
    ) -> None:
        scores, opening = [], []
        for post, prediction in zip(batch, predictions, strict=True):
            scores.append(
                ScoreDraft(
                    post_id=post.id,
                    revision_number=post.revision_number,
                    probabilities=prediction.probabilities,
                    segmented=prediction.segmented,
                )
            )
            opening.extend(_flags_of(post, prediction))
        with self._database.work() as session:
            kept = posts.still_there(session, [post.id for post in batch])  # retention may run beside this
            registry.record_scores(session, model_id, [score for score in scores if score.post_id in kept])
            opening = [flag for flag in opening if flag.post_id in kept]
            opened = flags.open_flags(session, model_id, opening, self._clock.now())
            session.commit()
        result.scored += len(kept)
        result.opened.update(opened)


def _flags_of(post: Post, prediction: Prediction) -> list[FlagDraft]:
    return [
        FlagDraft(
            post_id=post.id,
            revision_number=post.revision_number,
            label=label,
            probability=prediction.probabilities[label],
            reasons=[(reason.words, reason.weight) for reason in prediction.reasons[label]],
        )
        for label in prediction.flags
    ]


@lru_cache(maxsize=2)
def cached_model(folder: str) -> Loaded:
    """Load a model once a process: workers are asked many times."""
    return load(Path(folder), Segmenter())


def predict_texts(folder: str, texts: Sequence[str]) -> list[Prediction]:
    """Score texts in whatever process this runs in."""
    return list(cached_model(folder).classifier.predict(texts))
