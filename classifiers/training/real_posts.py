"""What was measured on real posts and corrects a model of the project's own posts: calibration and thresholds.

The project's posts resemble real ones, but labels are more common among them, and they are longer. The log-odds that
hold for them are corrected by a logistic regression on real posts (Platt, 1999), which has few numbers a label.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Final

from classifiers.evaluation.pr_curve import Curve
from classifiers.model.classifier import LabelModel
from classifiers.training.linear import Floats

REAL_POSTS_FILE: Final = "real_posts.toml"  # beside this module


@dataclass(frozen=True, slots=True)
class Correction:
    """How the log-odds of a label are corrected, and from where on it is flagged.

    Args:
        slope: By what they are multiplied.
        intercept: What is added to them.
        length: What is added for each unit of log(1 + characters of the normalised text).
        reply: What is added where the text answers an article or another post.
        threshold: The probability from which the label is flagged.
        curve: Precision and recall on the real posts, at other thresholds.

    """

    slope: float
    intercept: float
    length: float
    reply: float
    threshold: float
    curve: Curve = field(default_factory=Curve)

    def apply(self, model: LabelModel) -> LabelModel:
        """Correct the model of a label."""
        scaled = model.scaled(self.slope, self.intercept)
        return replace(
            scaled, length_weight=scaled.length_weight + self.length, reply_weight=scaled.reply_weight + self.reply
        )

    def log_odds(self, log_odds: Floats, traits: Floats) -> Floats:
        """Correct the log-odds of texts, shape (texts,), whose traits (`traits_of`) have shape (texts, 2)."""
        return self.slope * log_odds + self.intercept + traits @ [self.length, self.reply]


def default_corrections() -> Mapping[str, Correction]:
    """Read the corrections of the default model, by label."""
    text = (resources.files("classifiers.training") / REAL_POSTS_FILE).read_text(encoding="utf-8")
    return read_corrections(text)


def read_corrections(text: str) -> Mapping[str, Correction]:
    """Read corrections from the text of a TOML file, by label."""
    return {
        label: Correction(**{**numbers, "curve": Curve.from_rows(numbers["curve"])})
        for label, numbers in tomllib.loads(text).items()
    }
