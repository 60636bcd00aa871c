"""Active learning: choose scored posts for people to label, half of them probable, half at random.

One call draws a round. Each post gets a flag for every label, decided together with one key, so that a round
teaches and measures all labels. From the random half precision and recall can be estimated without bias.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from monitor.scoring.flag_value import flag_draft
from storage.database import Database
from storage.models import Model, Post
from storage.review import drawn
from storage.review.drawn import PROBABLE, RANDOM
from storage.review.flags import FlagDraft
from storage.scoring import registry

WINDOW: Final = timedelta(days=30)
MAX_POOL: Final = 4_000  # the newest posts of the window; their features must fit into memory
SEED: Final = 20260101


@dataclass(frozen=True, slots=True)
class SelectionResult:
    """The number of posts drawn, by way of drawing; of their flags; and of all that wait for a decision (`waiting`)."""

    posts: int
    probable: int
    random: int
    flags: int
    waiting: int


@dataclass(frozen=True, slots=True)
class _Pool:
    """The posts to draw from.

    `probabilities` have shape (posts, labels). `drawn` holds the rows of posts that were drawn before.
    """

    model: Model
    labels: Sequence[str]
    posts: Sequence[Post]
    probabilities: NDArray[np.float64]
    drawn: list[int]


class PostSelector:
    """Selects scored posts for people to label.

    Args:
        database: Where posts, scores and flags stand.
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
        """Draw posts, and add the flags that they lack. Posts that were drawn before are not drawn again.

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
        # The seed depends on what was drawn before, so that the next call draws other random posts.
        contexts = [Context(title=post.context or "") for post in pool.posts]
        scores = pool.probabilities if taught is None else taught.log_odds(features, traits_of(prepared, contexts))
        selection = select(scores, features, pool.drawn, count, seed=SEED + len(pool.drawn))
        sampled = _in_mixed_order(selection)
        drafts = [draft for row, _ in sampled for draft in _drafts(pool, row, self._clock.now())]
        posts = [(pool.posts[row].id, sampling) for row, sampling in sampled]
        with self._database.work() as session:
            waiting = drawn.add(session, pool.model.id, drafts, posts, self._clock.now())
            session.commit()
        return SelectionResult(len(posts), len(selection.probable), len(selection.random), len(drafts), waiting)

    def _pool(self, loaded: Loaded) -> _Pool:
        since, labels = self._clock.now() - WINDOW, loaded.classifier.labels
        with self._database.work() as session:
            model = next((row for row in registry.all_models(session) if row.version == loaded.version), None)
            posts = drawn.scored_posts(session, model.id, since, MAX_POOL) if model else []
            if model is None or not posts:
                message = (
                    f"{loaded.version} has scored no post of the last {WINDOW.days} days: run `kiemtin score` first"
                )
                raise NotReady(message)
            scores = drawn.probabilities(session, model.id, since)
            # A post that was edited between the two questions waits for the score of its new text.
            posts = [post for post in posts if all((post.id, label) in scores for label in labels)]
            before = drawn.post_ids(session)
        return _Pool(
            model=model,
            labels=labels,
            posts=posts,
            probabilities=np.array([[scores[post.id, label] for label in labels] for post in posts]),
            drawn=[row for row, post in enumerate(posts) if post.id in before],
        )


def _in_mixed_order(selection: Selection) -> list[tuple[int, str]]:
    """Return the rows of random and probable posts, mixed, so that the order tells reviewers nothing."""
    chosen = [(row, RANDOM) for row in selection.random] + [(row, PROBABLE) for row in selection.probable]
    # The seed is fixed so that a repeated run gives the same order.
    return [chosen[number] for number in np.random.default_rng(SEED).permutation(len(chosen))]


def _drafts(pool: _Pool, row: int, now: datetime) -> Iterator[FlagDraft]:
    """Yield a flag of each label on a post; no reasons, for nobody shall be led by them."""
    for column, label in enumerate(pool.labels):
        yield flag_draft(pool.posts[row], label, float(pool.probabilities[row, column]), (), now)
