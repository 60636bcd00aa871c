"""Unscored posts become predictions, and predictions become flags.

Texts travel to the executor in small batches, each of one kind of source, for thresholds may differ by kind. Scores are
stored batch by batch, each exactly once: a program that is killed in the middle leaves whole batches, and the next run
takes the rest.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from classifiers.data.metadata import Context, Text
from classifiers.model.prediction import Prediction
from classifiers.persistence import Loaded, load
from classifiers.text.segment import Segmenter
from monitor.clock import Clock
from monitor.errors import KiemtinError
from monitor.pipeline.captures import CaptureStore
from monitor.pipeline.decision_thresholds import DecisionThreshold, resolve_thresholds
from storage import flags, posts, registry, threshold_rules
from storage.database import Database
from storage.flags import FlagDraft
from storage.models import Model, Post
from storage.registry import ModelDraft, ScoreDraft

BATCH = 64
ROUND = 16  # batches that are read from the database at once


@dataclass(slots=True)
class ScoreResult:
    """How many posts were scored; by label, how many flags were opened, and how many scores fell just short of one."""

    model: str
    scored: int = 0
    opened: Counter[str] = field(default_factory=Counter)
    unsure: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Posts that are judged by the same limits."""

    posts: Sequence[Post]
    limits: Mapping[str, DecisionThreshold]

    @property
    def thresholds(self) -> dict[str, float]:
        """The probability from which on each label is flagged."""
        return {label: limit.threshold for label, limit in self.limits.items()}

    def unsure(self, prediction: Prediction) -> tuple[str, ...]:
        """Name the labels whose probability lies in the band below the threshold."""
        return tuple(
            label
            for label, probability in prediction.probabilities.items()
            if self.limits[label].unsure_from <= probability < self.limits[label].threshold
        )


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
            StorageError: When the database fails; stored batches stay.
            KiemtinError: When a worker process dies.

        """
        loaded = cached_model(str(self._folder))
        model = self._activate(loaded)
        result = ScoreResult(loaded.version)
        with self._database.work() as session:
            on_total(posts.count_unscored(session, model.id))
        while batches := self._waiting(model):
            folders = [str(self._folder)] * len(batches)
            texts = [[text_of(post) for post in batch.posts] for batch in batches]
            limits = [batch.thresholds for batch in batches]
            try:
                answers = self._executor.map(predict_texts, folders, texts, limits)
                for batch, predictions in zip(batches, answers, strict=True):
                    self._store(model.id, batch, predictions, result)
                    on_done(len(batch.posts))
            except BrokenExecutor as error:
                message = (
                    "a scoring process died, perhaps for want of memory: set `workers = 1` and run the command again"
                )
                raise KiemtinError(message) from error
        if self._captures:
            self._captures.settle(self._database, model.id)
        return result

    def _activate(self, loaded: Loaded) -> Model:
        draft = ModelDraft(
            version=loaded.version,
            data_hash=str(loaded.manifest["data_hash"]),
            metrics=loaded.manifest["metrics"],
            thresholds=loaded.manifest["thresholds"],
        )
        with self._database.work() as session:
            active = registry.active_model(session)
            if active is not None and active.version == loaded.version:
                model = active
            else:
                model = registry.activate(session, draft, self._clock.now())
            # The same texts may have been learnt anew, with other versions: the register follows the files.
            model.metrics, model.thresholds = dict(draft.metrics), dict(draft.thresholds)
            session.commit()
            return model

    def _waiting(self, model: Model) -> list[_Batch]:
        """Read posts that wait, oldest first, and the thresholds that hold now."""
        by_kind: dict[str, list[Post]] = {}
        with self._database.work() as session:
            for post in posts.unscored(session, model.id, BATCH * ROUND):
                by_kind.setdefault(post.source.kind, []).append(post)
            resolved = resolve_thresholds(model, threshold_rules.all_rules(session))
        return [
            _Batch(waiting[start : start + BATCH], resolved.limits(kind))
            for kind, waiting in by_kind.items()
            for start in range(0, len(waiting), BATCH)
        ]

    def _store(self, model_id: int, batch: _Batch, predictions: Sequence[Prediction], result: ScoreResult) -> None:
        scores, opening = [], []
        for post, prediction in zip(batch.posts, predictions, strict=True):
            scores.append(
                ScoreDraft(
                    post_id=post.id,
                    revision_number=post.revision_number,
                    probabilities=prediction.probabilities,
                    segmented=prediction.segmented,
                    unsure=batch.unsure(prediction),
                )
            )
            opening.extend(_flags_of(post, prediction))
        with self._database.work() as session:
            kept = posts.existing_ids(session, [post.id for post in batch.posts])  # retention may run beside this
            scores = [score for score in scores if score.post_id in kept]
            registry.record_scores(session, model_id, scores)
            opening = [flag for flag in opening if flag.post_id in kept]
            opened = flags.open_flags(session, model_id, opening, self._clock.now())
            session.commit()
        result.scored += len(kept)
        result.opened.update(opened)
        result.unsure.update(label for score in scores for label in score.unsure)


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


def text_of(post: Post) -> Text:
    """Give a post to a classifier: what it says now, and the heading of the article or thread that it answers."""
    return Text(post.judged_text, Context(title=post.context or ""))


def predict_texts(
    folder: str, texts: Sequence[Text], thresholds: Mapping[str, float] | None = None
) -> list[Prediction]:
    """Score texts in whatever process this runs in.

    Args:
        folder: The model's folder.
        texts: The texts.
        thresholds: From which probability on each label is flagged; None for the model's own.

    """
    classifier = cached_model(folder).classifier
    contexts = [text.context for text in texts]
    return list(classifier.predict([text.text for text in texts], contexts=contexts, thresholds=thresholds))
