"""Calibration of scores to log-odds (Platt, 1999), on texts that the scoring models had not seen."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifiers.evaluation.pr_curve import Curve
from classifiers.model.classifier import LabelModel
from classifiers.training.linear import Floats, LinearModel

UNREGULARISED = 1e6  # scikit-learn's C for two parameters that need no regularisation
LEAST_DEVIATION = 1e-9


@dataclass(frozen=True, slots=True)
class SubclassScores:
    """What subclasses say of a label.

    Args:
        log_odds: Of texts that the subclass models had not seen, shape (texts,).
        shares: What each subclass counts for the label and against it, shape (2, subclasses).
        weight: Their share in the label's score, beside the linear model's; 0 to 1.

    """

    log_odds: Floats
    shares: Floats
    weight: float


def calibrate(
    label: str,
    model: LinearModel,
    scores: Floats,
    answers: NDArray[np.bool_],
    subclasses: SubclassScores | None,
) -> tuple[LabelModel, Floats]:
    """Make the model of one label: the linear model and the subclasses, blended and calibrated.

    Args:
        label: Its name.
        model: Fitted on all texts.
        scores: Of texts by linear models that had not seen them, shape (texts,).
        answers: Whether the texts carry the label, shape (texts,).
        subclasses: What subclasses say; None: nothing.

    Returns:
        The label's model, and the calibrated log-odds of the texts, shape (texts,).

    """
    columns, blend = scores[:, np.newaxis], np.ones(1)
    if subclasses is not None:
        columns = np.column_stack([scores, subclasses.log_odds])
        # Both are brought to deviation one, so that the weight means the same whatever their scales are.
        blend = np.array([1 - subclasses.weight, subclasses.weight])
        blend = blend / np.maximum(columns.std(axis=0), LEAST_DEVIATION)
    slope, shift = _platt(columns @ blend, answers)
    blend = blend * slope
    weights, intercept = blend[0] * model.weights, float(blend[0] * model.intercept + shift)
    log_odds = columns @ blend + shift
    if subclasses is None:
        return LabelModel(label, weights, intercept), log_odds
    return LabelModel(label, weights, intercept, float(blend[1]), subclasses.shares), log_odds


def _platt(scores: Floats, answers: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit slope and intercept that turn scores, shape (texts,), into log-odds.

    Answers are smoothed as Platt does, so that few texts that a score tells apart do not make it certain. The slope is
    never negative: scores that rank unseen texts the wrong way round say nothing, and every text gets the base rate.
    """
    yes = int(answers.sum())
    no = len(answers) - yes
    target = np.where(answers, (yes + 1) / (yes + 2), 1 / (no + 2))
    twice = np.concatenate([scores, scores])[:, np.newaxis]
    platt = LogisticRegression(C=UNREGULARISED, max_iter=1000)
    platt.fit(twice, np.arange(len(twice)) < len(scores), sample_weight=np.concatenate([target, 1 - target]))
    slope = float(platt.coef_[0, 0])
    if slope > 0:
        return slope, float(platt.intercept_[0])
    return 0.0, float(np.log(target.mean() / (1 - target.mean())))


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
        return replace(scaled, trait_weights=np.add(scaled.trait_weights, (self.length, self.reply)))

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
