"""Score posts that have no score, and open a flag where a threshold is passed.

Texts go to the executor in small batches, each of one kind of source, because thresholds may differ by kind. Posts are
read in the order of their numbers, and scores are stored batch by batch, so a program that is killed leaves whole
batches, and the next run scores the rest.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from classifiers.model.prediction import Prediction
from classifiers.persistence import Loaded
from monitor.clock import Clock
from monitor.crawl.captures import CaptureStore
from monitor.scoring.decision_thresholds import DecisionThreshold, resolve_thresholds
from monitor.scoring.flag_value import flag_draft
from monitor.scoring.predictions import BATCH_SIZE, Predictor, paged
from storage.database import Database
from storage.models import Model, Post
from storage.posts import posts
from storage.review import flags
from storage.review.flags import FlagDraft
from storage.scoring import registry, threshold_rules, unscored
from storage.scoring.registry import ModelDraft, ScoreDraft

PAGE: Final = 16 * BATCH_SIZE  # posts read at once, so that memory stays bounded


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
        model_folder: The folder of the model.
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
        self,
        on_total: Callable[[int], None] = lambda _: None,
        on_done: Callable[[int], None] = lambda _: None,
        *,
        everything: bool = False,
    ) -> ScoreResult:
        """Score the monitored posts that wait, and after a change of the model all others. It becomes the active one.

        Args:
            on_total: Called with the number of posts to score.
            on_done: Called with the number of posts of each finished batch.
            everything: Look through all stored posts for one without a score of this model.

        Raises:
            ClassifierError: When the model cannot be used.
            StorageError: When the database fails; stored batches stay.
            KiemtinError: When workers die again and again.

        """
        predictor = Predictor(self._executor, self._folder)
        model = self._activate(predictor.loaded, everything=everything)
        result = ScoreResult(predictor.loaded.version)
        with self._database.work() as session:
            on_total(unscored.count(session, model))
        self._score(predictor, model, self._waiting, result, on_done)
        if (until := model.history_until) is not None:
            self._score(predictor, model, lambda after: self._history(model.id, after, until), result, on_done)
            self._end_history(model)
        if self._captures:
            self._captures.settle(self._database)
        return result

    def _activate(self, loaded: Loaded, *, everything: bool) -> Model:
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
            if everything:
                unscored.begin_history(session, model)
            session.commit()
            return model

    def _score(
        self,
        predictor: Predictor,
        model: Model,
        read: Callable[[int], Sequence[Post]],
        result: ScoreResult,
        on_done: Callable[[int], None],
    ) -> None:
        for batch, predictions in predictor.predict(self._batches(model, read)):
            self._store(model.id, batch, predictions, result)
            on_done(len(batch.posts))

    def _batches(self, model: Model, read: Callable[[int], Sequence[Post]]) -> Iterator[_Batch]:
        """Read posts in pages, and cut each page into batches of one kind with the present thresholds."""
        for page in paged(read):
            by_kind: dict[str, list[Post]] = {}
            for post in page:
                by_kind.setdefault(post.source.kind, []).append(post)
            with self._database.work() as session:
                resolved = resolve_thresholds(model, threshold_rules.all_rules(session))
            for kind, of_kind in by_kind.items():
                for start in range(0, len(of_kind), BATCH_SIZE):
                    yield _Batch(of_kind[start : start + BATCH_SIZE], resolved.limits(kind))

    def _waiting(self, after: int) -> Sequence[Post]:
        with self._database.work() as session:
            return unscored.waiting(session, after, PAGE)

    def _history(self, model_id: int, after: int, until: int) -> Sequence[Post]:
        with self._database.work() as session:
            return unscored.without_score(session, model_id, after, PAGE, until=until)

    def _end_history(self, model: Model) -> None:
        with self._database.work() as session:
            unscored.end_history(session, model.id)
            session.commit()

    def _store(self, model_id: int, batch: _Batch, predictions: Sequence[Prediction], result: ScoreResult) -> None:
        scores, opening = [], []
        for post, prediction in zip(batch.posts, predictions, strict=True):
            scores.append(score_draft(post, prediction, batch.unsure(prediction)))
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


def score_draft(post: Post, prediction: Prediction, unsure: Sequence[str] = ()) -> ScoreDraft:
    """Make the row of a post's scores."""
    return ScoreDraft(
        post_id=post.id,
        revision_number=post.revision_number,
        probabilities=prediction.probabilities,
        segmented=prediction.segmented,
        unsure=unsure,
    )


def _flags_of(post: Post, prediction: Prediction) -> list[FlagDraft]:
    return [
        flag_draft(
            post,
            label,
            prediction.probabilities[label],
            [(reason.words, reason.weight) for reason in prediction.reasons[label]],
        )
        for label in prediction.flags
    ]
