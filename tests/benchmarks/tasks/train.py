"""Training a task: linear models of several binary targets, and perhaps trees, stacked into calibrated classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from classifiers.data.datasets import Example
from classifiers.errors import TrainingFailed
from classifiers.features.tokens import PreparedText, TextPreparer
from classifiers.model.classifier import sigmoid
from classifiers.text.segment import Segmenter
from classifiers.training.splits import Fold
from tests.benchmarks.tasks.classes import (
    class_names,
    class_numbers,
    class_targets,
    class_thresholds,
    require_every_class,
    stack,
)
from tests.benchmarks.tasks.config import TaskConfig
from tests.benchmarks.tasks.features import AuxiliarySet, TaskSpace, fit_design
from tests.benchmarks.tasks.linear import BinaryTarget, DesignMatrix, Floats, LinearModel
from tests.benchmarks.tasks.splits import recency_weights, task_folds, times_of
from tests.benchmarks.tasks.trees import Trees, cues

LEAST_EXAMPLES = 10  # different texts of a class, and of the others


@dataclass(frozen=True, slots=True)
class ClassScores:
    """What was predicted for some texts.

    Args:
        log_odds: Calibrated, shape (texts, classes).
        thresholds: The probability of each class that the others are compared from, shape (classes,).

    """

    log_odds: Floats
    thresholds: Floats

    @property
    def probabilities(self) -> Floats:
        """The probability of each class for itself, shape (texts, classes)."""
        return sigmoid(self.log_odds)

    @property
    def predicted(self) -> NDArray[np.intp]:
        """The place of the class that is farthest above its threshold, in log-odds, shape (texts,)."""
        limits = np.log(self.thresholds) - np.log1p(-self.thresholds)
        return np.asarray((self.log_odds - limits).argmax(axis=1), dtype=np.intp)


@dataclass(frozen=True, slots=True)
class TaskModel:
    """A trained task.

    Args:
        classes: The names of the classes, from mild to grave.
        space: The fitted features.
        weights: Shape (features, classes).
        intercepts: Shape (classes,).
        trees: Boosted trees on the text as a whole, if the task has them.
        tree_weights: The weight of their score, shape (classes,).
        thresholds: Shape (classes,).
        unseen: Scores of the training texts by models that did not see them; rows of NaN where no fold scored a text.
        segmenter: Cuts texts into words.

    """

    classes: tuple[str, ...]
    space: TaskSpace
    weights: Floats
    intercepts: Floats
    trees: Trees | None
    tree_weights: Floats
    thresholds: Floats
    unseen: ClassScores
    segmenter: Segmenter

    def score(self, examples: Sequence[Example]) -> ClassScores:
        """Score texts with what is known beside them."""
        texts, contexts = [example.text for example in examples], [example.context for example in examples]
        prepared = _preparer(self.segmenter, len(texts)).prepare(texts)
        log_odds = np.asarray(self.space.transform(prepared, contexts) @ self.weights) + self.intercepts
        if self.trees:
            scores = self.trees.log_odds(_cues(examples, prepared))
            log_odds += np.outer(scores, self.tree_weights)
        return ClassScores(log_odds, self.thresholds)


def train_task(
    examples: Sequence[Example],
    segmenter: Segmenter,
    config: TaskConfig,
    *,
    auxiliary: Sequence[AuxiliarySet] = (),
    unlabelled: Sequence[str] = (),
) -> TaskModel:
    """Train on a set's own classes.

    Args:
        examples: Labelled texts, each with exactly one class.
        segmenter: Cuts texts into words.
        config: The parameters.
        auxiliary: Other labelled sets; texts that also stand in `examples` are left out of them.
        unlabelled: More texts, from which embeddings are learnt.

    Raises:
        TrainingFailed: When a class has too few texts.

    """
    known = {example.text for example in examples}
    others = [
        AuxiliarySet([example for example in each.examples if example.text not in known], each.ordered)
        for each in (auxiliary if config.auxiliary else ())
    ]
    unlabelled = unlabelled if config.dimensions else ()
    preparer = _preparer(segmenter, 0)
    texts = preparer.prepare([example.text for example in examples])
    _require_enough(examples, texts)
    times = times_of(examples)
    space, design = fit_design(
        texts,
        [example.context for example in examples],
        [(each, preparer.prepare([example.text for example in each.examples])) for each in others],
        preparer.prepare(unlabelled),
        config,
        recency_weights(times, config.recency),
    )
    classes, names = class_numbers(examples), class_names(examples)
    folds = task_folds(classes, [text.aligned.text for text in texts], times, forward=config.forward, seed=config.seed)
    models, scores = cross_fitted(design, class_targets(classes), folds)
    trees = None
    if config.trees:
        rows = _cues(examples, texts)
        scores = np.column_stack([scores, unseen_trees(rows, classes > 0, folds, config.seed)])
        trees = Trees.fit(rows, classes > 0, config.seed)
    scored = ~np.isnan(scores).any(axis=1)
    require_every_class(names, classes[scored])
    stacked = stack(scores, classes)
    log_odds = np.column_stack([scores @ weights + intercept for weights, intercept in stacked])
    thresholds = np.array(class_thresholds(log_odds[scored], classes[scored], config.seed))
    folded = [_folded(models, weights, intercept) for weights, intercept in stacked]
    return TaskModel(
        classes=tuple(names),
        space=space,
        weights=np.column_stack([model.weights for model in folded]),
        intercepts=np.array([model.intercept for model in folded]),
        trees=trees,
        tree_weights=np.array([weights[len(models)] if trees else 0.0 for weights, _ in stacked]),
        thresholds=thresholds,
        unseen=ClassScores(log_odds, thresholds),
        segmenter=segmenter,
    )


def cross_fitted(
    design: DesignMatrix, targets: Sequence[BinaryTarget], folds: Sequence[Fold]
) -> tuple[list[LinearModel], Floats]:
    """Fit a model for each target on all texts, and score each text by models that did not see it.

    Returns:
        The models, and the scores, shape (texts, targets); NaN where no fold scores a text.

    """
    scores = np.full((design.features.shape[0], len(targets)), np.nan)
    with threadpool_limits(1):
        for seen, held_out in folds:
            for place, target in enumerate(targets):
                scores[held_out, place] = design.fit(target, seen).decision_function(design.features[held_out])
        return [design.fit(target) for target in targets], scores


def unseen_trees(rows: Floats, answers: NDArray[np.bool_], folds: Sequence[Fold], seed: int) -> Floats:
    """Score each text by trees that did not see it, shape (texts, 1); NaN where no fold scores a text."""
    scores = np.full((len(rows), 1), np.nan)
    for seen, held_out in folds:
        scores[held_out, 0] = Trees.fit(rows[seen], answers[seen], seed).log_odds(rows[held_out])
    return scores


def _folded(models: Sequence[LinearModel], weights: Floats, intercept: float) -> LinearModel:
    """Sum up models by their weights; a weight more than models is that of the trees."""
    pairs = list(zip(weights, models, strict=False))
    return LinearModel(
        np.asarray(sum(weight * model.weights for weight, model in pairs)),
        float(intercept + sum(weight * model.intercept for weight, model in pairs)),
    )


def _cues(examples: Sequence[Example], texts: Sequence[PreparedText]) -> Floats:
    return np.array([cues(e.text, text, e.context) for e, text in zip(examples, texts, strict=True)])


def _preparer(segmenter: Segmenter, total: int) -> TextPreparer:
    return TextPreparer(segmenter, total, lambda _done, _total: None)


def _require_enough(examples: Sequence[Example], texts: Sequence[PreparedText]) -> None:
    """Refuse classes with too few different texts."""
    classes: Mapping[str, set[str]] = {name: set() for name in class_names(examples)}
    for example, text in zip(examples, texts, strict=True):
        for name, holds in example.labels.items():
            if holds:
                classes[name].add(text.aligned.text)
    for name, distinct in classes.items():
        if len(distinct) < LEAST_EXAMPLES:
            message = f"class {name!r} has {len(distinct)} different texts: at least {LEAST_EXAMPLES} are needed"
            raise TrainingFailed(message)
