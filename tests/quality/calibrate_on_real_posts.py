"""`make real-posts REAL=FILE`: fit the corrections of the default model on real posts, and write real_posts.toml.

FILE holds JSON lines with `text`, `title` (what the post answers, or nothing) and `labels`, gzipped or not, labelled by
the guide of the corpus. No text of it is kept: twelve numbers and three thresholds with their curves are.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from classifiers.data.datasets import Example, read_corpus, read_named
from classifiers.evaluation.metrics import threshold_for_precision
from classifiers.evaluation.pr_curve import Curve
from classifiers.features.tokens import prepare_all
from classifiers.model.classifier import Classifier, sigmoid, traits_of
from classifiers.text.segment import Segmenter
from classifiers.training import calibration
from classifiers.training.calibration import Correction
from classifiers.training.config import TrainingConfig
from classifiers.training.train import Trainer

# The share of flags that are to be right on real posts. Real posts hold few concerns, and a union would rather read
# two posts too many than miss one.
PRECISION: Final = {"unverified": 0.75, "negative": 0.6, "concern": 0.3}
INVERSE_REGULARISATION: Final = 0.3  # of the corrections: where few posts tell, they stay small
DIGITS: Final = 3
POINTS: Final = 12  # of the curve


def main(arguments: Sequence[str]) -> int:
    """Fit and write; gives the exit status."""
    path = Path(arguments[0])
    classifier = Trainer(Segmenter(), TrainingConfig()).fit(read_corpus()).classifier
    corrections = fit_corrections(classifier, read_named("own", path))
    target = Path(calibration.__file__).with_name(calibration.REAL_POSTS_FILE)
    target.write_text(written(corrections, head_of(target.read_text(encoding="utf-8"))), encoding="utf-8")
    return 0


def fit_corrections(classifier: Classifier, posts: Sequence[Example]) -> Mapping[str, Correction]:
    """Fit the correction of each label of a model that has none."""
    titles = [post.title for post in posts]
    traits = traits_of(prepare_all([post.text for post in posts], Segmenter()), titles)
    predictions = list(classifier.predict([post.text for post in posts], titles=titles))
    found = {}
    for label in classifier.labels:
        probabilities = np.array([prediction.probabilities[label] for prediction in predictions])
        log_odds = np.log(probabilities) - np.log1p(-probabilities)
        answers = np.array([post.labels[label] for post in posts], dtype=bool)
        found[label] = fit_correction(np.column_stack([log_odds, traits]), answers, PRECISION[label])
    return found


def fit_correction(columns: NDArray[np.float64], answers: NDArray[np.bool_], precision: float) -> Correction:
    """Fit one label.

    Args:
        columns: Log-odds, log length and whether the post answers another, shape (posts, 3).
        answers: Whether the label holds, shape (posts,).
        precision: The share of flags that are to be right, 0 to 1.

    """
    model = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=1000).fit(columns, answers)
    slope, length, reply = (round(float(weight), DIGITS) for weight in model.coef_[0])
    intercept = round(float(model.intercept_[0]), DIGITS)
    probabilities = sigmoid(columns @ [slope, length, reply] + intercept)
    threshold = threshold_for_precision(probabilities, answers, precision)
    curve = Curve.from_scores(probabilities, answers, points=POINTS)
    rounded = Curve.from_rows([round(value, DIGITS) for value in point] for point in curve.points)
    return Correction(slope, intercept, length, reply, round(threshold, DIGITS), rounded)


def head_of(text: str) -> str:
    """Give the comment at the head of the file."""
    return "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))


def written(corrections: Mapping[str, Correction], head: str) -> str:
    """Write corrections as TOML."""
    parts = [head]
    for label, it in corrections.items():
        numbers = {name: getattr(it, name) for name in ("slope", "intercept", "length", "reply", "threshold")}
        lines = [f"[{label}]", *(f"{name} = {value}" for name, value in numbers.items())]
        lines += ["curve = [", *(f"    {row}," for row in it.curve.as_rows()), "]", ""]
        parts.append("\n".join(lines))
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
