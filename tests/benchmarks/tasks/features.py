"""The features of a task: text features, title and topic beside them, embeddings and auxiliary scores."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from classifiers.data.datasets import Example
from classifiers.data.metadata import Context
from classifiers.errors import TrainingFailed
from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import PreparedText, View
from classifiers.text.aligned import Aligned
from classifiers.text.normalise import normalise
from classifiers.text.segment import Word
from classifiers.text.syllables import split_syllables
from tests.benchmarks.tasks.classes import class_names, class_numbers
from tests.benchmarks.tasks.config import TITLE, TOPIC, TaskConfig
from tests.benchmarks.tasks.embeddings import Surroundings, syllables_of, text_vectors, turned
from tests.benchmarks.tasks.linear import (
    AuxiliaryScores,
    BinaryTarget,
    DenseColumns,
    DesignMatrix,
    Floats,
    LinearMap,
    LinearModel,
)

LEAST_ANSWERS = 10  # of each answer; an auxiliary target with fewer is left out
EMBEDDING_NORM = 1.0  # root mean square length of the embeddings
AUXILIARY_DEVIATION = 0.3
MIN_DOCUMENTS = 2  # set here, so that the tasks' figures do not move with the product's setting
AT_ONCE = 4096  # unlabelled texts that are transformed together: the matrix of all would not fit into memory twice


@dataclass(frozen=True, slots=True)
class AuxiliarySet:
    """Labelled texts of another set.

    Args:
        examples: Its texts.
        ordered: Its labels are exclusive classes from mild to grave, and not labels that may hold together.

    """

    examples: Sequence[Example]
    ordered: bool = True

    def targets(self) -> list[BinaryTarget]:
        """List what is asked: of ordered classes whether a text is at least so grave, else each label."""
        if self.ordered:
            classes = class_numbers(self.examples)
            everywhere = np.arange(len(classes))
            targets = [
                BinaryTarget(everywhere, classes >= least) for least in range(1, int(classes.max(initial=0)) + 1)
            ]
        else:
            targets = [self._target(label) for label in class_names(self.examples)]
        return [target for target in targets if min(target.answers.sum(), (~target.answers).sum()) >= LEAST_ANSWERS]

    def _target(self, label: str) -> BinaryTarget:
        rows = np.array([row for row, example in enumerate(self.examples) if label in example.labels], dtype=np.intp)
        return BinaryTarget(rows, np.array([self.examples[row].labels[label] for row in rows], dtype=bool))


@dataclass(frozen=True, slots=True)
class TaskSpace:
    """Fitted text features, and those of titles and topics in blocks behind them."""

    text: FeatureSpace
    beside: Sequence[tuple[Callable[[Context], PreparedText], FeatureSpace]]

    @classmethod
    def fit_transform(
        cls,
        texts: Sequence[PreparedText],
        contexts: Sequence[Context],
        others: Sequence[PreparedText],
        config: TaskConfig,
    ) -> tuple["TaskSpace", sp.csr_matrix]:
        """Fit on a task's texts; `others` add features and no document frequencies.

        Returns:
            The space, and the matrix of the task's texts, shape (texts, features).

        """
        space, matrix = FeatureSpace.fit_transform(
            texts, others=others, views=config.views, min_documents=MIN_DOCUMENTS
        )
        beside, blocks = [], [matrix]
        for read, view in ((_title, TITLE), (_topic, TOPIC)) if config.uses_title else ():
            fitted = _fitted_or_none([read(context) for context in contexts], view)
            if fitted:  # some sets have neither titles nor topics
                beside.append((read, fitted[0]))
                blocks.append(fitted[1])
        return cls(space, beside), sp.csr_matrix(sp.hstack(blocks, format="csr"))

    def transform(self, texts: Sequence[PreparedText], contexts: Sequence[Context] | None = None) -> sp.csr_matrix:
        """Give the features of texts, shape (texts, features)."""
        contexts = contexts or [Context()] * len(texts)
        blocks = [self.text.transform(texts)]
        blocks += [space.transform([read(context) for context in contexts]) for read, space in self.beside]
        return sp.csr_matrix(sp.hstack(blocks, format="csr"))


def _fitted_or_none(texts: Sequence[PreparedText], view: View) -> tuple[FeatureSpace, sp.csr_matrix] | None:
    try:
        return FeatureSpace.fit_transform(texts, views=(view,), min_documents=MIN_DOCUMENTS)
    except TrainingFailed:
        return None


def _title(context: Context) -> PreparedText:
    return _prepared(split_syllables(normalise(context.title).text))


def _topic(context: Context) -> PreparedText:
    return _prepared([context.topic] if context.topic else [])


def _prepared(words: Sequence[str]) -> PreparedText:
    return PreparedText(Aligned("", (), ()), tuple(Word(word, 0, 0) for word in words))


def fit_design(
    texts: Sequence[PreparedText],
    contexts: Sequence[Context],
    auxiliary: Sequence[tuple[AuxiliarySet, Sequence[PreparedText]]],
    unlabelled: Sequence[PreparedText],
    config: TaskConfig,
    sample_weight: Floats,
) -> tuple[TaskSpace, DesignMatrix]:
    """Fit the features of a task and the dense columns beside them.

    Args:
        texts: The task's texts, whose document frequencies count.
        contexts: Their titles and topics.
        auxiliary: Other labelled sets, and their texts.
        unlabelled: More texts, from which embeddings are learnt.
        config: The parameters.
        sample_weight: Of the task's texts, shape (texts,).

    """
    others = [text for _, prepared in auxiliary for text in prepared] + list(unlabelled)
    space, matrix = TaskSpace.fit_transform(texts, contexts, others, config)
    maps: list[tuple[LinearMap, float]] = []
    of_auxiliary = [space.transform(prepared) for _, prepared in auxiliary]
    if config.dimensions:
        starts = range(0, len(unlabelled), AT_ONCE)
        of_unlabelled = [turned(space.transform(unlabelled[start : start + AT_ONCE])) for start in starts]
        parts = [turned(matrix), *map(turned, of_auxiliary), *of_unlabelled]
        syllables = syllables_of([*texts, *others])
        vectors = text_vectors(space.text, syllables, parts, seed=config.seed, dimensions=config.dimensions)
        if vectors.shape[1]:
            maps.append((Surroundings(parts, vectors), EMBEDDING_NORM / float(np.sqrt(vectors.shape[1]))))
    for (labelled, _), features in zip(auxiliary, of_auxiliary, strict=True):
        if models := _auxiliary_models(labelled, features, config):
            weights = np.column_stack([model.weights for model in models]).astype(np.float32)
            maps.append((AuxiliaryScores(weights), AUXILIARY_DEVIATION))
    columns, dense = [], [np.zeros((matrix.shape[0], 0))]
    for source, length in maps:
        values = source.transform(matrix)
        columns.append(
            DenseColumns.standardised(source, values, each=isinstance(source, AuxiliaryScores), length=length)
        )
        dense.append(columns[-1].transform(values))
    nb_blocks = [(space.text.block(name), weight) for name, weight in config.nb_weights.items()]
    design = DesignMatrix(
        matrix, columns, np.hstack(dense), nb_blocks, sample_weight, config.inverse_regularisation, config.seed
    )
    return space, design


def _auxiliary_models(labelled: AuxiliarySet, features: sp.csr_matrix, config: TaskConfig) -> list[LinearModel]:
    nothing = np.zeros((features.shape[0], 0))
    weight = np.ones(features.shape[0])
    design = DesignMatrix(features, (), nothing, (), weight, config.inverse_regularisation, config.seed)
    return [design.fit(target) for target in labelled.targets()]
