"""The mistakes worth reading: where a model was most sure of what is not so."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.data.datasets import Example
from classifiers.evaluation.predictions import Scored


@dataclass(frozen=True, slots=True)
class Mistake:
    """One text whose label the model got wrong.

    Args:
        label: The label in question.
        example: The text and what is known of it.
        flagged: What the model decided; the truth is the opposite.
        probability: What it gave the label.
        distance: How far that is from the threshold, in log-odds: how sure it was.

    """

    label: str
    example: Example
    flagged: bool
    probability: float
    distance: float


def worst_mistakes(scored: Scored, most: int) -> list[Mistake]:
    """List mistakes label by label: wrong flags first, then what was missed, the surest of each first.

    Args:
        scored: Labelled texts and what a model says of them.
        most: How many wrong flags, and how many missed texts, of each label.

    """
    found = []
    for label in scored.labels:
        column = scored.column(label)
        distances = np.abs(_log_odds(column.probabilities) - _log_odds(np.array(scored.thresholds[label])))
        for decision in (True, False):
            places = np.flatnonzero((column.flagged != column.answers) & (column.flagged == decision))
            surest = places[np.argsort(-distances[places], kind="stable")][:most]
            found += [
                Mistake(
                    label,
                    scored.examples[int(column.rows[place])],
                    flagged=decision,
                    probability=float(column.probabilities[place]),
                    distance=float(distances[place]),
                )
                for place in surest
            ]
    return found


def _log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return np.log(inside / (1 - inside))
