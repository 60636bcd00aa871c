"""Learning to tell kinds of posts apart.

The kinds are those that the project's posts are written down with, told apart by what they are about where there are
enough of them; texts from elsewhere have none, and only lines learn from them.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from classifiers.data.datasets import Example
from classifiers.model.subclasses import Floats, SubclassModel
from classifiers.training.splits import groups_of, random_folds

LEAST_ABOUT: Final = 100  # posts of a kind and topic, from which on they are a kind of their own
LEAST_OF_KIND: Final = 20  # posts of a kind; fewer teach nothing
LEAST_TEXTS: Final = 8  # in which a feature stands that kinds are told by; rarer ones add nothing but time
ROUNDS: Final = 4  # over all posts; as few keep the weights small
BATCHES: Final = 11  # a round
PACE: Final = 0.03
RARITY: Final = 0.5  # the power by which a rare kind's posts count more
EVEN: Final = 0.5  # a share of posts that speaks neither for a label nor against it
SIDE_BY_SIDE: Final = 2  # fits, each of which holds several times its weights
ABOUT: Final = ":"  # between a kind and what it is about
NONE: Final = ""  # the kind of texts that have none


@dataclass(frozen=True, slots=True)
class LearntKinds:
    """A model, and the log-probabilities of each text by models that did not see it, shape (texts, subclasses)."""

    kinds: SubclassModel
    unseen: Floats


def kinds_of(examples: Sequence[Example]) -> NDArray[np.str_]:
    """Name the kind of each post, shape (posts,); NONE where it has none or there are too few like it."""
    kinds = [example.facts.get("kind", NONE) for example in examples]
    about = [
        f"{kind}{ABOUT}{example.facts.get('topic')}" if kind else NONE
        for kind, example in zip(kinds, examples, strict=True)
    ]
    count = Counter(about)
    names = [fine if count[fine] >= LEAST_ABOUT else kind for kind, fine in zip(kinds, about, strict=True)]
    count = Counter(names)
    return np.array([name if count[name] >= LEAST_OF_KIND else NONE for name in names], dtype=np.str_)


def shares_of(names: Sequence[str], kinds: NDArray[np.str_], answers: NDArray[np.bool_]) -> Floats | None:
    """Find how many posts of each kind carry a label; None where no kind says yes, or none says no.

    Args:
        names: The kinds that are asked for.
        kinds: The kind of each post that knows the label, shape (posts,).
        answers: Whether it carries the label.

    """
    of_kind = [answers[kinds == name] for name in names]
    shares = np.array([found.mean() if found.size else EVEN for found in of_kind])
    return shares if (shares > EVEN).any() and (shares < EVEN).any() else None


def learn_kinds(
    matrix: sp.csr_matrix,
    kinds: NDArray[np.str_],
    texts: Sequence[str],
    *,
    folds: int,
    seed: int,
    done: Callable[[], None],
) -> LearntKinds | None:
    """Learn to tell kinds apart, and let each text be judged by what did not see it.

    Args:
        matrix: The features of all texts, shape (texts, features).
        kinds: Of each text, from `kinds_of`.
        texts: The texts themselves: equal ones never stand on both sides of a fold.
        folds: How many parts the posts are split into.
        seed: Decides folds, and the order in which posts are learnt from.
        done: Called after each of `folds` + 1 fits.

    Returns:
        None where there are no two kinds.

    """
    rows = np.flatnonzero(kinds != NONE)
    posts, of_posts = matrix[rows], kinds[rows]
    columns = np.flatnonzero(np.bincount(posts.indices, minlength=matrix.shape[1]) >= LEAST_TEXTS)
    if (of_posts == of_posts[:1]).all() or not columns.size:
        return None
    lesson = _Lesson(posts[:, columns].astype(np.float32), columns, of_posts, seed)
    parts = random_folds(of_posts, groups_of([texts[row] for row in rows.tolist()]), seed, folds)
    with threadpool_limits(1), ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        fitted = []
        for kinds_learnt in threads.map(lesson.fit, [np.arange(len(rows)), *(seen for seen, _ in parts)]):
            fitted.append(kinds_learnt)
            done()
    learnt, *others = fitted
    found = learnt.predict_log_proba(matrix)  # texts without a kind were not learnt from
    for other, (_, judged) in zip(others, parts, strict=True):
        found[rows[judged]] = other.predict_log_proba(posts[judged])
    return LearntKinds(learnt, found)


@dataclass(frozen=True, slots=True)
class _Lesson:
    """The posts that kinds are learnt from.

    Args:
        features: Shape (posts, features read).
        columns: Which of the whole matrix's features are read.
        kinds: Of each post.
        seed: Decides the order in which posts are learnt from.

    """

    features: sp.csr_matrix
    columns: NDArray[np.intp]
    kinds: NDArray[np.str_]
    seed: int

    def fit(self, seen: NDArray[np.intp]) -> SubclassModel:
        """Fit by a few rounds of Adam: rare features move as fast as common ones, and no weight grows far."""
        names, kinds, features = np.unique(self.kinds), self.kinds[seen], self.features[seen]
        counts = Counter(kinds.tolist())
        weights = np.array([counts[kind] ** -RARITY for kind in kinds])
        batch = max(1, -(-len(kinds) // BATCHES))
        model = MLPClassifier((), alpha=0.0, batch_size=batch, learning_rate_init=PACE, random_state=self.seed)
        for _ in range(ROUNDS):
            model.partial_fit(features, kinds, classes=names, sample_weight=weights / weights.mean())
        rounded = model.coefs_[0].astype(np.float16).astype(np.float32)
        return SubclassModel(
            tuple(names.tolist()), self.columns, rounded, np.asarray(model.intercepts_[0], dtype=np.float64)
        )
