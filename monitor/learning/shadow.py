"""Scores of a model beside the one in use, which open no flags: both can then be compared on the same posts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.scoring.predictions import BATCH_SIZE, Predictor, paged
from monitor.scoring.score import PAGE, score_draft
from storage.database import Database
from storage.models import Model, Post
from storage.posts import posts
from storage.scoring import registry, scores, unscored
from storage.scoring.registry import ModelDraft


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


@dataclass(frozen=True, slots=True)
class _Batch:
    """Posts whose flags nobody asks for."""

    posts: Sequence[Post]
    thresholds: None = None


class Shadow:
    """Scores posts with a model beside the one in use: new posts with the shadow, stored ones with any model.

    Args:
        database: Posts and scores.
        executor: Runs the classifier.
        models_dir: The folder of models.
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
            KiemtinError: When workers die again and again.

        """
        with self._database.work() as session:
            model = registry.shadow_model(session)
        if model is None:
            return 0
        # Older posts are left out: they are scored by `kiemtin score --all`, which takes hours.
        pages = self._pages(model.id, model.shadow_since or self._clock.now())
        predictor = Predictor(self._executor, self._models_dir / model.name)
        return self._score(predictor, model.id, pages, on_done)

    def history(
        self,
        folder: Path,
        on_total: Callable[[int], None] = lambda _: None,
        on_done: Callable[[int], None] = lambda _: None,
    ) -> tuple[str, int]:
        """Score all stored posts of monitored sources that a model has not scored; it is registered as a candidate.

        Args:
            folder: The folder of the model.
            on_total: Called with the number of posts to score.
            on_done: Called with the number of posts of each finished batch.

        Returns:
            The model's version, and how many posts were scored.

        Raises:
            ClassifierError: When the model cannot be used.
            StorageError: When the database fails; stored batches stay, and the next run scores the rest.
            KiemtinError: When workers die again and again.

        """
        predictor = Predictor(self._executor, folder)
        manifest = predictor.loaded.manifest
        draft = ModelDraft(
            version=predictor.loaded.version,
            data_hash=str(manifest["data_hash"]),
            metrics=manifest["metrics"],
            thresholds=manifest["thresholds"],
        )
        with self._database.work() as session:
            model = registry.register(session, draft, self._clock.now())
            on_total(unscored.count_without_score(session, model.id))
            session.commit()

        def read(after: int) -> Sequence[Post]:
            with self._database.work() as session:
                return unscored.without_score(session, model.id, after, PAGE)

        return model.version, self._score(predictor, model.id, paged(read), on_done)

    def _pages(self, model_id: int, since: datetime) -> Iterator[Sequence[Post]]:
        last: Post | None = None
        while True:
            with self._database.work() as session:
                page = unscored.without_score_since(session, model_id, since, last, PAGE)
            if not page:
                return
            yield page
            last = page[-1]

    def _score(
        self,
        predictor: Predictor,
        model_id: int,
        pages: Iterable[Sequence[Post]],
        on_done: Callable[[int], None],
    ) -> int:
        """Store each batch in a unit of work of its own; returns how many posts were scored."""
        done = 0
        for batch, predictions in predictor.predict(_batches(pages)):
            drafts = [score_draft(post, each) for post, each in zip(batch.posts, predictions, strict=True)]
            with self._database.work() as session:
                kept = posts.existing_ids(session, [draft.post_id for draft in drafts])  # retention may run beside this
                stored = [draft for draft in drafts if draft.post_id in kept]
                registry.record_scores(session, model_id, stored, beside=True)
                session.commit()
            done += len(stored)
            on_done(len(batch.posts))
        return done


def _batches(pages: Iterable[Sequence[Post]]) -> Iterator[_Batch]:
    for page in pages:
        for start in range(0, len(page), BATCH_SIZE):
            yield _Batch(page[start : start + BATCH_SIZE])


def shadow_report(database: Database) -> ShadowReport | None:
    """Compare the shadow with the active model; None when either is missing."""
    with database.work() as session:
        shadow, active = registry.shadow_model(session), registry.active_model(session)
        return _overlap(session, shadow, active) if shadow and active else None


def report_beside(database: Database, version: str) -> ShadowReport | None:
    """Compare any registered model with the active one, on posts that both have scored; None without an active one."""
    with database.work() as session:
        active = registry.active_model(session)
        return _overlap(session, registry.by_name(session, version), active) if active else None


def _overlap(session: Session, beside: Model, active: Model) -> ShadowReport:
    labels: dict[str, Overlap] = {}
    counted: dict[str, int] = {}
    for label, in_use, other in scores.scored_by_both(session, active.id, beside.id):
        overlap = labels.setdefault(label, Overlap())
        counted[label] = counted.get(label, 0) + 1
        flagged = in_use >= active.thresholds[label], other >= beside.thresholds[label]
        overlap.both += flagged == (True, True)
        overlap.only_active += flagged == (True, False)
        overlap.only_shadow += flagged == (False, True)
    return ShadowReport(beside.version, active.version, max(counted.values(), default=0), labels)
