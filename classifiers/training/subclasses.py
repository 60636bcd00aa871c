"""Training of the model that tells subclasses of posts apart.

A subclass is a kind of post, as the project's posts are recorded with, split by topic where there are enough of them.
Texts from elsewhere have none; only the linear models are trained on them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from classifiers.data.datasets import Example
from classifiers.model.subclasses import Floats, SubclassModel, label_log_odds, subclass_shares
from classifiers.training.calibration import SubclassScores
from classifiers.training.splits import random_folds

LEAST_OF_TOPIC: Final = 100  # posts of a kind and a topic, from which on they are a subclass
LEAST_OF_KIND: Final = 20  # posts of a kind; fewer are no subclass
LEAST_DOCUMENTS: Final = 20  # posts that have a feature; rarer features cost size and gain nothing
EPOCHS: Final = 4  # few, so that weights stay small
BATCHES: Final = 11  # an epoch
LEARNING_RATE: Final = 0.03
RARITY_EXPONENT: Final = 0.5  # posts of a subclass of n posts weigh n ** -RARITY_EXPONENT
NONE: Final = ""  # the subclass of texts that have none


@dataclass(frozen=True, slots=True)
class FittedSubclasses:
    """A subclass model, and what such models say of texts that they had not seen.

    Args:
        model: Fitted on all posts.
        names: The subclass of each text, shape (texts,); NONE where it has none.
        unseen: Log-probabilities of each text by models that had not seen it, shape (texts, subclasses).

    """

    model: SubclassModel
    names: NDArray[np.str_]
    unseen: Floats

    def scores(
        self,
        rows: NDArray[np.intp],
        answers: NDArray[np.bool_],
        weight: float,
        kind_factors: Mapping[str, float],
    ) -> SubclassScores | None:
        """Give what subclasses say of a label.

        Args:
            rows: The texts that know the label.
            answers: Whether they carry it, in the shape of `rows`.
            weight: The label's `subclass_weight`.
            kind_factors: The label's `kind_factors`.

        Returns:
            None where the weight is 0, or where all subclasses say the same.

        """
        if not weight:
            return None
        names = self.names[rows]
        of_subclass = [answers[names == name] for name in self.model.names]
        given = np.array([known.mean() if known.size else answers.mean() for known in of_subclass])
        if given.max() == given.min():
            return None
        factors = np.array([kind_factors.get(name.partition(":")[0], 1.0) for name in self.model.names])
        shares = subclass_shares(given, factors)
        return SubclassScores(label_log_odds(self.unseen[rows], shares), shares, weight)


def subclass_names(examples: Sequence[Example], groups: NDArray[np.intp]) -> NDArray[np.str_]:
    """Name the subclass of each post, shape (posts,); NONE where it has none or too few are like it.

    Args:
        examples: The posts.
        groups: Equal for equal texts, which count once; from `groups_of`.

    """
    kinds = [example.facts.get("kind", NONE) for example in examples]
    topics = [example.facts.get("topic", "") for example in examples]
    fine = [f"{kind}:{topic}" if kind else NONE for kind, topic in zip(kinds, topics, strict=True)]
    count = _different_texts(fine, groups)
    names = [both if count[both] >= LEAST_OF_TOPIC else kind for both, kind in zip(fine, kinds, strict=True)]
    count = _different_texts(names, groups)
    return np.array([name if count[name] >= LEAST_OF_KIND else NONE for name in names], dtype=np.str_)


def _different_texts(names: Sequence[str], groups: NDArray[np.intp]) -> Counter[str]:
    return Counter(name for name, _ in set(zip(names, groups.tolist(), strict=True)))


def fit_subclasses(
    matrix: sp.csr_matrix,
    names: NDArray[np.str_],
    groups: NDArray[np.intp],
    *,
    folds: int,
    seed: int,
    on_fitted: Callable[[], None],
) -> FittedSubclasses | None:
    """Fit the subclass model, and score each text by models that did not see it.

    Args:
        matrix: The features of all texts, shape (texts, features).
        names: From `subclass_names`.
        groups: Equal for equal texts, which never stand on both sides of a fold; from `groups_of`.
        folds: How many parts the posts are split into.
        seed: Decides folds, and the order in which the solver takes posts.
        on_fitted: Called after each of `folds` + 1 fits.

    Returns:
        None where there are no two subclasses.

    """
    rows = np.flatnonzero(names != NONE)
    posts, of_posts = matrix[rows], names[rows]
    columns = np.flatnonzero(np.bincount(posts.indices, minlength=matrix.shape[1]) >= LEAST_DOCUMENTS)
    if (of_posts == of_posts[:1]).all() or not columns.size:
        return None
    features = posts[:, columns].astype(np.float32)
    # Linear algebra of this size gains nothing from threads, and its sums would differ with their number.
    with threadpool_limits(1):
        model = _fit(features, of_posts, columns, np.unique(of_posts), seed)
        on_fitted()
        unseen = model.predict_log_proba(matrix)  # texts without a subclass were not trained on
        for seen, judged in random_folds(of_posts, groups[rows], seed, folds):
            other = _fit(features[seen], of_posts[seen], columns, np.unique(of_posts), seed)
            # Also copies that have no subclass themselves: their text was trained on.
            held_out = np.isin(groups, groups[rows[judged]])
            unseen[held_out] = other.predict_log_proba(matrix[held_out])
            on_fitted()
    return FittedSubclasses(model, names, unseen)


def _fit(
    features: sp.csr_matrix, names: NDArray[np.str_], columns: NDArray[np.intp], classes: NDArray[np.str_], seed: int
) -> SubclassModel:
    """Fit a softmax regression by a few epochs of Adam (Kingma and Ba, 2015)."""
    counts = Counter(names.tolist())
    weights = np.array([counts[name] ** -RARITY_EXPONENT for name in names])
    batch = max(1, -(-len(names) // BATCHES))
    # Without hidden layers this is a softmax regression. Stopping early keeps its weights small; a solver that runs to
    # the optimum takes far longer on a hundred classes.
    solver = MLPClassifier((), alpha=0.0, batch_size=batch, learning_rate_init=LEARNING_RATE, random_state=seed)
    for _ in range(EPOCHS):
        solver.partial_fit(features, names, classes=classes, sample_weight=weights / weights.mean())
    weights_, intercepts = solver.coefs_[0], solver.intercepts_[0]
    if weights_.shape[1] == 1:  # of two classes the solver gives one output: the score of the second
        weights_ = np.column_stack([np.zeros_like(weights_), weights_])
        intercepts = np.append(0.0, intercepts)
    rounded = weights_.astype(np.float16).astype(np.float32)  # as it is stored
    return SubclassModel(tuple(classes.tolist()), columns, rounded, np.asarray(intercepts, dtype=np.float64))
