"""The design matrix: TF-IDF features of the texts, and beside them the scores of auxiliary models."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import scipy.sparse as sp

from classifiers.features.space import FeatureSpace
from classifiers.features.tokens import PreparedText
from classifiers.training.auxiliary import AuxiliaryScores, AuxiliarySet, auxiliary_weights
from classifiers.training.config import TrainingConfig
from classifiers.training.linear import Floats

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class DesignMatrix:
    """The features of the texts, and the weights of auxiliary models, each with the label that it is about.

    Args:
        space: The fitted views.
        matrix: Shape (texts, features).
        auxiliary: Label and weights of each auxiliary model, the latter of shape (features,).

    """

    space: FeatureSpace
    matrix: sp.csr_matrix
    auxiliary: Sequence[tuple[str, Floats]]

    @classmethod
    def fit(
        cls,
        texts: Sequence[PreparedText],
        auxiliary: Sequence[tuple[AuxiliarySet, Sequence[PreparedText]]],
        config: TrainingConfig,
        progress: Progress,
    ) -> "DesignMatrix":
        """Fit the features, and the models of auxiliary sets on them.

        Args:
            texts: The target's texts; their document frequencies count.
            auxiliary: Other sets with their texts, none of which the target has.
            config: The choices.
            progress: Told how many auxiliary sets are done.

        Raises:
            TrainingFailed: When the texts have too little in common.

        """
        others = [text for _, prepared in auxiliary for text in prepared]
        space, matrix = FeatureSpace.fit_transform(
            texts, others=others, views=config.views, min_documents=config.min_documents
        )
        fitted: list[tuple[str, Floats]] = []
        for number, (data, prepared) in enumerate(auxiliary):
            weights = auxiliary_weights(data, space.transform(prepared), config.seed)
            fitted += [(data.about, of_model) for of_model in weights]
            progress("auxiliary sets", number + 1, len(auxiliary))
        return cls(space, matrix, fitted)

    def scores_for(self, label: str) -> AuxiliaryScores:
        """Give the scores of the auxiliary models that are about a label; there may be none."""
        return AuxiliaryScores.fit([weights for about, weights in self.auxiliary if about == label], self.matrix)
