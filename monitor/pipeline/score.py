"""Score posts that have no score, and open a flag where a threshold is passed.

Texts go to the executor in small batches, each of one kind of source, because thresholds may differ by kind. Scores are
stored batch by batch, so a program that is killed leaves whole batches, and the next run scores the rest.
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

BATCH_SIZE = 64  # texts a task of the executor: large enough that sending them costs little
BATCHES_PER_READ = 16  # read from the database at once, so that memory stays bounded


@dataclass(slots=True)
class ScoreResult:
    """Counts of a run: posts scored, and by label, flags opened and scores in the unsure band."""

    model: str
    scored: int = 0
    opened: Counter[str] = field(default_factory=Counter)
    unsure: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Posts that have the same thresholds."""

    posts: Sequence[Post]
    limits: Mapping[str, DecisionThreshold]

    @property
    def thresholds(self) -> dict[str, float]:
        """The threshold of each label."""
        return {label: limit.threshold for label, limit in self.limits.items()}

    def unsure(self, prediction: Prediction) -> tuple[str, ...]:
        """Return the labels whose probability is in the unsure band."""
        return tuple(
            label
            for label, probability in prediction.probabilities.items()
            if self.limits[label].unsure_from <= probability < self.limits[label].threshold
        )


class Scorer:
    """Scores posts without a score.

    Args:
        database: Posts and scores.
        executor: Runs the classifier: threads, processes or a cluster.
        model_folder: The folder of the model, readable by the executor's workers.
        clock: Tells the time.
        captures: Holds the fetched bytes of new posts; they are kept or deleted after scoring.

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
        """Score all unscored posts of monitored sources. The model becomes the active one.

        Args:
            on_total: Called with the number of posts to score.
            on_done: Called with the number of posts of each finished batch.

        Raises:
            ClassifierError: When the model cannot be used.
            StorageError: When the database fails; stored batches stay.
            KiemtinError: When a worker process dies.

        """
        # Loaded here too, so that a damaged model fails before any task is sent to a worker.
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
                # Paths and plain texts are sent instead of the model, which would be pickled for every task.
                answers = self._executor.map(predict_texts, folders, texts, limits)
                # `map` keeps the order, so each batch is stored as soon as it is done.
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
            # A model trained again on the same texts keeps its version; the register follows the files.
            model.metrics, model.thresholds = dict(draft.metrics), dict(draft.thresholds)
            session.commit()
            return model

    def _waiting(self, model: Model) -> list[_Batch]:
        """Read unscored posts, oldest first, and the present thresholds."""
        by_kind: dict[str, list[Post]] = {}
        with self._database.work() as session:
            for post in posts.unscored(session, model.id, BATCH_SIZE * BATCHES_PER_READ):
                by_kind.setdefault(post.source.kind, []).append(post)
            resolved = resolve_thresholds(model, threshold_rules.all_rules(session))
        return [
            _Batch(waiting[start : start + BATCH_SIZE], resolved.limits(kind))
            for kind, waiting in by_kind.items()
            for start in range(0, len(waiting), BATCH_SIZE)
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


# Two: the active model and the shadow.
@lru_cache(maxsize=2)
def cached_model(folder: str) -> Loaded:
    """Load a model, once a process: a worker gets many batches."""
    return load(Path(folder), Segmenter())


def text_of(post: Post) -> Text:
    """Return the classifier's input for a post: its current text, and the title of the article or thread it answers."""
    return Text(post.judged_text, Context(title=post.context or ""))


def predict_texts(
    folder: str, texts: Sequence[Text], thresholds: Mapping[str, float] | None = None
) -> list[Prediction]:
    """Score texts; runs in a worker of the executor.

    Args:
        folder: The model's folder.
        texts: The texts.
        thresholds: The threshold of each label; None for the model's own.

    """
    classifier = cached_model(folder).classifier
    contexts = [text.context for text in texts]
    return list(classifier.predict([text.text for text in texts], contexts=contexts, thresholds=thresholds))
