"""Active learning: choose scored posts for people to label, half of them probable, half at random.

One call draws a round from the whole base. Each post gets a flag for every label, decided together with one key, so
that a round teaches and measures all labels. The random half is an unbiased sample, from which precision and recall can
be estimated. The other half are the posts that score highest for one of the labels: that is where positives are, which
are rare, and where a threshold is decided. Labels that too few posts are known to carry get more of them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.features.tokens import prepare_many
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
from storage.scoring import registry

MAX_POOL: Final = 3_000  # posts at random; their features must fit into memory
MOST_PROBABLE: Final = 300  # of each label, beside them
MORE_TURNS: Final = 3  # that a label gets until LEAST_POSITIVES posts are known to carry it
COPY: Final = 0.9  # cosine of the features from which on a text is a copy, whose answer is known
AT_ONCE: Final = 256  # texts that all others are compared with: nearly every two share some feature
SEED: Final = 20260101


class Selection(NamedTuple):
    """The rows of the selected posts, by how they were selected."""

    probable: list[int]
    random: list[int]


@dataclass(frozen=True, slots=True)
class _Pool:
    """The posts to draw from.

    Args:
        model: The model in use.
        posts: The posts.
        probabilities: By the model, shape (posts, labels).
        drawn: Rows of posts that were drawn before.
        chosen: Rows of posts that are there for being probable, and so are not drawn at random.
        turns: The columns of the labels, in the order in which each takes a probable post.

    """

    model: Model
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
    ) -> int:
        """Draw posts, and add the flags that they lack; returns how many posts. None is drawn twice.

        Args:
            loaded: The model in use.
            count: How many posts to draw.
            on_done: Called with the number of posts read so far, and their total.
            taught: The candidate of earlier rounds, whose scores say which posts are probable; None, or one of other
                labels: the model in use.

        Raises:
            NotReady: When the model has scored no post.
            StorageError: When the database fails.

        """
        pool, now = self._pool(loaded), self._clock.now()
        prepared = prepare_many([post.judged_text for post in pool.posts], self._segmenter, on_done)
        features = (taught or loaded.classifier).space.transform(prepared)
        scores = pool.probabilities
        if taught is not None and taught.labels == loaded.classifier.labels:
            scores = taught.log_odds(features, traits_of(prepared, [post.context or "" for post in pool.posts]))
        # The seed depends on what was drawn before, so that the next call draws other random posts.
        selection = select(
            scores, features, pool.drawn, count, seed=SEED + len(pool.drawn), chosen=pool.chosen, turns=pool.turns
        )
        sampled = _in_mixed_order(selection)
        drafts = [  # without reasons, for nobody shall be led by them
            flag_draft(pool.posts[row], label, float(probability), (), now)
            for row, _sampling in sampled
            for label, probability in zip(loaded.classifier.labels, pool.probabilities[row], strict=True)
        ]
        posts = [(pool.posts[row].id, sampling) for row, sampling in sampled]
        with self._database.changes() as session:
            drawn.add(session, pool.model.id, drafts, posts, now)
        return len(posts)

    def _pool(self, loaded: Loaded) -> _Pool:
        labels = loaded.classifier.labels
        with self._database.work() as session:
            model = next((row for row in registry.all_models(session) if row.version == loaded.version), None)
            askable = drawn.askable(session, model.id) if model else []
            if model is None or not askable:
                raise NotReady(f"{loaded.version} has scored no post: run `kiemtin score` first")
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
        turns = [MORE_TURNS if known[label] < LEAST_POSITIVES else 1 for label in labels]
        return _Pool(
            model=model,
            posts=posts,
            probabilities=np.array([[scores[post.id, label] for label in labels] for post in posts]),
            drawn=[row for row, post in enumerate(posts) if post.id in before],
            chosen=[row for row, post in enumerate(posts) if post.id not in by_chance],
            turns=np.repeat(np.arange(len(labels)), turns).tolist(),
        )


def select(
    scores: NDArray[np.float64],
    features: sp.csr_matrix,
    excluded: Sequence[int],
    count: int,
    *,
    seed: int,
    chosen: Sequence[int] = (),
    turns: Sequence[int] | None = None,
) -> Selection:
    """Select texts to ask about, none twice and no copies among the probable ones.

    Args:
        scores: Of each text for each label, shape (texts, labels); compared within a label only.
        features: By which copies are known, shape (texts, features).
        excluded: Texts that were asked about before.
        count: How many to select; fewer where fewer are left.
        seed: Seed of the random half.
        chosen: Texts that are here for their scores, and so are not drawn at random.
        turns: The columns of labels, in the order in which each takes its next highest text; None: all in turn.

    """
    left = np.setdiff1d(np.arange(len(scores)), np.asarray(excluded, dtype=np.intp))
    # The random half is taken first and from all texts alike; else it would not be a sample of all.
    alike = np.setdiff1d(left, np.asarray(chosen, dtype=np.intp))
    random = np.random.default_rng(seed).permutation(alike)[: count - count // 2]
    left = np.setdiff1d(left, random)
    length = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    rows = sp.csr_matrix(sp.diags(1 / np.where(length > 0, length, 1.0)) @ features)
    copied = _copies(rows, [*excluded, *random.tolist()])
    queues = [iter(left[np.argsort(-of_label[left], kind="stable")].tolist()) for of_label in scores.T]
    probable: list[int] = []
    for queue in cycle([queues[column] for column in turns or range(len(queues))]):
        number = next((one for one in queue if not copied[one]), None) if len(probable) < count // 2 else None
        if number is None:
            break
        probable.append(number)
        copied |= _copies(rows, [number])
        copied[number] = True
    return Selection(probable, random.tolist())


def _copies(rows: sp.csr_matrix, of: Sequence[int]) -> NDArray[np.bool_]:
    """Find the texts that are copies of some of them, shape (texts,)."""
    found = np.zeros(rows.shape[0], dtype=bool)
    for start in range(0, len(of), AT_ONCE):
        closest = (rows @ rows[np.asarray(of[start : start + AT_ONCE])].T).max(axis=1)
        found |= closest.toarray().ravel() >= COPY
    return found


def _in_mixed_order(selection: Selection) -> list[tuple[int, str]]:
    """Return the rows of random and probable posts, mixed, so that the order tells reviewers nothing."""
    chosen = [(row, RANDOM) for row in selection.random] + [(row, PROBABLE) for row in selection.probable]
    # The seed is fixed so that a repeated run gives the same order.
    return [chosen[number] for number in np.random.default_rng(SEED).permutation(len(chosen))]
