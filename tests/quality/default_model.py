"""`make default-model DATA=DIR`: learn the default model, and write classifiers/model/default/.

DIR holds the sets of SETS as packed JSON lines with `text`, `title`, `labels`, `kind`, `stratum` (how a post was drawn)
and, for posts of a review board, `group`. Personal data are cut out of the posts first. What is written holds the
vocabulary of the project's own posts and figures; no sentence of the sets.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from classifiers.data.datasets import Example, read_corpus, read_named
from classifiers.labels import LABEL_NAMES
from classifiers.persistence import CARD_FILE, DEFAULT_FOLDER, save
from classifiers.text.segment import Segmenter
from classifiers.training.config import TrainingConfig
from classifiers.training.train import Trained, Trainer
from monitor.cli.train import FOLDED
from monitor.privacy.masks.mask import cut_personal
from tests.quality.real_posts import learn_from_real_posts

MADE_AT: Final = "2026-12-01T00:00:00+00:00"  # fixed: the same data give the same files
CARD: Final = Path(__file__).with_name("default_model.md")


@dataclass(frozen=True, slots=True)
class RealSet:
    """A set of real posts: its file, what its posts are, and on what terms they were published."""

    file: str
    holds: str
    terms: str


SETS: Final = (
    RealSet(
        "real-train.jsonl.gz",
        "posts and comments of the training parts of ReINTEL, ViHSD, VLSP 2019 HSD and ViCTSD, of comments of 2025 and "
        "of unlabelled posts, drawn by scores and at random, labelled anew by the project's guide",
        "VLSP user agreement (ReINTEL, VLSP 2019); none stated, research (ViHSD, ViCTSD); MIT (comments of 2025)",
    ),
    RealSet("real-tune.jsonl.gz", "more of the same sets, drawn otherwise, read twice", "as above"),
    RealSet(
        "real-work.jsonl.gz",
        "posts about employers on a public review board, 2018 to 2026, labelled by the project's guide",
        "none stated",
    ),
)


def main(arguments: Sequence[str]) -> int:
    """Learn and write; gives the exit status."""
    segmenter = Segmenter()
    corpus = read_corpus()
    base = Trainer(segmenter, TrainingConfig()).fit(corpus)
    read = {each: read_impersonal(Path(arguments[0]) / each.file) for each in SETS}
    posts = [post for of_set in read.values() for post in of_set]
    trained = learn_from_real_posts(base, corpus, posts, segmenter)
    save(trained.classifier, DEFAULT_FOLDER, trained.facts(DEFAULT_FOLDER.name, MADE_AT))
    (DEFAULT_FOLDER / CARD_FILE).write_text(card(base, trained, read), encoding="utf-8")
    return 0


def read_impersonal(path: Path) -> list[Example]:
    """Read labelled posts without the personal data in them."""
    return [replace(post, text=cut_personal(post.text, FOLDED)) for post in read_named("own", path)]


def card(base: Trained, trained: Trained, read: Mapping[RealSet, Sequence[Example]]) -> str:
    """Write the model's card."""
    sets = [
        f"| `{each.file.partition('.')[0]}` | {len(posts):,} | {each.holds} | {each.terms} |"
        for each, posts in read.items()
    ]
    figures = [
        f"| `{label}` | {one.positives:,} of {one.positives + one.negatives:,} | {one.average_precision:.3f} "
        f"| {one.threshold:.2f} | {one.precision:.2f} | {one.recall:.2f} |"
        for label in LABEL_NAMES
        for one in [trained.metrics[label]]
    ]
    return CARD.read_text(encoding="utf-8").format(
        corpus=f"{base.examples:,}", version=trained.data_hash[:12], sets="\n".join(sets), figures="\n".join(figures)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
