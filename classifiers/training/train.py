"""The trainer: from labelled texts to a calibrated classifier, the same one every time for the same texts.

For each label a linear model is fitted on TF-IDF features, and for all labels together a model of subclasses. Each
text is scored by models that did not see it. These scores decide how both are calibrated, and the thresholds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.data.datasets import CRITICISM, Example, data_hash, hash_of, label_order
from classifiers.errors import TrainingFailed
from classifiers.evaluation.metrics import LabelMetrics, measure
from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import PreparedText, prepare_many
from classifiers.model.classifier import Classifier, LabelModel, sigmoid, traits_of
from classifiers.text.segment import Segmenter
from classifiers.training.calibration import calibrate
from classifiers.training.config import TrainingConfig
from classifiers.training.linear import Floats, LinearModel, fit_linear
from classifiers.training.local import adapt, taught_hash
from classifiers.training.splits import groups_of, random_folds
from classifiers.training.subclasses import FittedSubclasses, fit_subclasses, subclass_names
from classifiers.training.thresholds import label_threshold

Progress = Callable[[str, int, int], None]

RECIPE_VERSION: Final = 2  # raised when the trainer makes another model of the same data
LEAST_EXAMPLES: Final = 10  # different texts of each answer, yes and no


@dataclass(frozen=True, slots=True)
class Trained:
    """A classifier, and how it does on texts that its models did not see.

    Args:
        classifier: Scores texts.
        data_hash: The hash of all that the model depends on: texts, labels, which are local, and the configuration.
        examples: How many texts there were.
        metrics: The quality of each label on texts that were not seen.
        unseen: The probabilities behind these figures, by label, in the order of the examples that know the label; of
            a label that local posts have taught, in the order of these.

    """

    classifier: Classifier
    data_hash: str
    examples: int
    metrics: Mapping[str, LabelMetrics]
    unseen: Mapping[str, NDArray[np.float64]] = field(repr=False, compare=False)

    def taught(self, local: Sequence[Example], segmenter: Segmenter) -> "Trained":
        """Adapt the classifier to local posts; labels of which they show no gain keep their figures. See `adapt`."""
        adapted = adapt(self.classifier, local, segmenter)
        return replace(
            self,
            classifier=adapted.classifier,
            data_hash=taught_hash(self.data_hash, local),
            examples=self.examples + adapted.posts,
            metrics={**self.metrics, **adapted.metrics},
            unseen={**self.unseen, **{name: adapted.labels[name].unseen for name in adapted.metrics}},
        )

    def facts(self, name: str, created_at: str) -> dict[str, Any]:
        """Give what a saved model's manifest says of the training; `created_at` is an ISO 8601 time in UTC."""
        return {
            "name": name,
            "created_at": created_at,
            "data_hash": self.data_hash,
            "examples": self.examples,
            "metrics": {label: metrics.as_dict() for label, metrics in self.metrics.items()},
        }


class Trainer:
    """Trains classifiers.

    Args:
        segmenter: Cuts texts into words.
        config: The choices; None for the default ones.
        progress: Told the step's name, how much is done, and of how much.

    """

    def __init__(
        self,
        segmenter: Segmenter,
        config: TrainingConfig | None = None,
        progress: Progress = lambda _step, _done, _total: None,
    ) -> None:
        self._segmenter = segmenter
        self._config = config or TrainingConfig()
        self._progress = progress

    def fit(self, examples: Sequence[Example], *, local: Sequence[Example] = ()) -> Trained:
        """Train a classifier.

        Args:
            examples: Labelled texts: the project's corpus, or a whole set of one's own.
            local: Labelled posts from the place where the model will be used, oldest first. The model of the examples
                is adapted to them; see `classifiers.training.local`.

        Raises:
            TrainingFailed: When a label has too few texts.

        """
        config = self._config
        data = self._prepare(examples)
        on_fitted = _counter(self._progress, "subclasses", config.folds + 1)
        subclasses = fit_subclasses(
            data.matrix,
            subclass_names(data.examples, data.groups),
            data.groups,
            folds=config.folds,
            seed=config.seed,
            on_fitted=lambda: next(on_fitted),
        )
        labels = label_order(data.examples)
        on_fitted = _counter(self._progress, "labels", len(labels) * (config.folds + 1))
        fitted = [_LabelFit(label, data, config).fit(subclasses, on_fitted) for label in labels]
        classifier = Classifier(
            data.space,
            [each.model for each in fitted],
            {each.model.label: each.threshold for each in fitted},
            self._segmenter,
            subclasses=subclasses.model if subclasses else None,
        )
        trained = Trained(
            classifier,
            _training_hash(examples, config),
            len(examples),
            {each.model.label: each.metrics for each in fitted},
            {each.model.label: each.probabilities for each in fitted},
        )
        return trained.taught(local, self._segmenter) if local else trained

    def _prepare(self, examples: Sequence[Example]) -> "_Data":
        """Prepare all texts and fit the features. The texts themselves are not kept: they fill a memory."""
        texts = prepare_many([example.text for example in examples], self._segmenter, partial(self._progress, "words"))
        _require_enough(examples, texts)
        space, matrix = FeatureSpace.fit_transform(
            texts, views=self._config.views, min_documents=self._config.min_documents
        )
        groups = groups_of([text.aligned.text for text in texts])
        return _Data(examples, space, matrix, groups, traits_of(texts, [example.title for example in examples]))


@dataclass(frozen=True, slots=True)
class _Data:
    """The labelled texts.

    Args:
        examples: All of them.
        space: The fitted views.
        matrix: Their features, shape (texts, features).
        groups: Equal for equal texts, shape (texts,).
        traits: From `traits_of`, shape (texts, 2).

    """

    examples: Sequence[Example]
    space: FeatureSpace
    matrix: sp.csr_matrix
    groups: NDArray[np.intp]
    traits: Floats


@dataclass(frozen=True, slots=True)
class _FittedLabel:
    """The model of one label, its threshold, and how both do on texts that were not seen, shape (texts,)."""

    model: LabelModel
    threshold: float
    metrics: LabelMetrics
    probabilities: Floats


class _LabelFit:
    """Fits one label on the texts that know it."""

    def __init__(self, label: str, data: _Data, config: TrainingConfig) -> None:
        self._label = label
        self._config = config
        self._choices = config.for_label(label)
        rows = [row for row, example in enumerate(data.examples) if label in example.labels]
        self._rows = np.array(rows, dtype=np.intp)
        self._examples = [data.examples[row] for row in rows]
        self._matrix = data.matrix[self._rows]
        self._groups = data.groups[self._rows]
        self._traits = data.traits[self._rows]
        self._answers = np.array([example.labels[label] for example in self._examples], dtype=bool)

    def fit(self, subclasses: FittedSubclasses | None, on_fitted: Iterator[None]) -> _FittedLabel:
        """Fit, calibrate, and choose the threshold."""
        linear, scores = self._fit_linear(on_fitted)
        said = (
            subclasses.scores(self._rows, self._answers, self._choices.subclass_weight, self._choices.kind_factors)
            if subclasses
            else None
        )
        model, log_odds = calibrate(self._label, linear, scores, self._answers, said)
        correction = self._config.corrections.get(self._label)
        if correction is not None:
            model, log_odds = correction.apply(model), correction.log_odds(log_odds, self._traits)
        probabilities = sigmoid(log_odds)
        threshold = label_threshold(
            probabilities,
            self._answers,
            self._config.precision,
            criticism=self._criticism(),
            criticism_limit=self._choices.criticism_limit,
            least=correction.threshold if correction is not None else 0.0,
        )
        # What other thresholds would give is told by real posts, where there are any.
        metrics = measure(probabilities, self._answers, threshold, correction.curve if correction is not None else None)
        return _FittedLabel(model, threshold, metrics, probabilities)

    def _fit_linear(self, on_fitted: Iterator[None]) -> tuple[LinearModel, Floats]:
        """Fit on all texts, and score each text by a model that saw neither it nor an equal one."""
        fit = partial(fit_linear, inverse_regularisation=self._config.inverse_regularisation, seed=self._config.seed)
        targets = np.array([e.grades.get(self._label, float(e.labels[self._label])) for e in self._examples])
        weights = np.array([self._choices.kind_weights.get(e.facts.get("kind", ""), 1.0) for e in self._examples])
        scores = np.zeros(len(self._rows))
        for seen, judged in random_folds(self._answers, self._groups, self._config.seed, self._config.folds):
            model = fit(self._matrix[seen], targets[seen], weights[seen])
            scores[judged] = model.decision_function(self._matrix[judged])
            next(on_fitted)
        model = fit(self._matrix, targets, weights)
        next(on_fitted)
        return model, scores

    def _criticism(self) -> NDArray[np.bool_]:
        """Find the criticism that does not carry the label, shape (texts,)."""
        is_criticism = [example.facts.get("kind") == CRITICISM for example in self._examples]
        return np.asarray(np.array(is_criticism, dtype=bool) & ~self._answers)


def _require_enough(examples: Sequence[Example], texts: Sequence[PreparedText]) -> None:
    """Refuse labels that have too few texts; copies add nothing, so different texts are counted."""
    answered: dict[str, dict[str, bool]] = {}
    for example, text in zip(examples, texts, strict=True):
        for label, answer in example.labels.items():
            # A grade of 0 or 1 says the reverse of its answer, which the linear model would then not see.
            target = example.grades.get(label, float(answer))
            answered.setdefault(label, {}).setdefault(text.aligned.text, answer if 0 < target < 1 else target > 0)
    if not answered:
        raise TrainingFailed("there is nothing to train on: name a data set or keep the project's corpus")
    for label, answers in answered.items():
        yes = sum(answers.values())
        no = len(answers) - yes
        if min(no, yes) < LEAST_EXAMPLES:
            message = (
                f"label {label!r} has {yes} different examples and {no} counter-examples: "
                f"add texts until there are at least {LEAST_EXAMPLES} of each"
            )
            raise TrainingFailed(message)


def _training_hash(examples: Sequence[Example], config: TrainingConfig) -> str:
    """Hash what a model depends on. Two models of one name differ in version when any of it differs."""
    views = [(view.name, view.ngrams, view.scale) for view in config.views]
    numbers = (config.min_documents, config.inverse_regularisation, config.precision, config.folds, config.seed)
    chosen = [(name, repr(it)) for each in (config.labels, config.corrections) for name, it in sorted(each.items())]
    return hash_of(RECIPE_VERSION, data_hash(examples), views, numbers, chosen)


def _counter(progress: Progress, step: str, total: int) -> Iterator[None]:
    """Tell, each time the next value is asked for, that one fit more of a step is done."""
    for number in range(total):
        progress(step, number + 1, total)
        yield
