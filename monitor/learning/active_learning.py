"""Active learning: choose scored posts for people to label, half of them probable, half at random.

One call draws a round. Each post gets a question for every label, answered together with one key, so that a round
teaches and measures all labels. From the random half precision and recall can be estimated without bias.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.active_learning import Selection, select
from classifiers.data.metadata import Context
from classifiers.features.tokens import TextPreparer
from classifiers.model.classifier import Classifier, traits_of
from classifiers.persistence import Loaded
from classifiers.text.segment import Segmenter
from monitor.clock import Clock
from monitor.errors import NotReady
from monitor.scoring.thresholds import thresholds_in_force
from storage.database import Database
from storage.models import Model, Post
from storage.review import questions
from storage.review.questions import QuestionDraft
from storage.scoring import registry

WINDOW: Final = timedelta(days=30)
MAX_POOL: Final = 4_000  # the newest posts of the window; their features must fit into memory
RANDOM, PROBABLE = "random", "uncertain"  # as they are stored; the second was first drawn for doubt
SEED: Final = 20260101


@dataclass(frozen=True, slots=True)
class SelectionResult:
    """The number of posts drawn, by way of drawing; of new questions; and of all open questions (`waiting`)."""

    posts: int
    probable: int
    random: int
    questions: int
    waiting: int


@dataclass(frozen=True, slots=True)
class _Pool:
    """The posts to draw from.

    `probabilities` has shape (posts, labels), `thresholds` (labels,). `asked` holds the rows of posts with earlier
    questions.
    """

    model: Model
    labels: Sequence[str]
    posts: Sequence[Post]
    probabilities: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    asked: list[int]


class QuestionSelector:
    """Selects scored posts and adds questions about them.

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
        self,
        loaded: Loaded,
        count: int,
        on_done: Callable[[int, int], None] = lambda _done, _total: None,
        *,
        taught: Classifier | None = None,
    ) -> SelectionResult:
        """Draw posts and add questions about them. Posts with earlier questions are not drawn again.

        Args:
            loaded: The model in use.
            count: How many posts to draw.
            on_done: Called with the number of posts read so far, and their total.
            taught: The candidate of earlier rounds, whose scores say which posts are probable; None: the model in use.

        Raises:
            NotReady: When the model has scored no post of the last days.
            StorageError: When the database fails.

        """
        pool = self._pool(loaded)
        prepared = TextPreparer(self._segmenter, len(pool.posts), on_done).prepare(
            [post.judged_text for post in pool.posts]
        )
        judge = taught or loaded.classifier
        features = judge.space.transform(prepared)
        # The seed depends on what was asked before, so that the next call draws other random posts.
        contexts = [Context(title=post.context or "") for post in pool.posts]
        scores = pool.probabilities if taught is None else taught.log_odds(features, traits_of(prepared, contexts))
        drawn = select(scores, features, pool.asked, count, seed=SEED + len(pool.asked))
        drafts = list(_drafts(pool, drawn))
        with self._database.work() as session:
            questions.add(session, pool.model.id, drafts, self._clock.now())
            waiting = questions.open_count(session)
            session.commit()
        return SelectionResult(len(drawn.all), len(drawn.probable), len(drawn.random), len(drafts), waiting)

    def _pool(self, loaded: Loaded) -> _Pool:
        since, labels = self._clock.now() - WINDOW, loaded.classifier.labels
        with self._database.work() as session:
            model = next((row for row in registry.all_models(session) if row.version == loaded.version), None)
            posts = questions.scored_posts(session, model.id, since, MAX_POOL) if model else []
            if model is None or not posts:
                message = (
                    f"{loaded.version} has scored no post of the last {WINDOW.days} days: run `kiemtin score` first"
                )
                raise NotReady(message)
            scores = questions.probabilities(session, model.id, since)
            asked = {post_id for post_id, _ in questions.asked_pairs(session)}
            thresholds = thresholds_in_force(session, model, self._clock.now())
        return _Pool(
            model=model,
            labels=labels,
            posts=posts,
            probabilities=np.array([[scores[post.id, label] for label in labels] for post in posts]),
            thresholds=np.array([thresholds[label] for label in labels]),
            asked=[row for row, post in enumerate(posts) if post.id in asked],
        )


def _drafts(pool: _Pool, drawn: Selection) -> Iterator[QuestionDraft]:
    """Make the questions, random and probable posts in mixed order, so that the order tells reviewers nothing."""
    wanted = [(row, RANDOM) for row in drawn.random] + [(row, PROBABLE) for row in drawn.probable]
    # The seed is fixed so that a repeated run gives the same order.
    for number in np.random.default_rng(SEED).permutation(len(wanted)):
        row, sampling = wanted[number]
        for column, label in enumerate(pool.labels):
            yield QuestionDraft(
                post_id=pool.posts[row].id,
                revision_number=pool.posts[row].revision_number,
                label=label,
                sampling=sampling,
                flagged=bool(pool.probabilities[row, column] >= pool.thresholds[column]),
                probability=float(pool.probabilities[row, column]),
            )
