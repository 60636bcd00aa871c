"""How each set's own classes are trained: one table.

The choices were made by cross-validation on the training parts, never on development parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from classifiers.data.datasets import PUBLIC_SETS, ClassSet
from classifiers.features.space import LEXICON
from classifiers.features.tokens import View, bare_syllables, joined_word, respelled_syllables, syllables

# Reviews of shops. Asked for at https://huggingface.co/datasets/tarudesu/ViOCD; for research only.
VIOCD: Final = ClassSet(
    "viocd",
    "UIT-ViOCD, arXiv 2104.11969",
    ("text", "review"),
    ("complaint", "label"),
    {"0": "other", "1": "complaint"},
)
SETS: Final[Mapping[str, ClassSet]] = {known.name: known for known in (*PUBLIC_SETS, VIOCD)}

TITLE: Final = View("title", (1, 2), scale=0.6, word_tokens=syllables)
TOPIC: Final = View("topic", (1, 1), scale=0.3, word_tokens=joined_word)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskConfig:
    """Parameters of one task.

    Args:
        views: The blocks of text features.
        nb_weights: By view name, the weight of its naive-Bayes scaling (Wang and Manning, 2012); unnamed views: none.
        uses_title: Add features of the title and the topic under which a text stands.
        inverse_regularisation: C of the logistic regressions.
        dimensions: Length of the document embeddings; 0: none.
        auxiliary: Add the scores of models of other sets as features.
        recency: Slope of the sample weights over time: the newest text weighs 1 + recency, the oldest 1 - recency.
        forward: Cross-validate forward in time: a text is scored by models of older texts only.
        trees: Add the score of boosted trees on engagement, time and style.
        seed: Seed of splits and solvers.

    """

    views: tuple[View, ...]
    nb_weights: Mapping[str, float] = field(default_factory=dict)
    uses_title: bool = False
    inverse_regularisation: float = 4.0
    dimensions: int = 100
    auxiliary: bool = True
    recency: float = 0.0
    forward: bool = False
    trees: bool = False
    seed: int = 20260101


def _comments() -> tuple[View, ...]:
    """Give views for comments: character n-grams count in full, since spelling is free; words do not help."""
    return (
        View("syllables", (1, 2), scale=1.0, word_tokens=syllables),
        View("plain", (1, 2), scale=0.5, word_tokens=bare_syllables),
        View("spelled", (1, 2), scale=0.7, word_tokens=respelled_syllables),
        View("letters", (2, 4), scale=1.0, word_tokens=syllables, characters=True),
        LEXICON,
    )


def _edited(*, words: float = 0.0) -> tuple[View, ...]:
    """Give views for longer or edited texts: character n-grams count less."""
    segmented = (View("words", (1, 2), scale=words, word_tokens=joined_word),) if words else ()
    return (
        View("syllables", (1, 2), scale=1.0, word_tokens=syllables),
        *segmented,
        View("letters", (2, 4), scale=0.3, word_tokens=syllables, characters=True),
    )


_HATE: Final = TaskConfig(views=_comments(), nb_weights={"syllables": 0.5})
_VICTSD: Final = TaskConfig(views=(*_edited(), LEXICON), nb_weights={"syllables": 0.5}, dimensions=400)
_REINTEL: Final = TaskConfig(
    views=_edited(words=1.0),
    nb_weights={"syllables": 0.5},
    auxiliary=False,
    recency=0.6,
    forward=True,
    trees=True,
)
# By task: the set, and its parameters.
TASKS: Final[Mapping[str, tuple[str, TaskConfig]]] = {
    "vihsd": ("vihsd", _HATE),
    "vlsphsd": ("vlsphsd", _HATE),
    "comments2025": ("comments2025", _HATE),
    "victsd": ("victsd", _VICTSD),
    "victsd with titles": ("victsd", replace(_VICTSD, uses_title=True)),
    "viocd": ("viocd", TaskConfig(views=_edited(words=1.0), nb_weights={"syllables": 1.0})),
    "reintel": ("reintel", _REINTEL),
}
