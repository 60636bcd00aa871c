"""The prediction for one text: probabilities, flags and reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

BASE: Final = "(mức nền)"  # what no word accounts for: how common the label is, and how sure the subclass is
REST: Final = "(những từ khác)"  # the words that are not listed one by one
TRAITS: Final = ("(độ dài của bài)", "(trả lời bài khác)")  # what counts beside the words


class Text(NamedTuple):
    """A text to be judged, and the title of the article or post that it answers; empty where it answers none."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A word of the normalised text, or BASE, REST or one of TRAITS, and what it adds to a label's log-odds.

    A word that occurs several times is one reason.
    """

    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The prediction for one text.

    Args:
        probabilities: The probability of each label.
        flags: The labels whose threshold is reached.
        reasons: By label, reasons whose weights sum to the log-odds; the strongest words first.

    """

    probabilities: Mapping[str, float]
    flags: tuple[str, ...]
    reasons: Mapping[str, tuple[Reason, ...]]
