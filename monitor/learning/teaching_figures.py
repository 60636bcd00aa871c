"""What a taught model's flags are worth by now, and what another round of labelling would bring."""

import math
from dataclasses import dataclass
from typing import Final

from classifiers.training.learning_curve import Forecast, forecast
from classifiers.training.local import Adapted

ROUND: Final = 50  # posts
LEAST_FLAGS: Final = 5  # on posts that were not seen; fewer say nothing of how many are right


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """The figures of one label, all on posts that the model had not seen.

    Args:
        label: Its name.
        yes: Taught posts with the label.
        no: Taught posts without it.
        changed: Whether there were enough to teach the label.
        flags: How many of the posts would be flagged.
        right: The share of flags that are right; None with fewer than LEAST_FLAGS.
        low: The lower end of its 95 % interval.
        high: The upper end.
        found: How many of the posts with the label would be flagged.
        next_round: What ROUND posts more would bring; None where too few carry the label.

    """

    label: str
    yes: int
    no: int
    changed: bool
    flags: int
    right: float | None
    low: float | None
    high: float | None
    found: int
    next_round: Forecast | None


def label_figures(adapted: Adapted, column: int) -> LabelFigures:
    """Count for one label."""
    name = tuple(adapted.labels)[column]
    label = adapted.labels[name]
    flagged = label.unseen >= label.threshold
    count = int(flagged.sum())
    threshold = math.log(label.threshold / (1 - label.threshold)) if label.threshold < 1 else math.inf
    share = label.flags.interval(threshold) if count >= LEAST_FLAGS else None
    right, low, high = share or (None, None, None)
    return LabelFigures(
        label=name,
        yes=int(label.answers.sum()),
        no=int((~label.answers).sum()),
        changed=label.changed,
        flags=count,
        right=right,
        low=low,
        high=high,
        found=int((flagged & label.answers).sum()),
        next_round=forecast(adapted.local, column, ROUND) if label.changed else None,
    )
