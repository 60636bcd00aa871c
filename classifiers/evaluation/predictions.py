"""Labelled texts with a model's predictions: the input of metrics, slices and error analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import Example
from classifiers.model.classifier import Classifier


@dataclass(frozen=True, slots=True)
class LabelScores:
    """The predictions for one label, of the texts whose answer is known.

    Args:
        rows: The numbers of these texts, shape (texts with an answer,), like all that follows.
        answers: Whether they carry the label.
        probabilities: The model's probabilities.
        flagged: The model's decisions.

    """

    rows: NDArray[np.intp]
    answers: NDArray[np.bool_]
    probabilities: NDArray[np.float64]
    flagged: NDArray[np.bool_]

    @property
    def has_both(self) -> bool:
        """Whether some texts carry the label and some do not, without which nothing can be ranked."""
        return bool(self.answers.any() and not self.answers.all())


@dataclass(frozen=True, slots=True)
class ScoredExamples:
    """Labelled texts and the predictions of a model.

    Args:
        examples: The texts.
        labels: The model's labels, in the order of the columns below.
        probabilities: Shape (texts, labels).
        flagged: The decisions, in the same shape.
        thresholds: The probability from which each label is flagged.

    """

    examples: Sequence[Example]
    labels: tuple[str, ...]
    probabilities: NDArray[np.float64]
    flagged: NDArray[np.bool_]
    thresholds: Mapping[str, float]

    def column(self, label: str) -> LabelScores:
        """Give the predictions for one label, without the texts whose answer is unknown."""
        place = self.labels.index(label)
        rows = np.array([row for row, example in enumerate(self.examples) if label in example.labels], dtype=np.intp)
        answers = np.array([self.examples[row].labels[label] for row in rows], dtype=bool)
        return LabelScores(rows, answers, self.probabilities[rows, place], self.flagged[rows, place])

    def subset(self, rows: Sequence[int]) -> "ScoredExamples":
        """Return the texts of these rows and their predictions."""
        selected = np.asarray(rows, dtype=np.intp)
        return replace(
            self,
            examples=[self.examples[row] for row in rows],
            probabilities=self.probabilities[selected],
            flagged=self.flagged[selected],
        )


def score_examples(classifier: Classifier, examples: Sequence[Example]) -> ScoredExamples:
    """Score labelled texts with a classifier."""
    texts, titles = [example.text for example in examples], [example.title for example in examples]
    predictions = list(classifier.predict(texts, titles=titles))
    labels, shape = classifier.labels, (len(texts), len(classifier.labels))
    probabilities = [prediction.probabilities[label] for prediction in predictions for label in labels]
    flagged = [label in prediction.flags for prediction in predictions for label in labels]
    return ScoredExamples(
        examples,
        labels,
        np.array(probabilities, dtype=np.float64).reshape(shape),
        np.array(flagged, dtype=bool).reshape(shape),
        classifier.thresholds,
    )


def cross_validated_scores(
    examples: Sequence[Example], unseen: Mapping[str, NDArray[np.float64]], thresholds: Mapping[str, float]
) -> ScoredExamples:
    """Take the scores of training texts by the models of cross-validation that did not see them.

    Args:
        examples: The training texts; the answer of every label is known for all of them.
        unseen: `Trained.unseen`: by label, the probabilities of the texts, shape (texts,).
        thresholds: The thresholds of the trained classifier.

    """
    labels = tuple(unseen)
    probabilities = np.column_stack([unseen[label] for label in labels])
    flagged = probabilities >= np.array([thresholds[label] for label in labels])
    return ScoredExamples(examples, labels, probabilities, flagged, thresholds)
