"""What may be chosen before training, and what proved best for each public set: one table.

The choices were made on texts of the training parts that the fitted lines had not seen, never on development parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final

from classifiers.features.space import VIEWS, View
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
        precision: The precision that a label's threshold aims at on unseen texts; None: the best F1.
        exclusive: Exactly one label holds.
        surroundings: How many dimensions the vectors of a text's features have; 0: no vectors.
        guess: Fit in two steps, of which the first guesses by the vectors and by other models; False: in one.
        sources: Hear what models of other sets say of a text.
        emphasis: How much a text counts for a label by its length: the weight of texts of fewer than so many words.
        tutored: How far a tutor, who reads the surroundings, is trusted, by label.
        quiet: How much posts of some kinds count for a label's line, by label and kind; all others in full.
        leaning: How much the kind of post counts beside a label's line, 0 to 1, by label; where posts have kinds.
        spared: How much of the criticism may pass a label's threshold, 0 to 1, by label; none where it is not named.
        recency: How much more the newest text counts than the middle one, and the oldest less; 0: all alike.
        forward: A text is unseen only by models of older texts, as in use; needs times.
        trees: Let trees judge reactions, time and style.
        seed: Decides the folds.

    """

    views: tuple[View, ...] = VIEWS
    strength: float = 3.0
    precision: float | None = 0.8
    exclusive: bool = False
    surroundings: int = 400
    guess: bool = True
    sources: bool = True
    emphasis: Mapping[str, Steps] = field(default_factory=lambda: EMPHASIS)
    tutored: Mapping[str, Trust] = field(default_factory=lambda: TUTORED)
    quiet: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: QUIET)
    leaning: Mapping[str, float] = field(default_factory=lambda: LEANING)
    spared: Mapping[str, float] = field(default_factory=lambda: SPARED)
    recency: float = 0.0
    forward: bool = False
    trees: bool = False
    seed: int = 20260101


_LEXICON: Final = View("lexicon", (1, 1), letters=False, scale=1.0)


def _short(*, bayes: float) -> tuple[View, ...]:
    """Comments: letters count in full, for spelling is free; segmented words do not help."""
    return (
        View("syllables", (1, 2), letters=False, scale=1.0, bayes=bayes),
        View("plain", (1, 2), letters=False, scale=0.5),
        View("spelled", (1, 2), letters=False, scale=0.7),
        View("letters", (2, 4), letters=True, scale=1.0),
        _LEXICON,
    )


def _long(*, bayes: float, words: float = 0.0) -> tuple[View, ...]:
    """Longer or edited texts: letters count less."""
    segmented = (View("words", (1, 2), letters=False, scale=words),) if words else ()
    return (
        View("syllables", (1, 2), letters=False, scale=1.0, bayes=bayes),
        *segmented,
        View("letters", (2, 4), letters=True, scale=0.3),
    )


# Where thousands of texts are labelled, one step ranks better than two, and a tutor has nothing to add.
_TASK: Final = Recipe(
    strength=4.0, precision=None, exclusive=True, surroundings=100, guess=False, tutored={}, leaning={}
)
_HATE: Final = replace(_TASK, views=_short(bayes=0.5))
_TASKS: Final = {
    "vihsd": _HATE,
    "vlsphsd": _HATE,
    "comments2025": _HATE,
    "victsd": replace(
        _TASK,
        views=(
            *_long(bayes=0.5),
            _LEXICON,
            View("title", (1, 2), letters=False, scale=0.6),
            View("topic", (1, 1), letters=False, scale=0.3),
        ),
        surroundings=400,
    ),
    "reintel": replace(
        _TASK,
        views=_long(bayes=0.5, words=1.0),
        sources=False,
        recency=0.6,
        forward=True,
        trees=True,
    ),
    "viocd": replace(_TASK, views=_long(bayes=1.0, words=1.0)),
}


def recipe_for(name: str) -> Recipe:
    """Give the recipe for the own classes of a public set; raises KeyError for any other name."""
    return _TASKS[name]
