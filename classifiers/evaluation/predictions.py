"""Labelled texts beside what a model says of them: what every measure, slice and list of mistakes is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import Example
from classifiers.errors import DataInvalid
from classifiers.model.classifier import Classifier


@dataclass(frozen=True, slots=True)
class Column:
    """One label: the texts that know it, what is true, and what was said.

    Args:
        rows: The numbers of the texts, shape (texts of the label,), like all that follows.
        answers: Whether they carry the label.
        probabilities: What the model gave them.
        flagged: What it decided.

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
class Scored:
    """Labelled texts and what a model says of them.

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

    def column(self, label: str) -> Column:
        """Give one label's column, without the texts that do not know it."""
        place = self.labels.index(label)
        rows = np.array([row for row, example in enumerate(self.examples) if label in example.labels], dtype=np.intp)
        answers = np.array([self.examples[row].labels[label] for row in rows], dtype=bool)
        return Column(rows, answers, self.probabilities[rows, place], self.flagged[rows, place])

    def only(self, rows: Sequence[int]) -> "Scored":
        """Keep some of the texts, by their numbers."""
        kept = np.asarray(rows, dtype=np.intp)
        return replace(
            self,
            examples=[self.examples[row] for row in rows],
            probabilities=self.probabilities[kept],
            flagged=self.flagged[kept],
        )


def score(classifier: Classifier, examples: Sequence[Example]) -> Scored:
    """Let a classifier judge labelled texts.

    Raises:
        DataInvalid: When the texts know none of its labels.

    """
    if not any(label in example.labels for example in examples for label in classifier.labels):
        message = f"no text says anything of {', '.join(classifier.labels)}: measure on data with the model's labels"
        raise DataInvalid(message)
    texts, contexts = [example.text for example in examples], [example.context for example in examples]
    predictions = list(classifier.predict(texts, contexts=contexts))
    labels = classifier.labels
    probabilities = np.array([[prediction.probabilities[label] for label in labels] for prediction in predictions])
    flagged = np.array([[label in prediction.flags for label in labels] for prediction in predictions])
    return Scored(examples, labels, probabilities, flagged, classifier.thresholds)


def scored_unseen(
    examples: Sequence[Example], unseen: Mapping[str, NDArray[np.float64]], thresholds: Mapping[str, float]
) -> Scored:
    """Put together what training said of each text before it had seen it.

    Args:
        examples: The texts of the training, all of which know all labels.
        unseen: `Trained.unseen`: by label, one probability a text.
        thresholds: The thresholds of the trained classifier.

    """
    labels = tuple(unseen)
    probabilities = np.column_stack([unseen[label] for label in labels])
    flagged = probabilities >= np.array([thresholds[label] for label in labels])
    return Scored(examples, labels, probabilities, flagged, thresholds)
