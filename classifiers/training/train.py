"""Learning: from labelled texts to a calibrated classifier, the same one every time for the same texts.

For each label a line is fitted on the shared matrix. Scores that it gives to texts it did not see decide two things:
how log-odds are stretched so that probabilities mean what they say (Platt, 1999), and the threshold from which a label
is flagged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import CRITICISM, Example, data_hash
from classifiers.errors import TrainingFailed
from classifiers.evaluation.metrics import LabelMetrics, measure
from classifiers.features.tokens import PreparedText, TextPreparer
from classifiers.model.classifier import Classifier, LabelModel, sigmoid
from classifiers.model.subclasses import SubclassModel, label_log_odds
from classifiers.text.segment import Segmenter
from classifiers.training.auxiliary import Source, class_order
from classifiers.training.calibration import Said, calibrated, fitted_lines
from classifiers.training.config import Recipe
from classifiers.training.design_matrix import Grounded, Progress, kind_weights, lay_ground, length_weights
from classifiers.training.linear import Floats, Question
from classifiers.training.splits import FOLDS, groups_of, random_folds
from classifiers.training.subclasses import LearntKinds, kinds_of, learn_kinds, shares_of
from classifiers.training.thresholds import label_threshold

__all__ = ["FOLDS", "LABEL_FOLDS", "LEAST_EXAMPLES", "Progress", "Recipe", "Trained", "train"]
LABEL_FOLDS = 3  # two more would take half as long again and move no threshold by more than 0.03
LEAST_EXAMPLES = 10  # of each answer, yes and no


@dataclass(frozen=True, slots=True)
class Trained:
    """A classifier, the hash of what it learnt from, and how it does on texts it did not see.

    Args:
        classifier: Scores texts.
        data_hash: The hash of texts and labels.
        examples: How many texts there were.
        metrics: The quality of each label on texts that were not seen.
        unseen: The probabilities behind those figures, by label, in the order of the examples that know the label.

    """

    classifier: Classifier
    data_hash: str
    examples: int
    metrics: Mapping[str, LabelMetrics]
    unseen: Mapping[str, NDArray[np.float64]] = field(repr=False, compare=False)

    def facts(self, name: str, created_at: str) -> dict[str, Any]:
        """Give what a saved model's manifest says of the training; `created_at` is an ISO 8601 time in UTC."""
        return {
            "name": name,
            "created_at": created_at,
            "data_hash": self.data_hash,
            "examples": self.examples,
            "metrics": {label: metrics.as_dict() for label, metrics in self.metrics.items()},
        }


@dataclass(frozen=True, slots=True)
class _Fitted:
    """Heads, the log-odds they gave to texts they had not seen (by label), and kinds."""

    heads: Sequence[LabelModel]
    unseen: Mapping[str, Floats]
    kinds: SubclassModel | None = None


def train(
    examples: Sequence[Example],
    segmenter: Segmenter,
    recipe: Recipe | None = None,
    progress: Progress = lambda _step, _done, _total: None,
    *,
    sources: Sequence[Source] = (),
    unlabelled: Sequence[str] = (),
) -> Trained:
    """Train a classifier.

    Args:
        examples: Labelled texts; each label's head learns from those that know it.
        segmenter: Cuts texts into words.
        recipe: The choices; None for the defaults.
        progress: Told the step's name, how much is done, and of how much.
        sources: Other labelled sets, whose opinion is asked; what also stands in `examples` is left out of them.
        unlabelled: More texts, which teach word vectors only.

    Raises:
        TrainingFailed: When a label has too few texts.

    """
    recipe = recipe or Recipe()
    # Equal texts of a source would tell the answers of the target.
    known = {example.text for example in examples}
    heard = [source.without(known) for source in sources] if recipe.sources else []
    if not recipe.surroundings:
        unlabelled = ()
    total = len(examples) + sum(len(source.examples) for source in heard) + len(unlabelled)
    preparer = TextPreparer(segmenter, total, partial(progress, "words"))
    texts = preparer.prepare([example.text for example in examples])
    _require_enough(examples, texts)
    grounded = lay_ground(
        texts,
        [(source, preparer.prepare([example.text for example in source.examples])) for source in heard],
        preparer.prepare(unlabelled),
        recipe,
        progress,
    )
    fitted = _fit_labels(examples, texts, grounded, recipe, progress)
    thresholds = _thresholds(examples, fitted, recipe)
    classifier = Classifier(grounded.space, fitted.heads, thresholds, segmenter, subclasses=fitted.kinds)
    unseen = {label: sigmoid(log_odds) for label, log_odds in fitted.unseen.items()}
    metrics = {label: measure(unseen[label], _answers(examples, label)[1], thresholds[label]) for label in unseen}
    others = [example for source in heard for example in source.examples]
    learnt_from = data_hash([*examples, *others, *(Example(text, {}) for text in unlabelled)])
    return Trained(classifier, learnt_from, len(examples), metrics, unseen)


def _require_enough(examples: Sequence[Example], texts: Sequence[PreparedText]) -> None:
    """Refuse labels that the examples know too little of; copies teach nothing, so different texts are counted."""
    answered: dict[str, dict[str, bool]] = {}
    for example, text in zip(examples, texts, strict=True):
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


def _fit_labels(
    examples: Sequence[Example], texts: Sequence[PreparedText], grounded: Grounded, recipe: Recipe, progress: Progress
) -> _Fitted:
    """Fit one line a label, from the examples that know it, and set what the kinds of posts say beside it."""
    labels = class_order(examples)
    count = _counter(progress, "labels", len(labels) * (LABEL_FOLDS + 1))
    told = _counter(progress, "kinds", LABEL_FOLDS + 1)
    plain = [text.aligned.text for text in texts]
    kinds = kinds_of(examples)
    learnt = None
    if recipe.leaning:
        learnt = learn_kinds(
            grounded.matrix,
            kinds,
            plain,
            folds=LABEL_FOLDS,
            seed=recipe.seed,
            done=lambda: next(told),
        )
    heads, unseen = [], {}
    for label in labels:
        rows, answers = _answers(examples, label)
        targets = np.array([examples[row].grades.get(label, float(examples[row].labels[label])) for row in rows])
        lengths = length_weights(texts, recipe.emphasis.get(label, ()))
        quiet = kind_weights(examples, recipe.quiet.get(label, {}))
        ground = grounded.ground(label, recipe, lengths * quiet)
        folds = random_folds(answers, groups_of([plain[row] for row in rows]), recipe.seed, LABEL_FOLDS)
        folds = [(rows[seen], rows[judged]) for seen, judged in folds]
        lines, scores = fitted_lines(ground, [Question(rows, targets)], folds, lambda: next(count))
        said = _said(learnt, kinds[rows], rows, answers, recipe.leaning.get(label, 0.0))
        head, unseen[label] = calibrated(label, lines[0], scores[rows, 0], answers, said)
        heads.append(head)
    return _Fitted(heads, unseen, kinds=learnt.kinds if learnt else None)


def _said(
    learnt: LearntKinds | None,
    kinds: NDArray[np.str_],
    rows: NDArray[np.intp],
    answers: NDArray[np.bool_],
    leaning: float,
) -> Said | None:
    """Give what kinds say of a label to the texts that know it, from which they were not learnt; None: nothing."""
    if learnt is None or not leaning:
        return None
    shares = shares_of(learnt.kinds.names, kinds, answers)
    return None if shares is None else Said(label_log_odds(learnt.unseen[rows], shares), shares, leaning)


def _counter(progress: Progress, step: str, total: int) -> Iterator[None]:
    """Tell, each time it is asked for its next, that one fit more of a step is done."""
    for number in range(total):
        progress(step, number + 1, total)
        yield


def _answers(examples: Sequence[Example], label: str) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    rows = np.array([row for row, example in enumerate(examples) if label in example.labels], dtype=np.intp)
    return rows, np.array([examples[row].labels[label] for row in rows], dtype=bool)


def _spared(examples: Sequence[Example], label: str) -> NDArray[np.bool_]:
    """Find the criticism among the texts that know a label."""
    known = [example for example in examples if label in example.labels]
    return np.array([example.facts.get("kind") == CRITICISM and not example.labels[label] for example in known])


def _thresholds(examples: Sequence[Example], fitted: _Fitted, recipe: Recipe) -> dict[str, float]:
    return {
        label: label_threshold(
            sigmoid(log_odds),
            _answers(examples, label)[1],
            recipe.precision,
            _spared(examples, label),
            recipe.spared.get(label, 0.0),
        )
        for label, log_odds in fitted.unseen.items()
    }
