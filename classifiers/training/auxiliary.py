"""Other labelled sets as sources: what a model of theirs says of a text is a number beside its features.

A set has its own idea of what is bad, so its texts are not mixed with those of the target; its opinion is heard, and
the target's own answers decide how far to follow it. All is linear, and so folded away once the lines are fitted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.data.datasets import Example
from classifiers.training.linear import Floats, Ground, Question

SOURCE_STRENGTH = 4.0
LEAST_ANSWERS = 10  # of either kind; a source that knows less has no opinion


@dataclass(frozen=True, slots=True)
class Source:
    """A labelled set beside the target; its labels are classes that exclude each other, from mild to grave.

    Args:
        name: How the set is called.
        examples: Its texts.
        about: The label of ours that it knows something of.

    """

    name: str
    examples: Sequence[Example]
    about: str

    def without(self, texts: set[str]) -> "Source":
        """Leave out what also stands in the target: its answers must not come in by the back door."""
        return replace(self, examples=[example for example in self.examples if example.text not in texts])


def class_order(examples: Sequence[Example]) -> list[str]:
    """List the labels in the order in which the examples name them."""
    return list(dict.fromkeys(label for example in examples for label in example.labels))


def grades_of(examples: Sequence[Example]) -> NDArray[np.intp]:
    """Say of each example the place of its class in the order of the classes."""
    order = class_order(examples)
    return np.array([max(order.index(c) for c, holds in e.labels.items() if holds) for e in examples], dtype=np.intp)


def questions_of(source: Source) -> Iterator[Question]:
    """Ask whether a text is at least so grave, for every grade but the mildest."""
    grades = grades_of(source.examples)
    everywhere = np.arange(len(grades))
    for least in range(1, int(grades.max(initial=0)) + 1):
        yield Question(everywhere, (grades >= least).astype(np.float64))


def opinions(source: Source, matrix: sp.csr_matrix, seed: int) -> list[Floats]:
    """Fit a line for each question of a source; the weights say of any text what the source would.

    Args:
        source: The set.
        matrix: The features of its examples, shape (examples, features).
        seed: Decides the order of the fitting.

    """
    nothing = np.zeros((matrix.shape[0], 0), dtype=np.float32)
    ground = Ground(matrix, (), nothing, (), SOURCE_STRENGTH, np.ones(matrix.shape[0]), seed)
    return [
        ground.fit(question).weights
        for question in questions_of(source)
        if min(question.targets.sum(), (1 - question.targets).sum()) >= LEAST_ANSWERS
    ]
