"""Learning from few labels of one's own: general examples say what the labels mean, local ones how people write here.

All texts at hand, unlabelled ones included, make the terrain. General examples are many and local ones are few, so for
each label it is tried how much the general ones should count: each for one, or all together for no more than some
number of local ones. What ranks unseen local texts best is taken, unless it unlearns the general examples.

Local labels come from posts that were mostly suggested by an earlier model, so no threshold is set on them alone: the
stricter of two counts, the one for all unseen texts and the one for local ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedGroupKFold

from classifiers.data.datasets import Example, data_hash
from classifiers.errors import TrainingFailed
from classifiers.evaluation.metrics import measure, threshold_for_precision
from classifiers.features.tokens import PreparedText, TextPreparer
from classifiers.model.classifier import Classifier, LabelModel, sigmoid
from classifiers.text.segment import Segmenter
from classifiers.training.terrain import Line, Terrain
from classifiers.training.train import FOLDS, LEAST_EXAMPLES, Progress, Trained

ENOUGH_TO_CHOOSE: Final = 10  # local answers of each kind, from which on they decide how much general ones count
ENOUGH_TO_CALIBRATE: Final = 30  # the same, from which on they decide what a probability means
UNLEARNT: Final = 0.02  # average precision on general examples that may be given up for local ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptation:
    """What may be chosen before learning.

    Args:
        strength: Inverse of the regularisation (scikit-learn's C) while each general example counts for one.
        strength_of_few: The same while they count for few, so that few texts decide.
        reach: How much the surroundings of words count beside the words.
        min_documents: Features of fewer texts are dropped.
        shares: For how many local examples all general ones may count together; None: each counts for one.
        precision: The precision that thresholds aim at on unseen texts.
        seed: Decides folds and decomposition.

    """

    strength: float = 3.0
    strength_of_few: float = 1.0
    reach: float = 2.5
    min_documents: int = 2
    shares: tuple[float | None, ...] = (None, 1000.0, 100.0, 30.0)
    precision: float = 0.8
    seed: int = 20260101

    def strength_for(self, share: float | None) -> float:
        """Give the inverse of the regularisation for a share of the general examples."""
        return self.strength if share is None else self.strength_of_few


@dataclass(frozen=True, slots=True)
class _Texts:
    """The texts that know one label: rows of the matrix, answers, how much of a yes, which are local, which are equal.

    All arrays have shape (texts,).
    """

    rows: NDArray[np.intp]
    answers: NDArray[np.bool_]
    targets: NDArray[np.float64]
    local: NDArray[np.bool_]
    groups: NDArray[np.intp]

    def has(self, least: int, where: NDArray[np.bool_]) -> bool:
        """Whether there are at least so many answers of each kind."""
        return min(int(self.answers[where].sum()), int((~self.answers[where]).sum())) >= least

    def weights(self, share: float | None) -> NDArray[np.float64]:
        """Say how much each text counts: a local one 1, the general ones 1 or together no more than the share."""
        general = 1.0 if share is None else min(1.0, share / max(int((~self.local).sum()), 1))
        return np.where(self.local, 1.0, general)


def adapt(
    general: Sequence[Example],
    local: Sequence[Example],
    unlabelled: Sequence[str],
    segmenter: Segmenter,
    *,
    recipe: Adaptation | None = None,
    progress: Progress = lambda _step, _done, _total: None,
) -> Trained:
    """Train a classifier for one place.

    Args:
        general: Labelled texts from elsewhere, as the project's corpus; they decide which labels there are.
        local: Labelled texts from here, as decided posts; may be none.
        unlabelled: Texts from here without labels; may be none.
        segmenter: Cuts texts into words.
        recipe: The choices; None for the defaults.
        progress: Told the step's name, how much is done, and of how much.

    Raises:
        TrainingFailed: When a label has too few texts.

    """
    recipe = recipe or Adaptation()
    examples = [*general, *local]
    written = [*(example.text for example in examples), *unlabelled]
    texts = TextPreparer(segmenter, len(written), partial(progress, "words")).prepare(written)
    labels = list(dict.fromkeys(label for example in general for label in example.labels))
    known = [_texts_of(label, examples, texts, len(general)) for label in labels]
    terrain, matrix = Terrain.fit(texts, reach=recipe.reach, min_documents=recipe.min_documents, seed=recipe.seed)
    beside = terrain.beside(matrix[: len(examples)])
    heads, thresholds, metrics, unseen = [], {}, {}, {}
    for number, (label, chosen) in enumerate(zip(labels, known, strict=True)):
        head, probabilities = _fit_head(label, terrain, beside, chosen, recipe)
        heads.append(head)
        thresholds[label] = _threshold(probabilities, chosen, recipe)
        metrics[label] = measure(probabilities, chosen.answers, thresholds[label])
        unseen[label] = probabilities
        progress("labels", number + 1, len(labels))
    classifier = Classifier(terrain.space, heads, thresholds, segmenter)
    learnt_from = data_hash([*examples, *(Example(text, {}) for text in unlabelled)])
    return Trained(classifier, learnt_from, len(examples), metrics, unseen)


def _texts_of(label: str, examples: Sequence[Example], texts: Sequence[PreparedText], general: int) -> _Texts:
    rows = np.array([row for row, example in enumerate(examples) if label in example.labels], dtype=np.intp)
    answers = np.array([examples[row].labels[label] for row in rows], dtype=bool)
    targets = np.array([examples[row].grades.get(label, float(examples[row].labels[label])) for row in rows])
    first: dict[str, int] = {}
    groups = np.array([first.setdefault(texts[row].aligned.text, int(row)) for row in rows], dtype=np.intp)
    yes, no = len(np.unique(groups[answers])), len(np.unique(groups[~answers]))
    if min(yes, no) < LEAST_EXAMPLES:
        message = (
            f"label {label!r} has {yes} different examples and {no} counter-examples: "
            f"add texts until there are at least {LEAST_EXAMPLES} of each"
        )
        raise TrainingFailed(message)
    return _Texts(rows, answers, targets, rows >= general, groups)


def _fit_head(
    label: str, terrain: Terrain, beside: sp.csr_matrix, texts: _Texts, recipe: Adaptation
) -> tuple[LabelModel, NDArray[np.float64]]:
    """Fit one label; returns its head and calibrated probabilities of texts as if each had not been seen."""
    share, unseen = _choose_share(terrain, beside, texts, recipe)
    local = texts.local if texts.has(ENOUGH_TO_CALIBRATE, texts.local) else np.ones(len(texts.rows), dtype=bool)
    calibration = LogisticRegression(C=1e6, solver="lbfgs")
    calibration.fit(unseen[local].reshape(-1, 1), texts.answers[local])
    stretch, shift = float(calibration.coef_[0, 0]), float(calibration.intercept_[0])
    line = _fit(terrain, beside, texts, np.arange(len(texts.rows)), share=share, recipe=recipe)
    return LabelModel(label, line.weights * stretch, line.intercept * stretch + shift), sigmoid(
        unseen * stretch + shift
    )


def _choose_share(
    terrain: Terrain, beside: sp.csr_matrix, texts: _Texts, recipe: Adaptation
) -> tuple[float | None, NDArray[np.float64]]:
    """Find for how much the general examples should count; returns it with the log-odds of texts not seen."""
    first = recipe.shares[0]
    best = _unseen(terrain, beside, texts, first, recipe)
    if not texts.has(ENOUGH_TO_CHOOSE, texts.local):
        return first, best
    chosen, least = first, _ranked(best, texts, ~texts.local) - UNLEARNT
    for share in recipe.shares[1:]:
        unseen = _unseen(terrain, beside, texts, share, recipe)
        better = _ranked(unseen, texts, texts.local) > _ranked(best, texts, texts.local)
        if better and _ranked(unseen, texts, ~texts.local) >= least:
            chosen, best = share, unseen
    return chosen, best


def _ranked(log_odds: NDArray[np.float64], texts: _Texts, where: NDArray[np.bool_]) -> float:
    return float(average_precision_score(texts.answers[where], log_odds[where]))


def _unseen(
    terrain: Terrain, beside: sp.csr_matrix, texts: _Texts, share: float | None, recipe: Adaptation
) -> NDArray[np.float64]:
    """Give the log-odds of each text from a head that saw neither it nor an equal one."""
    unseen = np.zeros(len(texts.rows))
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=recipe.seed)
    for seen, hidden in splitter.split(texts.rows, texts.answers, texts.groups):
        line = _fit(terrain, beside, texts, seen, share=share, recipe=recipe)
        unseen[hidden] = line.log_odds(beside[texts.rows[hidden], : terrain.space.width])
    return unseen


def _fit(
    terrain: Terrain,
    beside: sp.csr_matrix,
    texts: _Texts,
    which: NDArray[np.intp],
    *,
    share: float | None,
    recipe: Adaptation,
) -> Line:
    """Fit a head on some of the texts; a borderline one stands twice, as a yes and as a no, each with its part."""
    weights, targets = texts.weights(share)[which], texts.targets[which]
    yes, no = np.flatnonzero(targets > 0), np.flatnonzero(targets < 1)
    rows = texts.rows[which][np.concatenate([yes, no])]
    parts = np.concatenate([weights[yes] * targets[yes], weights[no] * (1 - targets[no])])
    answers = np.arange(len(rows)) < len(yes)
    return terrain.fit_line(beside[rows], answers, parts, strength=recipe.strength_for(share))


def _threshold(probabilities: NDArray[np.float64], texts: _Texts, recipe: Adaptation) -> float:
    everywhere = threshold_for_precision(probabilities, texts.answers, recipe.precision)
    if not texts.has(ENOUGH_TO_CALIBRATE, texts.local):
        return everywhere
    here = threshold_for_precision(probabilities[texts.local], texts.answers[texts.local], recipe.precision)
    return max(everywhere, here)
