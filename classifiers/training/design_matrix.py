"""Making ready what lines are fitted on: texts are cut, features found, and what stands beside them computed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from classifiers.data.datasets import Example
from classifiers.features.embeddings import Surroundings, syllables_of, text_vectors, turned
from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import PreparedText
from classifiers.training.auxiliary import Source, opinions
from classifiers.training.config import Recipe, Steps
from classifiers.training.distillation import Tutor, nearness
from classifiers.training.linear import Floats, Ground, Numbers, Opinions, Projection

Progress = Callable[[str, int, int], None]
REACH: Final = 1.0
OPINION: Final = 0.3
AT_ONCE: Final = 4096  # unlabelled texts that are made ready together: a matrix of all would lie in memory twice


@dataclass(frozen=True, slots=True)
class Grounded:
    """The features of the target's texts, and the projections beside them, each with the label that it is about.

    Args:
        space: The fitted vectorisers.
        matrix: Shape (texts, features).
        beside: The projections, the texts' numbers, shape (texts, numbers), and the label; None: about every label.

    """

    space: FeatureSpace
    matrix: sp.csr_matrix
    beside: Sequence[tuple[Projection, NDArray[np.float32], str | None]]

    def ground(self, label: str, recipe: Recipe, weights: Floats) -> Ground:
        """Lay the ground for one label."""
        fitting = [part for part in self.beside if part[2] in (None, label)]
        none = np.zeros((self.matrix.shape[0], 0), dtype=np.float32)
        beside = np.hstack([none, *(numbers for _, numbers, _ in fitting)])
        bayes = [(self.space.block(view.name), view.nb_weight) for view in self.space.views if view.nb_weight]
        projections = [projection for projection, _, _ in fitting]
        trust = recipe.tutored.get(label)
        around = next((found for projection, found, _ in fitting if isinstance(projection.numbers, Surroundings)), none)
        tutor = Tutor(nearness(around, recipe.seed), trust) if trust and around.shape[1] else None
        lengths = None if recipe.guess else np.concatenate([[], *map(_lengths, projections)])
        return Ground(self.matrix, projections, beside, bayes, recipe.strength, weights, recipe.seed, lengths, tutor)


def _lengths(projection: Projection) -> Floats:
    """Say how long numbers are beside the features: vectors together REACH in the mean, each opinion OPINION."""
    width = len(projection.centre)
    return np.full(width, OPINION if isinstance(projection.numbers, Opinions) else REACH / np.sqrt(width))


def lay_ground(
    texts: Sequence[PreparedText],
    sources: Sequence[tuple[Source, Sequence[PreparedText]]],
    unlabelled: Sequence[PreparedText],
    recipe: Recipe,
    progress: Progress,
) -> Grounded:
    """Fit the features and what stands beside them.

    Args:
        texts: The target's texts: their document frequencies count.
        sources: Other sets and their texts, none of which the target has.
        unlabelled: Texts that teach word vectors only.
        recipe: The choices.
        progress: Told how many sources are done.

    Raises:
        TrainingFailed: When the texts have too little in common.

    """
    others = [text for _, cut in sources for text in cut] + list(unlabelled)
    space, matrix = FeatureSpace.fit_transform(texts, others=others, views=recipe.views)
    told, of_sources = _opinions_of(space, sources, recipe, progress)
    heard: list[tuple[Numbers, str | None]] = []
    if recipe.surroundings:
        starts = range(0, len(unlabelled), AT_ONCE)
        of_unlabelled = [turned(space.transform(unlabelled[start : start + AT_ONCE])) for start in starts]
        parts = [turned(matrix), *of_sources, *of_unlabelled]
        lines = syllables_of([*texts, *others])
        del sources, unlabelled, others  # thousands of texts would lie in memory to the end
        vectors = text_vectors(space, lines, parts, seed=recipe.seed, dimensions=recipe.surroundings)
        del lines
        if vectors.shape[1]:
            heard.append((Surroundings(parts, vectors), None))
    heard.extend(told)
    beside = []
    for numbers, about in heard:
        found = numbers.transform(matrix)
        projection = Projection.standard(numbers, found, each=isinstance(numbers, Opinions))
        beside.append((projection, projection.transform(found), about))
    return Grounded(space, matrix, beside)


def _opinions_of(
    space: FeatureSpace, sources: Sequence[tuple[Source, Sequence[PreparedText]]], recipe: Recipe, progress: Progress
) -> tuple[list[tuple[Opinions, str]], list[sp.csr_matrix]]:
    """Ask sources what they think, each about its label; of their texts nothing is kept but features, `turned`."""
    told, parts = [], []
    for number, (source, texts) in enumerate(sources):
        features = space.transform(texts)
        if lines := opinions(source, features, recipe.seed):
            told.append((Opinions(np.column_stack(lines).astype(np.float32)), source.about))
        parts.append(turned(features))
        progress("sources", number + 1, len(sources))
    return told, parts


def length_weights(texts: Sequence[PreparedText], steps: Steps) -> NDArray[np.float64]:
    """Let texts count by their number of words: the weight of the first step that is longer, 1 where there is none."""
    return np.array(
        [next((weight for words, weight in steps if len(text.words) < words), 1.0) for text in texts], dtype=np.float64
    )


def kind_weights(examples: Sequence[Example], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Let texts count by what kind of post they are: 1 for a kind that is not named."""
    return np.array([weights.get(example.facts.get("kind", ""), 1.0) for example in examples], dtype=np.float64)
