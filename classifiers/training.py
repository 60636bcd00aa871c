"""Learning: from labelled texts to a calibrated classifier, the same one every time for the same texts.

For each label a logistic regression is fitted on the shared matrix. Scores that it gives to texts it did not see (five
folds) decide two things: how log-odds are stretched so that probabilities mean what they say (Platt, 1999), and the
threshold from which a label is flagged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from classifiers.datasets import Example, data_hash
from classifiers.errors import TrainingFailed
from classifiers.evaluation import LabelMetrics, best_f1_threshold, measure, threshold_for_precision
from classifiers.features import FeatureSpace, Prepared, prepare
from classifiers.model import Classifier, Head, sigmoid
from classifiers.text.segment import Segmenter

FOLDS = 5
LEAST_EXAMPLES = 10  # of each answer, yes and no
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What may be chosen before training.

    Args:
        strength: Inverse of the regularisation (scikit-learn's C).
        precision: The precision that a label's threshold aims at on unseen texts; None: the best F1.
        exclusive: Exactly one label holds.
        seed: Decides the folds.

    """

    strength: float = 3.0
    precision: float | None = 0.8
    exclusive: bool = False
    seed: int = 20260101


@dataclass(frozen=True, slots=True)
class Trained:
    """A classifier, the hash of what it learnt from, and how it does on texts it did not see."""

    classifier: Classifier
    data_hash: str
    examples: int
    metrics: Mapping[str, LabelMetrics]


def train(
    examples: Sequence[Example],
    segmenter: Segmenter,
    recipe: Recipe | None = None,
    progress: Progress = lambda _step, _done, _total: None,
) -> Trained:
    """Train a classifier.

    Args:
        examples: Labelled texts; each label's head learns from those that know it.
        segmenter: Cuts texts into words.
        recipe: The choices; None for the defaults.
        progress: Told the step's name, how much is done, and of how much.

    Raises:
        TrainingFailed: When a label has too few texts.

    """
    recipe = recipe or Recipe()
    prepared = []
    for number, example in enumerate(examples):
        prepared.append(prepare(example.text, segmenter))
        progress("words", number + 1, len(examples))
    labels = _labels_of(examples, prepared)
    space = FeatureSpace.fit(prepared)
    matrix = space.transform(prepared)
    heads, thresholds, metrics = [], {}, {}
    for number, label in enumerate(labels):
        rows = np.array([i for i, example in enumerate(examples) if label in example.labels])
        answers = np.array([examples[i].labels[label] for i in rows])
        groups = [prepared[i] for i in rows]
        head, unseen = _fit_head(label, matrix[rows], answers, groups, recipe)
        heads.append(head)
        thresholds[label] = _threshold(unseen, answers, recipe)
        metrics[label] = measure(unseen, answers, thresholds[label])
        progress("labels", number + 1, len(labels))
    classifier = Classifier(space, heads, thresholds, segmenter, exclusive=recipe.exclusive)
    return Trained(classifier, data_hash(examples), len(examples), metrics)


def _labels_of(examples: Sequence[Example], prepared: Sequence[Prepared]) -> list[str]:
    """List the labels that the examples know; each needs enough different texts, for copies teach nothing."""
    answered: dict[str, dict[str, bool]] = {}
    for example, text in zip(examples, prepared, strict=True):
        for label, answer in example.labels.items():
            answered.setdefault(label, {}).setdefault(text.aligned.text, answer)
    if not answered:
        message = "there is nothing to learn from: name a data set or keep the project's corpus"
        raise TrainingFailed(message)
    for label, answers in answered.items():
        yes = sum(answers.values())
        no = len(answers) - yes
        if min(no, yes) < LEAST_EXAMPLES:
            message = (
                f"label {label!r} has {yes} different examples and {no} counter-examples: "
                f"add texts until there are at least {LEAST_EXAMPLES} of each"
            )
            raise TrainingFailed(message)
    return list(answered)


def _fit_head(
    label: str, matrix: sp.csr_matrix, answers: NDArray[np.bool_], texts: Sequence[Prepared], recipe: Recipe
) -> tuple[Head, NDArray[np.float64]]:
    """Fit one label; returns its head and calibrated probabilities of texts as if each had not been seen."""
    unseen = np.zeros(len(answers))
    for train_rows, test_rows in _folds(answers, texts, recipe.seed):
        weights, intercept = _fit_line(matrix[train_rows], answers[train_rows], recipe)
        unseen[test_rows] = matrix[test_rows] @ weights + intercept
    stretch, shift = _platt(unseen, answers)
    weights, intercept = _fit_line(matrix, answers, recipe)
    head = Head(label, weights * stretch, intercept * stretch + shift)
    return head, sigmoid(unseen * stretch + shift)


def _folds(
    answers: NDArray[np.bool_], texts: Sequence[Prepared], seed: int
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Split so that equal texts never stand on both sides."""
    first_place: dict[str, int] = {}
    group = np.array([first_place.setdefault(text.aligned.text, i) for i, text in enumerate(texts)])
    distinct = np.unique(group)
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return [
        (np.flatnonzero(np.isin(group, distinct[train])), np.flatnonzero(np.isin(group, distinct[test])))
        for train, test in splitter.split(distinct, answers[distinct])
    ]


def _fit_line(matrix: sp.csr_matrix, answers: NDArray[np.bool_], recipe: Recipe) -> tuple[NDArray[np.float64], float]:
    line = LogisticRegression(
        C=recipe.strength, class_weight="balanced", solver="liblinear", random_state=recipe.seed, max_iter=1000
    )
    line.fit(matrix, answers)
    return np.asarray(line.coef_[0], dtype=np.float64), float(line.intercept_[0])


def _platt(log_odds: NDArray[np.float64], answers: NDArray[np.bool_]) -> tuple[float, float]:
    line = LogisticRegression(C=1e6, solver="lbfgs")
    line.fit(log_odds.reshape(-1, 1), answers)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def _threshold(probabilities: NDArray[np.float64], answers: NDArray[np.bool_], recipe: Recipe) -> float:
    if recipe.precision is None or recipe.exclusive:
        return best_f1_threshold(probabilities, answers)
    return threshold_for_precision(probabilities, answers, recipe.precision)
