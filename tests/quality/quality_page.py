"""The measured part of docs/quality.md: what the default model reaches, each figure with its 95 % interval."""

import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from classifiers.evaluation.bootstrap import wilson
from classifiers.evaluation.metrics import summary
from classifiers.evaluation.predictions import ScoredExamples
from classifiers.labels import LABEL_NAMES
from classifiers.training.config import TrainingConfig
from tests.quality.fairness import Fairness
from tests.quality.gate import Measured

PAGE: Final = Path(__file__).parents[2] / "docs" / "quality.md"
BEGIN, END = "<!-- measured by `make quality` -->", "<!-- /measured -->"
_BETWEEN: Final = re.compile(f"(?<={re.escape(BEGIN)}\n).*(?={re.escape(END)})", re.DOTALL)
FIGURES: Final = (
    ("auc", "AUC"),
    ("average_precision", "AP"),
    ("precision", "precision"),
    ("recall", "recall"),
)


def measured_part(found: Measured, unseen: ScoredExamples, challenge_set: ScoredExamples, fairness: Fairness) -> str:
    """Write the tables."""
    measured_on = (
        f"Corpus of {len(unseen.examples):,} posts (hash with the recipe `{found.hashes['corpus'][:12]}`), "
        f"default model `{found.hashes['default_model'][:12]}`, challenge set of "
        f"{len(challenge_set.examples)} posts (`{found.hashes['challenge_set'][:12]}`), scikit-learn "
        f"{version('scikit-learn')}, underthesea {version('underthesea')}."
    )
    folds = TrainingConfig().folds
    lines = [
        measured_on,
        "",
        f"## On the project's own posts, a model of them alone ({folds} folds: each scored by one that did not see it)",
        "",
        *_label_table(summary(unseen)),
        "",
        "## On the challenge set, the default model (it resembles the corpus: a best case; nothing is trained on it)",
        "",
        *_label_table(summary(challenge_set)),
        "",
        "Posts that carry no label, and how many of them are flagged for any:",
        "",
        *_clean_table(found),
        "",
        "## Fairness: the same posts with other names",
        "",
        *_fairness(fairness),
    ]
    return "".join(f"{line}\n" for line in lines)


def _label_table(measured: dict[str, Any]) -> list[str]:
    labels = measured["labels"]
    rows = [["posts with it", *(f"{labels[label]['positives']:,}" for label in LABEL_NAMES)]]
    rows.append(["flagged from", *(f"{labels[label]['threshold']:.2f}" for label in LABEL_NAMES)])
    rows += [[name, *(_with_interval(labels[label], key) for label in LABEL_NAMES)] for key, name in FIGURES]
    return _table(["", *(f"`{label}`" for label in LABEL_NAMES)], rows)


def _with_interval(figures: dict[str, Any], key: str) -> str:
    low, high = figures["intervals"][key]
    return f"{figures[key]:.3f} ({low:.3f} to {high:.3f})"


def _clean_table(found: Measured) -> list[str]:
    rows = []
    for kind, count in sorted(found.clean.items(), key=lambda item: (-item[1], item[0])):
        low, high = wilson(found.flagged[kind], count)
        share = found.flagged[kind] / count
        rows.append([f"`{kind}`", str(count), str(found.flagged[kind]), f"{share:.1%} ({low:.1%} to {high:.1%})"])
    return _table(["kind", "posts", "flagged", "share"], rows)


def _fairness(fairness: Fairness) -> list[str]:
    """Tell what exchanging names changes, and how often attacks are found by the kind of group."""
    named = (
        f"{fairness.clean} clean posts name a people, region, faith, sex, orientation, disability, trade, country or "
        f"the border; {fairness.hate} attack one. Each is scored with its name and with others that may stand there."
    )
    exchanges = [fairness.names[label] for label in LABEL_NAMES]
    rows = [
        ["pairs of a post with its own and with another name", *(f"{each.pairs:,}" for each in exchanges)],
        ["of these flagged: own name, other name", *(f"{each.flagged[0]}, {each.flagged[1]}" for each in exchanges)],
        ["mean shift of log-odds by the name that shifts most", *(f"{each.largest_mean:.2f}" for each in exchanges)],
        ["largest shift of log-odds", *(f"{each.largest:.2f}" for each in exchanges)],
    ]
    kinds = [
        [
            kind,
            *(
                f"{fairness.neutral[label][kind]:+.2f}" if kind in fairness.neutral[label] else ""
                for label in LABEL_NAMES
            ),
            f"{recall:.3f}",
        ]
        for kind, recall in sorted(fairness.recall.items())
    ]
    mean = sum(fairness.recall.values()) / len(fairness.recall)
    return [
        named,
        "",
        *_table(["", *(f"`{label}`" for label in LABEL_NAMES)], rows),
        "",
        "By kind of group: the mean shift of log-odds against the same posts with a word that names no group, such as",
        "“bà con”, and the share of attacks that are flagged as `negative`:",
        "",
        *_table(
            ["kind", *(f"shift, `{label}`" for label in LABEL_NAMES), "recall of attacks"],
            [*kinds, ["mean over kinds", "", "", "", f"{mean:.3f}"]],
        ),
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows)]


def replace_measured(page: str, part: str) -> str:
    """Put a new measured part into the page, in the place of the old one."""
    return _BETWEEN.sub(lambda _: part, page)
