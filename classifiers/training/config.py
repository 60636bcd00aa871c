"""What may be chosen before training, and the values of the default model.

Each value was chosen on posts that the model had not seen: real posts, the project's tuning posts, folds of the
corpus, and training parts of public sets. docs/ablations.md says what each idea gains.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from classifiers.features.space import VIEWS
from classifiers.features.tokens import View
from classifiers.labels import CONCERN, NEGATIVE, UNVERIFIED
from classifiers.training.calibration import Correction, default_corrections


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelConfig:
    """Choices for one label.

    Args:
        subclass_weight: Share of the log-odds by subclasses in the label's score, beside the linear model's; 0 to 1.
        criticism_limit: Largest share of the criticism in training that may pass the threshold, 0 to 1.
        kind_weights: Sample weights of posts by their kind, for the linear model alone; 1 where a kind is not named.
        kind_factors: How many times as common as in training subclasses of a kind are taken to be, for the subclasses
            alone; 1 where a kind is not named.

    """

    subclass_weight: float = 0.0
    criticism_limit: float = 0.01
    kind_weights: Mapping[str, float] = field(default_factory=dict)
    kind_factors: Mapping[str, float] = field(default_factory=dict)


PRECISION: Final = 0.8

# Some wrongs are done in everyday words. A linear model would take these for abuse, so such posts weigh less in it; the
# subclasses tell them apart.
QUIET_WRONGS: Final = MappingProxyType(dict.fromkeys(("threat", "harassment", "gloating", "sexual"), 0.25))
# Real posts hold more criticism and small talk than the corpus, more attacks on groups, and more rumours that read like
# news than whispers; measured on real posts, in steps of four.
UNVERIFIED_FACTORS: Final = MappingProxyType(
    {"rumour_alarm": 4.0} | dict.fromkeys(("hearsay", "innocent_oneliner", "advice", "satire", "correction"), 0.25)
)
# Attacks on groups count more than real posts ask for (they rank as well with 4): without that, those on some kinds of
# group are found less often than others.
NEGATIVE_FACTORS: Final = MappingProxyType({"criticism": 4.0, "small_talk": 4.0, "group_hate": 16.0})
CONCERN_FACTORS: Final = MappingProxyType({"small_talk": 4.0})
# Nobody is to be flagged for criticising. The limits are stricter than the share that is aimed at, because criticism
# on platforms is harder to tell from the labels than that of the corpus.
LABELS: Final[Mapping[str, LabelConfig]] = MappingProxyType(
    {
        UNVERIFIED.name: LabelConfig(subclass_weight=0.8, criticism_limit=0.003, kind_factors=UNVERIFIED_FACTORS),
        NEGATIVE.name: LabelConfig(
            subclass_weight=0.4,
            criticism_limit=0.006,
            kind_weights=QUIET_WRONGS,
            kind_factors=NEGATIVE_FACTORS,
        ),
        CONCERN.name: LabelConfig(subclass_weight=0.3, criticism_limit=0.006, kind_factors=CONCERN_FACTORS),
    }
)


# The precision that cross-validation on taught posts must show; half of them were drawn for being probable, and so are
# harder than other posts. Chosen on halves of real posts, where flags of posts not taught were right more often.
LOCAL_PRECISION: Final = MappingProxyType({UNVERIFIED.name: 0.5, NEGATIVE.name: 0.6, CONCERN.name: 0.6})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """Choices for a whole model.

    Args:
        views: The blocks of features.
        min_documents: N-grams of fewer texts are dropped.
        inverse_regularisation: scikit-learn's C of the linear models.
        precision: The precision that a threshold must reach on unseen texts, 0 to 1.
        labels: Choices by label; a label that is not named gets `LabelConfig()`.
        corrections: What was measured on real posts, by label.
        folds: In how many parts the texts are split, so that each is scored by models that did not see it.
        seed: Decides folds and the order in which solvers take the texts.

    """

    views: tuple[View, ...] = VIEWS
    min_documents: int = 5
    inverse_regularisation: float = 0.5
    precision: float = PRECISION
    labels: Mapping[str, LabelConfig] = field(default_factory=lambda: LABELS)
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    folds: int = 3
    seed: int = 20260101

    def for_label(self, label: str) -> LabelConfig:
        """Give the choices for a label."""
        return self.labels.get(label, LabelConfig())


def corpus_config(precision: float = PRECISION) -> TrainingConfig:
    """Give the choices for a model of the project's corpus, corrected by what was measured on real posts."""
    return TrainingConfig(precision=precision, corrections=default_corrections())
