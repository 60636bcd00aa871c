"""Active learning: choose scored posts for people to label, half of them probable, half at random.

One call draws a round from the whole base. Each post gets a flag for every label, decided together with one key, so
that a round teaches and measures all labels. From the random half precision and recall can be estimated without bias.
Of the other half, labels that too few posts are known to carry get more.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifiers.active_learning import Selection, select
from classifiers.features.tokens import TextPreparer
from classifiers.model.classifier import Classifier, traits_of
from classifiers.persistence import Loaded
from classifiers.text.segment import Segmenter
from classifiers.training.local import LEAST_POSITIVES
from monitor.clock import Clock
from monitor.errors import NotReady
from monitor.scoring.flag_value import flag_draft
from storage.database import Database
from storage.models import Model, Post
from storage.review import decisions, drawn
from storage.review.drawn import PROBABLE, RANDOM
from storage.review.flags import FlagDraft
from storage.scoring import registry

MAX_POOL: Final = 3_000  # posts at random; their features must fit into memory
MOST_PROBABLE: Final = 300  # of each label, beside them
MORE_TURNS: Final = 3  # that a label gets until LEAST_POSITIVES posts are known to carry it
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

    Args:
        model: The model in use.
        labels: Its labels.
        posts: The posts.
        probabilities: By the model, shape (posts, labels).
        drawn: Rows of posts that were drawn before.
        chosen: Rows of posts that are there for being probable, and so are not drawn at random.
        turns: The columns of the labels, in the order in which each takes a probable post.

    """

    model: Model
    labels: Sequence[str]
    posts: Sequence[Post]
    probabilities: NDArray[np.float64]
    drawn: list[int]
    chosen: list[int]
    turns: list[int]


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
            NotReady: When the model has scored no post.
            StorageError: When the database fails.

        """
        pool = self._pool(loaded)
        prepared = TextPreparer(self._segmenter, len(pool.posts), on_done).prepare(
            [post.judged_text for post in pool.posts]
        )
        judge = taught or loaded.classifier
        features = judge.space.transform(prepared)
        # The seed depends on what was drawn before, so that the next call draws other random posts.
        titles = [post.context or "" for post in pool.posts]
        scores = pool.probabilities if taught is None else taught.log_odds(features, traits_of(prepared, titles))
        selection = select(
            scores, features, pool.drawn, count, seed=SEED + len(pool.drawn), chosen=pool.chosen, turns=pool.turns
        )
        sampled = _in_mixed_order(selection)
        drafts = [draft for row, _ in sampled for draft in _drafts(pool, row, self._clock.now())]
        posts = [(pool.posts[row].id, sampling) for row, sampling in sampled]
        with self._database.work() as session:
            waiting = drawn.add(session, pool.model.id, drafts, posts, self._clock.now())
            session.commit()
        return SelectionResult(len(posts), len(selection.probable), len(selection.random), len(drafts), waiting)

    def _pool(self, loaded: Loaded) -> _Pool:
        labels = loaded.classifier.labels
        with self._database.work() as session:
            model = next((row for row in registry.all_models(session) if row.version == loaded.version), None)
            askable = drawn.askable(session, model.id) if model else []
            if model is None or not askable:
                message = f"{loaded.version} has scored no post: run `kiemtin score` first"
                raise NotReady(message)
            before = drawn.post_ids(session)
            order = np.random.default_rng(SEED + len(before)).permutation(np.setdiff1d(askable, list(before)))
            by_chance = set(order[:MAX_POOL].tolist())
            probable = {one for label in labels for one in drawn.highest(session, model.id, label, MOST_PROBABLE)}
            numbers = sorted(by_chance | (probable & set(askable)) | set(sorted(before)[-MAX_POOL:]))
            scores = drawn.probabilities(session, model.id, numbers)
            # A post that was edited between the two questions waits for the score of its new text.
            found = drawn.posts_of(session, numbers)
            posts = [post for post in found if all((post.id, label) in scores for label in labels)]
            known = Counter(one.label for one in decisions.label_decisions(session) if one.holds)
        return _Pool(
            model=model,
            labels=labels,
            posts=posts,
            probabilities=np.array([[scores[post.id, label] for label in labels] for post in posts]),
            drawn=[row for row, post in enumerate(posts) if post.id in before],
            chosen=[row for row, post in enumerate(posts) if post.id not in by_chance],
            turns=[
                column
                for column, label in enumerate(labels)
                for _turn in range(MORE_TURNS if known[label] < LEAST_POSITIVES else 1)
            ],
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
