"""Error analysis: the wrong decisions of which a model was surest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import Example
from classifiers.evaluation.predictions import ScoredExamples


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong decision.

    Args:
        label: The label.
        example: The text and what is known of it.
        flagged: The decision; the truth is the opposite.
        probability: The model's probability of the label.
        distance: Its distance from the threshold in log-odds: how sure the model was.

    """

    label: str
    example: Example
    flagged: bool
    probability: float
    distance: float


def worst_mistakes(scored: ScoredExamples, most: int) -> list[Mistake]:
    """List false positives, then false negatives, of each label, the surest first.

    Args:
        scored: Labelled texts and the predictions of a model.
        most: How many of either kind, for each label.

    """
    mistakes = []
    for label in scored.labels:
        column = scored.column(label)
        distances = np.abs(_log_odds(column.probabilities) - _log_odds(np.array(scored.thresholds[label])))
        for decision in (True, False):
            places = np.flatnonzero((column.flagged != column.answers) & (column.flagged == decision))
            surest = places[np.argsort(-distances[places], kind="stable")][:most]
            mistakes += [
                Mistake(
                    label,
                    scored.examples[int(column.rows[place])],
                    flagged=decision,
                    probability=float(column.probabilities[place]),
                    distance=float(distances[place]),
                )
                for place in surest
            ]
    return mistakes


def _log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return np.log(inside / (1 - inside))
