"""What may be chosen before training.

The choices were made on texts of the training parts that the fitted lines had not seen, never on development parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final

from classifiers.features.space import VIEWS
from classifiers.features.tokens import View
from classifiers.labels import CONCERN, NEGATIVE, UNVERIFIED
from classifiers.training.distillation import Trust

Steps = Sequence[tuple[float, float]]
# Insults live in short comments, claims in longer posts: there a label's line should be best.
EMPHASIS: Final[Mapping[str, Steps]] = {
    NEGATIVE.name: ((25, 2.0), (inf, 1.0)),
    UNVERIFIED.name: ((25, 0.05), (40, 0.5), (inf, 2.0)),
}
# Rumours and concerns have no degrees that the tutor would see: there it costs more than it gives.
TUTORED: Final[Mapping[str, Trust]] = {NEGATIVE.name: Trust(of_no=0.4, of_yes=0.15)}

# Insults are told by their words, whatever the post; whether a claim is one depends most on what kind of post it is.
LEANING: Final[Mapping[str, float]] = {UNVERIFIED.name: 0.65, NEGATIVE.name: 0.3, CONCERN.name: 0.4}
# Some wrongs are done in everyday words, which a line would take for abuse: what kind of post they are tells them.
QUIET: Final[Mapping[str, Mapping[str, float]]] = {
    NEGATIVE.name: dict.fromkeys(("threat", "harassment", "gloating", "sexual"), 0.25)
}
# Nobody is flagged for criticising. The project's own criticism is the hardest there is, so less of what is written
# elsewhere passes. Of 509 such posts (tests/quality/tuning.jsonl) none passes as abuse, so more of it may be found.
SPARED: Final[Mapping[str, float]] = {UNVERIFIED.name: 0.005, NEGATIVE.name: 0.01, CONCERN.name: 0.006}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What may be chosen before training.

    Args:
        views: The ways of looking at a text, with their weights.
        strength: Inverse of the regularisation (scikit-learn's C).
        precision: The precision that a label's threshold aims at on unseen texts.
        surroundings: How many dimensions the vectors of a text's features have; 0: no vectors.
        guess: Fit in two steps, of which the first guesses by the vectors and by other models; False: in one.
        sources: Hear what models of other sets say of a text.
        emphasis: How much a text counts for a label by its length: the weight of texts of fewer than so many words.
        tutored: How far a tutor, who reads the surroundings, is trusted, by label.
        quiet: How much posts of some kinds count for a label's line, by label and kind; all others in full.
        leaning: How much the kind of post counts beside a label's line, 0 to 1, by label; where posts have kinds.
        spared: How much of the criticism may pass a label's threshold, 0 to 1, by label; none where it is not named.
        seed: Decides the folds.

    """

    views: tuple[View, ...] = VIEWS
    strength: float = 3.0
    precision: float = 0.8
    surroundings: int = 400
    guess: bool = True
    sources: bool = True
    emphasis: Mapping[str, Steps] = field(default_factory=lambda: EMPHASIS)
    tutored: Mapping[str, Trust] = field(default_factory=lambda: TUTORED)
    quiet: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: QUIET)
    leaning: Mapping[str, float] = field(default_factory=lambda: LEANING)
    spared: Mapping[str, float] = field(default_factory=lambda: SPARED)
    seed: int = 20260101
