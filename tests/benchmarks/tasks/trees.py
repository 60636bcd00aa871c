"""What trees make of a post as a whole: how people reacted, when it was published, and how it is written.

These cues bend and interact (a post of nobody that thousands share), so lines cannot use them. The trees' share of a
prediction is shown as one reason.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from classifiers.data.metadata import Context
from classifiers.features.tokens import PreparedText, lexicon_terms
from classifiers.text.lexicon import default_lexicon

VIETNAM: Final = timezone(timedelta(hours=7))
SATURDAY: Final = 5
UNKNOWN: Final = math.nan  # trees send it whichever way helps
FIRST_SYMBOL: Final = "\u2600"  # emoji and other pictures come after it
COUNTED: Final = ("\n", "#", "http", "<URL>", '"', "“", "...", "…", ":", "-")


def cues(text: str, prepared: PreparedText, context: Context) -> list[float]:
    """Give the numbers that trees look at.

    Args:
        text: The text as it was published: capitals count.
        prepared: The same, normalised and segmented.
        context: What is known beside it.

    """
    return [*_reactions(context), *_moment(context), *_style(text), *_groups(prepared)]


def _reactions(context: Context) -> list[float]:
    likes, comments, shares = (
        UNKNOWN if count is None else math.log1p(count) for count in (context.likes, context.comments, context.shares)
    )
    missing = [float(math.isnan(count)) for count in (likes, comments, shares)]
    return [likes, comments, shares, comments - likes, shares - likes, *missing]


def _moment(context: Context) -> list[float]:
    if context.time is None:
        return [UNKNOWN, UNKNOWN, UNKNOWN, 1.0]
    here = context.time.astimezone(VIETNAM)
    angle = (here.hour + here.minute / 60) * math.pi / 12
    return [math.sin(angle), math.cos(angle), float(here.weekday() >= SATURDAY), 0.0]


def _style(text: str) -> list[float]:
    words = text.split()
    length, count = max(len(text), 1), max(len(words), 1)
    capitals = sum(len(word) > 1 and word.isupper() for word in words)
    return [
        math.log1p(len(text)),
        math.log1p(len(words)),
        sum(map(str.isupper, text)) / length,
        sum(map(str.isdigit, text)) / length,
        text.count("!") / length,
        text.count("?") / length,
        sum(char > FIRST_SYMBOL for char in text) / length,
        sum(map(len, words)) / count,
        len(set(words)) / count,
        capitals / count,
        *(float(text.count(mark)) for mark in COUNTED),
    ]


def _groups(prepared: PreparedText) -> list[float]:
    """Count the lexicon's groups, beside the number of words."""
    found = [group for group, _ in lexicon_terms(prepared)]
    return [found.count(group) / max(len(prepared.words), 1) for group in default_lexicon().groups]


@dataclass(frozen=True, slots=True)
class Trees:
    """Fitted trees that score cues."""

    model: HistGradientBoostingClassifier

    @classmethod
    def fit(cls, rows: NDArray[np.float64], answers: NDArray[np.bool_], seed: int) -> "Trees":
        """Fit shallow, strongly regularised trees on cues of shape (texts, cues)."""
        told = ~np.isnan(rows).all(axis=0)  # a cue that no text has cannot be cut into bins
        model = HistGradientBoostingClassifier(
            max_iter=150,
            learning_rate=0.06,
            max_leaf_nodes=15,
            l2_regularization=3.0,
            max_features=0.3,
            class_weight="balanced",
            early_stopping=False,
            random_state=seed,
        )
        return cls(model.fit(np.where(told, rows, 0.0), answers))

    def log_odds(self, rows: Sequence[Sequence[float]] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Score cues, shape (texts,)."""
        return np.asarray(self.model.decision_function(np.asarray(rows, dtype=np.float64)), dtype=np.float64)
