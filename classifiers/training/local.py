"""Teaching: adapt a trained classifier to a few hundred labelled posts of the place where it is used.

The given classifier is the prior mean of a logistic regression: weights of features and subclasses correct a label's
log-odds, by the share that makes local posts likeliest that the correction had not seen. A label of which they show no
gain keeps its weights. A threshold stays, unless local posts show that it is too low. All of this is linear in the
features, so the result is an ordinary classifier with the same features, explained in the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.data.datasets import Example, data_hash, hash_of
from classifiers.evaluation.bootstrap import wilson
from classifiers.evaluation.metrics import LabelMetrics, measure
from classifiers.features.space import LEXICON
from classifiers.features.tokens import prepare_many
from classifiers.model.classifier import Classifier, LabelModel, sigmoid, traits_of
from classifiers.model.subclasses import SubclassModel
from classifiers.text.segment import Segmenter
from classifiers.training.config import LOCAL_PRECISION
from classifiers.training.flag_precision import FlagPrecision
from classifiers.training.linear import Floats, fit_dual
from classifiers.training.splits import Fold, random_folds

TEACHING_VERSION: Final = 6  # raised when the same posts teach another model
# Chosen by cross-validation inside a set of real posts.
FEATURE_VARIANCE: Final = 5.0  # prior variance of the weight of a feature
LEXICON_VARIANCE: Final = 1.5  # the same for groups of the lexicon, which the corpus has shown often enough
SUBCLASS_VARIANCE: Final = 2.0  # of what all subclasses together add to the log-odds of a post, in the mean
SLOPE_DEVIATION: Final = 1.0  # prior standard deviation of the slope around 1
INTERCEPT_DEVIATION: Final = 3.0  # and of the intercept around 0: labels may be rarer or more common than in the corpus
CALIBRATION_DEVIATIONS: Final = (0.5, 2.0)  # the same of the calibration on posts that were not seen
SHARES: Final = (0.0, 0.25, 0.5, 1.0)  # of a correction; the first of equal ones is taken
LEAST_POSITIVES: Final = 8  # posts with a label, and without; with fewer its model stays as it is
MOST_POSTS: Final = 2000  # that are learnt from, and that are judged, the newest ones: the kernel of more takes minutes
FOLDS: Final = 10
SEED: Final = 20260101


@dataclass(frozen=True, slots=True)
class AdaptedLabel:
    """One label after teaching.

    Args:
        model: Its model; the given one where there are too few posts, or where they show no gain.
        threshold: The probability from which it is flagged.
        flags: What flags would be right on posts that were not seen.
        unseen: Probabilities of the posts that know the label, by models that did not see them.
        answers: Their answers, in the same shape.
        changed: Whether the model was adapted.

    """

    model: LabelModel
    threshold: float
    flags: FlagPrecision
    unseen: Floats
    answers: NDArray[np.bool_]
    changed: bool

    def metrics(self) -> LabelMetrics:
        """Measure the label on posts that were not seen."""
        return measure(self.unseen, self.answers, self.threshold, self.flags.curve())


@dataclass(frozen=True, slots=True)
class Adapted:
    """An adapted classifier, its labels by name, and the posts that it was taught and judged by."""

    classifier: Classifier
    labels: Mapping[str, AdaptedLabel]
    local: "LocalPosts"

    @property
    def posts(self) -> int:
        """How many different posts it was taught by."""
        return int(self.local.learnt.sum())

    @property
    def metrics(self) -> dict[str, LabelMetrics]:
        """The figures of the labels that were adapted, on posts that were not seen."""
        return {name: label.metrics() for name, label in self.labels.items() if label.changed}


def adapt(
    base: Classifier,
    posts: Sequence[Example],
    segmenter: Segmenter,
    *,
    judged: Sequence[Example] = (),
) -> Adapted:
    """Teach a classifier.

    Args:
        base: The classifier to start from; it stays as it is.
        posts: Labelled posts, oldest first. Of equal texts the newest counts.
        segmenter: Cuts texts into words.
        judged: More labelled posts, by which thresholds and shares of corrections are set and nothing else is learnt.

    """
    local = LocalPosts.prepare(base, [*posts, *judged], len(posts), segmenter)
    labels = {model.label: local.adapt_label(column) for column, model in enumerate(base.label_models)}
    classifier = Classifier(
        base.space,
        [label.model for label in labels.values()],
        {name: label.threshold for name, label in labels.items()},
        segmenter,
        subclasses=base.subclasses,
    )
    return Adapted(classifier, labels, local)


@dataclass(frozen=True, slots=True)
class LocalPosts:
    """Labelled posts with what all labels need of them.

    Args:
        base: The classifier to start from.
        matrix: Their features, shape (posts, features).
        traits: From `traits_of`, shape (posts, 2).
        log_odds: By the base, shape (posts, labels).
        kernel: Prior covariance of the log-odds by features and subclasses, shape (posts, posts).
        answers: 1 yes, 0 no, -1 unknown, shape (posts, labels).
        learnt: Which are learnt from; the others are only judged, shape (posts,).
        rows: Which of the given examples they are, shape (posts,).
        subclass_variance: Prior variance of the weight of each subclass score.

    """

    base: Classifier
    matrix: sp.csr_matrix
    traits: Floats
    log_odds: Floats
    kernel: Floats
    answers: NDArray[np.int8]
    learnt: NDArray[np.bool_]
    rows: NDArray[np.intp]
    subclass_variance: float

    @classmethod
    def prepare(cls, base: Classifier, examples: Sequence[Example], learnt: int, segmenter: Segmenter) -> "LocalPosts":
        """Prepare posts, the first `learnt` of which are learnt from; equal texts are one."""
        texts = prepare_many([example.text for example in examples], segmenter)
        newest = {text.aligned.text: row for row, text in enumerate(texts)}
        rows = sorted(newest.values())
        parts = ([row for row in rows if (row < learnt) is taught] for taught in (True, False))
        rows = [row for part in parts for row in part[-MOST_POSTS:]]
        kept = [texts[row] for row in rows]
        matrix = base.space.transform(kept)
        traits = traits_of(kept, [examples[row].title for row in rows])
        known = [[examples[row].labels.get(label) for label in base.labels] for row in rows]
        answers = np.array([[-1 if one is None else int(one) for one in row] for row in known], dtype=np.int8)
        kernel, subclass_variance = _kernel(base, matrix)
        return cls(
            base,
            matrix,
            traits,
            base.log_odds(matrix, traits),
            kernel,
            answers.reshape(len(rows), len(base.labels)),
            np.array(rows, dtype=np.intp) < learnt,
            np.array(rows, dtype=np.intp),
            subclass_variance,
        )

    def adapt_label(self, column: int) -> AdaptedLabel:
        """Adapt one label: the model where posts that it had not seen show a gain, and the threshold."""
        model = self.base.label_models[column]
        known = np.flatnonzero(self.answers[:, column] >= 0)
        answers, learnt = self.answers[known, column] == 1, self.learnt[known]
        log_odds, share = self.log_odds[known, column], 0.0
        if min(int(answers[learnt].sum()), int((~answers[learnt]).sum())) >= LEAST_POSITIVES:
            correction, weights, intercept = self._correct(column, known)
            if share := _share(log_odds, correction, answers):
                log_odds = log_odds + share * correction
                moved = model.intercept + share * intercept
                model = replace(model, weights=model.weights + share * weights, intercept=moved)
        unseen = sigmoid(log_odds)
        flags = FlagPrecision.from_scores(unseen, answers)
        threshold = _threshold(flags, self.base.thresholds[model.label], LOCAL_PRECISION[model.label])
        return AdaptedLabel(model, threshold, flags, unseen, answers, changed=share > 0)

    def _correct(self, column: int, known: NDArray[np.intp]) -> tuple[Floats, Floats, float]:
        """Fit what features and subclasses add to the log-odds of one label.

        A slope and an intercept are fitted beside them and left out: they would learn how posts were drawn. For the
        same reason the mean of what is added to the posts that are learnt from is taken off.

        Returns:
            What is added to each known post by models that did not see it, and the weights and intercept that add it.

        """
        answers, offsets = self.answers[known, column] == 1, self.log_odds[known, column]
        added = self.kernel[np.ix_(known, known)]
        kernel = added + SLOPE_DEVIATION**2 * np.outer(offsets, offsets) + INTERCEPT_DEVIATION**2
        taught, judged = (np.flatnonzero(self.learnt[known] == which) for which in (True, False))
        folds = [(taught[seen], taught[unseen]) for seen, unseen in folds_of(answers[taught])]
        correction = np.zeros(len(known))
        for seen, unseen in [*folds, (taught, judged)]:  # the last one is by all that is learnt from
            coefficients = fit_dual(kernel[np.ix_(seen, seen)], offsets[seen], answers[seen])
            mean = float((added[np.ix_(seen, seen)] @ coefficients).mean())
            correction[unseen] = added[np.ix_(unseen, seen)] @ coefficients - mean
        weights, intercept = self._weights(known[taught], coefficients)
        return correction, weights, intercept - mean

    def _weights(self, seen: NDArray[np.intp], coefficients: Floats) -> tuple[Floats, float]:
        """Turn dual coefficients into the weights of features and an intercept."""
        weights = _variances(self.base, self.matrix.shape[1]) * np.asarray(self.matrix[seen].T @ coefficients)
        if self.base.subclasses is None:
            return weights, 0.0
        centred = _CentredSubclasses.of(self.base.subclasses)
        along = self.subclass_variance * (centred.scores(self.matrix[seen]).T @ coefficients)
        weights[centred.columns] += centred.weights @ along
        return weights, float(centred.intercepts @ along)


def taught_hash(base: str, posts: Sequence[Example], judged: Sequence[Example] = ()) -> str:
    """Hash what a taught model depends on: the data hash of its base, the posts with their titles, and those judged."""
    titles = [example.title for example in (*posts, *judged)]
    return hash_of(TEACHING_VERSION, base, data_hash(posts), data_hash(judged), titles)


def folds_of(answers: NDArray[np.bool_]) -> list[Fold]:
    """Split posts, whose answers have shape (posts,), into at most FOLDS parts with some of each answer in each."""
    parts = min(FOLDS, int(answers.sum()), int((~answers).sum()))
    return random_folds(answers, np.arange(len(answers)), SEED, parts)


def _variances(base: Classifier, width: int) -> Floats:
    """Give the prior variance of each feature's weight, shape (features,)."""
    variances = np.full(width, FEATURE_VARIANCE)
    variances[base.space.block(LEXICON.name)] = LEXICON_VARIANCE
    return variances


def _kernel(base: Classifier, matrix: sp.csr_matrix) -> tuple[Floats, float]:
    """Give the kernel of features and subclasses, and the prior variance of the weight of each subclass score."""
    scaled = matrix @ sp.diags(np.sqrt(_variances(base, matrix.shape[1])))
    kernel = np.asarray((scaled @ scaled.T).toarray(), dtype=np.float64)
    if base.subclasses is None:
        return kernel, 0.0
    scores = _CentredSubclasses.of(base.subclasses).scores(matrix)
    # So that all scores together add SUBCLASS_VARIANCE, in the mean of the posts.
    variance = SUBCLASS_VARIANCE / max(float((scores**2).sum()) / max(len(scores), 1), np.finfo(np.float64).eps)
    return kernel + variance * (scores @ scores.T), variance


@dataclass(frozen=True, slots=True)
class _CentredSubclasses:
    """The linear scores of subclasses less their mean, so that what all of them share does not count."""

    columns: NDArray[np.intp]
    weights: Floats
    intercepts: Floats

    @classmethod
    def of(cls, model: SubclassModel) -> "_CentredSubclasses":
        weights = model.weights.astype(np.float64)
        weights -= weights.mean(axis=1, keepdims=True)
        return cls(model.columns, weights, model.intercepts - model.intercepts.mean())

    def scores(self, matrix: sp.csr_matrix) -> Floats:
        """Score posts, shape (posts, subclasses)."""
        return np.asarray(matrix[:, self.columns] @ self.weights + self.intercepts)


def _share(log_odds: Floats, correction: Floats, answers: NDArray[np.bool_]) -> float:
    """Choose the share of a correction by which posts that it had not seen gain likelihood; 0 where none surely does.

    What counts is the gain less its standard error. Both sides are calibrated, so that only the order of posts counts
    and not how they were drawn.
    """
    signs = np.where(answers, 1.0, -1.0)

    def losses(share: float) -> Floats:
        scores = log_odds + share * correction
        columns = np.column_stack([scores, np.ones(len(scores))]) * np.array(CALIBRATION_DEVIATIONS)
        kernel = columns @ columns.T
        return np.asarray(np.logaddexp(0, -signs * (scores + kernel @ fit_dual(kernel, scores, answers))))

    unchanged = losses(0.0)

    def least_gain(share: float) -> float:
        gains = unchanged - losses(share)
        return float(gains.sum() - np.sqrt(len(gains)) * gains.std())

    return max(SHARES, key=least_gain)


def _threshold(flags: FlagPrecision, threshold: float, precision: float) -> float:
    """Raise the base's threshold where local posts show that too many flags are wrong; else it stays.

    It rests on far more posts than these, half of which were drawn for being probable.

    Args:
        flags: What flags of the adapted model would be right.
        threshold: The base's.
        precision: The wanted precision.

    """
    count, right = flags.counted(threshold)
    return threshold if wilson(right, count)[1] >= precision else max(flags.lowest(precision), threshold)
