"""Score posts that have no score, open a flag where a threshold is passed, and then look for copies and evidence.

A post below the threshold of a label that has a list of its own (`Label.listed_from`) gets a flag that is only listed.

Texts go to the executor in small batches. Posts are read in the order of their numbers, and scores are stored batch by
batch, so a program that is killed leaves whole batches, and the next run scores the rest.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from classifiers.labels import label_named
from classifiers.model.prediction import Prediction
from classifiers.persistence import Loaded
from monitor.clock import Clock
from monitor.crawl.captures import CaptureStore
from monitor.scoring.flag_value import flag_draft, place_open_flags
from monitor.scoring.match import Matcher, MatchResult
from monitor.scoring.thresholds import is_unsure, thresholds_in_force
from monitor.scoring.workers import BATCH_SIZE, Predictor
from storage.database import Database
from storage.models import Model, Post
from storage.posts import posts
from storage.review import flags
from storage.review.flags import FlagDraft
from storage.scoring import registry, unscored
from storage.scoring.registry import ModelDraft, ScoreDraft

Progress = Callable[[str, int, int | None], None]
PAGE: Final = 16 * BATCH_SIZE  # posts read at once, so that memory stays bounded


def _no_progress(_step: str, _done: int, _total: int | None) -> None:
    """Show nothing."""


@dataclass(slots=True)
class ScoreResult:
    """Counts of a run: posts scored, by label the flags opened and scores in the unsure band, and what was matched."""

    model: str
    scored: int = 0
    opened: Counter[str] = field(default_factory=Counter)
    unsure: Counter[str] = field(default_factory=Counter)
    matches: MatchResult = field(default_factory=MatchResult)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as plain data, for JSON."""
        own = {"model": self.model, "scored": self.scored, "opened": dict(self.opened), "unsure": dict(self.unsure)}
        return {**own, **asdict(self.matches)}


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

    def run(self, progress: Progress = _no_progress, *, everything: bool = False) -> ScoreResult:
        """Score the monitored posts that wait, and after a change of the model all others. It becomes the active one.

        Args:
            progress: Called after each batch with the step, the number done, and the total.
            everything: Look through all stored posts for one without a score of this model.

        Raises:
            ClassifierError: When the model cannot be used.
            StorageError: When the database fails; stored batches stay.
            KiemtinError: When a worker dies; the next run scores the rest.

        """
        predictor = Predictor(self._executor, self._folder)
        model = self._activate(predictor.loaded, everything=everything)
        result, done = ScoreResult(predictor.loaded.version), 0
        with self._database.work() as session:
            total = unscored.count(session, model)
            thresholds = thresholds_in_force(session, model, self._clock.now())
        for posts_to_score in self._posts_to_score(model):
            for batch, predictions in predictor.predict(posts_to_score, _asked(thresholds)):
                self._store(model.id, batch, predictions, thresholds, result)
                done += len(batch)
                progress("scoring", done, max(total, done))
        self._end_history(model)
        if self._captures:
            self._captures.settle(self._database)
        return result

    def _activate(self, loaded: Loaded, *, everything: bool) -> Model:
        draft = model_draft(loaded)
        with self._database.changes() as session:
            active = registry.active_model(session)
            if active is not None and active.version == loaded.version:
                model = active
            else:
                model = registry.activate(session, draft, self._clock.now())
            # A model trained again on the same texts keeps its version; the register follows the files.
            model.metrics, model.thresholds = dict(draft.metrics), dict(draft.thresholds)
            if everything:
                unscored.begin_history(session, model)
            return model

    def _posts_to_score(self, model: Model) -> Iterator[Iterator[Post]]:
        """Yield the posts that wait, and after a change of the model all earlier ones that it has not scored."""
        yield self._read(unscored.waiting)
        if (until := model.history_until) is not None:
            yield self._read(partial(unscored.without_score, model_id=model.id, until=until))

    def _read(self, page_after: Callable[..., Sequence[Post]]) -> Iterator[Post]:
        """Read posts in the order of their numbers, in pages."""
        last = 0
        while True:
            with self._database.work() as session:
                page = page_after(session, after=last, limit=PAGE)
            if not page:
                return
            yield from page
            last = page[-1].id

    def _end_history(self, model: Model) -> None:
        if model.history_until is not None:
            with self._database.changes() as session:
                unscored.end_history(session, model.id)

    def _store(
        self,
        model_id: int,
        batch: Sequence[Post],
        predictions: Sequence[Prediction],
        thresholds: Mapping[str, float],
        result: ScoreResult,
    ) -> None:
        scores, opening = [], []
        for post, prediction in zip(batch, predictions, strict=True):
            scores.append(_score_of(post, prediction, thresholds))
            opening.extend(_flags_of(post, prediction, thresholds, self._clock.now()))
        with self._database.changes() as session:
            kept = posts.existing_ids(session, [post.id for post in batch])  # retention may run beside this
            scores = [score for score in scores if score.post_id in kept]
            registry.record_scores(session, model_id, scores)
            opening = [flag for flag in opening if flag.post_id in kept]
            opened = flags.open_flags(session, model_id, opening, self._clock.now())
        result.scored += len(kept)
        result.opened.update(opened)
        result.unsure.update(label for score in scores for label in score.unsure)


def _score_of(post: Post, prediction: Prediction, thresholds: Mapping[str, float]) -> ScoreDraft:
    probabilities = prediction.probabilities
    return ScoreDraft(
        post_id=post.id,
        revision_number=post.revision_number,
        probabilities=probabilities,
        unsure=[label for label, each in probabilities.items() if is_unsure(each, thresholds[label])],
    )


def _asked(thresholds: Mapping[str, float]) -> dict[str, float]:
    """Return from which probability reasons are asked for: that of the list, where a label has one."""
    return {label: min(threshold, label_named(label).listed_from) for label, threshold in thresholds.items()}


def _flags_of(post: Post, prediction: Prediction, thresholds: Mapping[str, float], now: datetime) -> list[FlagDraft]:
    return [
        flag_draft(
            post,
            label,
            prediction.probabilities[label],
            [(reason.words, reason.weight) for reason in prediction.reasons[label]],
            now,
            origin="scored" if prediction.probabilities[label] >= thresholds[label] else "listed",
        )
        for label in prediction.flags
    ]


def score_and_match(
    scorer: Scorer,
    matcher: Matcher,
    progress: Progress = _no_progress,
    *,
    everything: bool = False,
) -> ScoreResult:
    """Score posts, look for copies and evidence, and give all open flags their place: the steps after every crawl.

    Args:
        scorer: Scores posts and opens flags.
        matcher: Finds copies and evidence.
        progress: Called with the step, the number done, and the total (None: unknown).
        everything: Look through all stored posts for those without a score of the model.

    Raises:
        KiemtinError: When scoring cannot go on; what was stored stays.

    """
    result = scorer.run(progress, everything=everything)
    if result.scored >= PAGE:
        matcher.database.analyse()
    result.matches = matcher.run(lambda done: progress("comparing", done, None))
    place_open_flags(matcher.database, matcher.clock.now())
    return result


def model_draft(loaded: Loaded) -> ModelDraft:
    """Make the row of a model from its manifest."""
    return ModelDraft(
        version=loaded.version,
        data_hash=loaded.manifest["data_hash"],
        metrics=loaded.manifest["metrics"],
        thresholds=loaded.classifier.thresholds,
    )
