"""Posts are drawn for people to label: half where the model in use is in doubt, half at random.

Doubt begins in the band below a threshold, for what is above it is flagged and judged anyway.

A post drawn at random is asked about for every label, whether or not it is flagged, so that precision and recall can be
told from the answers alone. A post drawn for doubt is asked about for the one label that the model is in doubt about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.active_learning import Drawn, draw
from classifiers.features.embeddings import positions
from classifiers.features.tokens import TextPreparer
from classifiers.labels import LABEL_NAMES
from classifiers.persistence import Loaded
from classifiers.text.segment import Segmenter
from monitor.clock import Clock
from monitor.errors import NotReady
from monitor.pipeline.decision_thresholds import resolve_thresholds
from storage import questions, registry, threshold_rules
from storage.database import Database
from storage.models import Model, Post
from storage.questions import QuestionDraft

WINDOW: Final = timedelta(days=30)
POSTS_MOST: Final = 4_000  # newest posts of the window that are drawn from
EDGE: Final = 1e-6  # a probability is never quite 0 or 1
OUTSIDE: Final = 100.0  # more than any distance in log-odds: what is not in the band comes after all that is
SEED: Final = 20260101


@dataclass(frozen=True, slots=True)
class SelectionResult:
    """How many posts were drawn and why, how many questions that makes, and how many wait for an answer in all."""

    posts: int
    uncertain: int
    random: int
    questions: int
    waiting: int


@dataclass(frozen=True, slots=True)
class _Pool:
    """What may be drawn from: posts, and which of them were asked about before.

    Probabilities, thresholds and the lower ends of the bands below them have the shape (posts, labels).
    """

    model: Model
    posts: Sequence[Post]
    probabilities: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    unsure_from: NDArray[np.float64]
    asked: list[int]

    def doubt(self) -> NDArray[np.float64]:
        """Say how far from its threshold each probability is, in log-odds; those in the band come before others."""
        distance = np.abs(_log_odds(self.probabilities) - _log_odds(self.thresholds))
        unsure = (self.probabilities >= self.unsure_from) & (self.probabilities < self.thresholds)
        return np.where(unsure, distance, distance + OUTSIDE)


class QuestionSelector:
    """Puts questions about scored posts.

    Args:
        database: Where posts, scores and questions stand.
        segmenter: Cuts texts into words.
        clock: Tells the time.

    """

    def __init__(self, database: Database, segmenter: Segmenter, clock: Clock) -> None:
        self._database = database
        self._segmenter = segmenter
        self._clock = clock

    def run(
        self, loaded: Loaded, count: int, on_done: Callable[[int, int], None] = lambda _done, _total: None
    ) -> SelectionResult:
        """Draw posts and put questions about them; posts that were asked about before are not drawn again.

        Args:
            loaded: The model in use.
            count: How many posts to draw.
            on_done: Told how many posts were read, and of how many.

        Raises:
            NotReady: When the model has scored no post of the last days.
            StorageError: When the database fails.

        """
        pool = self._pool(loaded)
        prepared = TextPreparer(self._segmenter, len(pool.posts), on_done).prepare(
            [post.judged_text for post in pool.posts]
        )
        doubt = pool.doubt()
        # Each call draws anew: the seed moves on with what was asked before.
        drawn = draw(
            doubt.min(axis=1),
            positions(loaded.classifier.space, prepared, seed=SEED),
            pool.asked,
            count,
            seed=SEED + len(pool.asked),
        )
        drafts = list(_drafts(pool, drawn, doubt))
        with self._database.work() as session:
            questions.add(session, pool.model.id, drafts, self._clock.now())
            waiting = questions.open_count(session)
            session.commit()
        return SelectionResult(len(drawn.all), len(drawn.uncertain), len(drawn.random), len(drafts), waiting)

    def _pool(self, loaded: Loaded) -> _Pool:
        since = self._clock.now() - WINDOW
        with self._database.work() as session:
            model = next((row for row in registry.all_models(session) if row.version == loaded.version), None)
            posts = questions.scored_posts(session, model.id, since, POSTS_MOST) if model else []
            if model is None or not posts:
                message = (
                    f"{loaded.version} has scored no post of the last {WINDOW.days} days: run `kiemtin score` first"
                )
                raise NotReady(message)
            scores = questions.probabilities(session, model.id, since)
            asked = {post_id for post_id, _ in questions.asked_pairs(session)}
            resolved = resolve_thresholds(model, threshold_rules.all_rules(session))
            by_kind = {kind: resolved.limits(kind) for kind in {post.source.kind for post in posts}}
            limits = [by_kind[post.source.kind] for post in posts]
        return _Pool(
            model=model,
            posts=posts,
            probabilities=np.array([[scores[post.id, label] for label in LABEL_NAMES] for post in posts]),
            thresholds=np.array([[row[label].threshold for label in LABEL_NAMES] for row in limits]),
            unsure_from=np.array([[row[label].unsure_from for label in LABEL_NAMES] for row in limits]),
            asked=[place for place, post in enumerate(posts) if post.id in asked],
        )


def _log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(probabilities, EDGE, 1 - EDGE)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _drafts(pool: _Pool, drawn: Drawn, doubt: NDArray[np.float64]) -> list[QuestionDraft]:
    """Write the questions down, both kinds mixed, so that people cannot tell them apart by their order."""
    wanted = [(place, "random", LABEL_NAMES) for place in drawn.random]
    wanted += [(place, "uncertain", (LABEL_NAMES[int(np.argmin(doubt[place]))],)) for place in drawn.uncertain]
    mixed = np.random.default_rng(SEED).permutation(len(wanted))
    return [
        QuestionDraft(
            post_id=pool.posts[place].id,
            revision_number=pool.posts[place].revision_number,
            label=label,
            sampling=sampling,
            flagged=bool(pool.probabilities[place, column] >= pool.thresholds[place, column]),
            probability=float(pool.probabilities[place, column]),
        )
        for place, sampling, labels in (wanted[number] for number in mixed)
        for column, label in enumerate(LABEL_NAMES)
        if label in labels
    ]
