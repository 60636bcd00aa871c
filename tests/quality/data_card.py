"""The data card of the project's own posts: what they are, counted, in Markdown (Gebru et al., 2021).

`make data-card` writes docs/data-card.md.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final, NamedTuple

import numpy as np

from classifiers.data.datasets import SECOND_LABELS, Example, data_hash, read_corpus
from classifiers.evaluation.coders import CoderAgreement, alpha
from classifiers.labels import LABEL_NAMES
from classifiers.text.letters import split_syllables
from classifiers.text.normalise import normalise

CORPUS: Final = resources.files("classifiers") / "corpus"
QUARTERS: Final = ("shortest", "first quarter", "half", "third quarter", "longest")


class DoubleLabel(NamedTuple):
    """A post that was labelled twice, the second time from the guide alone; `why` where the two differ."""

    id: str
    first: frozenset[str]
    second: frozenset[str]
    settled: frozenset[str]
    why: str


def read_second_labels() -> list[DoubleLabel]:
    """Read the second labels of posts of the corpus."""
    rows = map(json.loads, (CORPUS / SECOND_LABELS).read_text(encoding="utf-8").splitlines())
    return [
        DoubleLabel(
            row["id"],
            frozenset(row["first"]),
            frozenset(row["labels"]),
            frozenset(row.get("settled", row["first"])),
            row.get("why", ""),
        )
        for row in rows
    ]


def agreement(posts: Sequence[DoubleLabel], label: str) -> tuple[tuple[int, int, int, int], CoderAgreement | None]:
    """Count who gave a label (both, only the first, only the second, neither), and measure how far they agree."""
    pairs = [(label in post.first, label in post.second) for post in posts]
    counted = Counter(pairs)
    cells = (counted[True, True], counted[True, False], counted[False, True], counted[False, False])
    return cells, alpha(pairs)


def data_card(examples: Sequence[Example], double_labels: Sequence[DoubleLabel]) -> str:
    """Write the card.

    Args:
        examples: The posts, as `read_corpus` gives them.
        double_labels: Those that were labelled a second time, as `read_second_labels` gives them.

    Returns:
        Markdown that depends on the arguments alone, so that a test can compare it with the committed card.

    """
    return Template((CORPUS / "card.md").read_text(encoding="utf-8")).substitute(
        hash=data_hash(examples)[:12],
        posts=f"{len(examples):,}",
        labels=_labels(examples),
        agreement=_agreement(double_labels),
        kinds=_by_fact(examples, "kind"),
        topics=_by_fact(examples, "topic"),
        registers=_by_fact(examples, "register"),
        platforms=_by_fact(examples, "platform"),
        lengths=_lengths(examples),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a Markdown table; all columns but the first are right-aligned."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _labels(examples: Sequence[Example]) -> str:
    sets = Counter(
        " and ".join(f"`{label}`" for label in LABEL_NAMES if example.labels[label]) or "none" for example in examples
    )
    rows = [(name, f"{count:,}", f"{count / len(examples):.1%}") for name, count in sets.most_common()]
    return _table(("labels of a post", "posts", "share"), rows)


def _by_fact(examples: Sequence[Example], fact: str) -> str:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        of_value = counts[example.facts[fact]]
        of_value["posts"] += 1
        of_value.update(label for label in LABEL_NAMES if example.labels[label])
    rows = [
        (f"`{value}`", *(f"{of_value[column]:,}" for column in ("posts", *LABEL_NAMES)))
        for value, of_value in sorted(counts.items(), key=lambda item: (-item[1]["posts"], item[0]))
    ]
    return _table((fact, "posts", *LABEL_NAMES), rows)


def _lengths(examples: Sequence[Example]) -> str:
    characters = [len(example.text) for example in examples]
    syllables = [
        sum(piece[0].isalnum() for piece in split_syllables(normalise(example.text).text)) for example in examples
    ]
    rows = [
        (name, *(f"{value:,.0f}" for value in np.quantile(lengths, [0, 0.25, 0.5, 0.75, 1], method="lower")))
        for name, lengths in (("characters", characters), ("syllables", syllables))
    ]
    return _table(("a post in", *QUARTERS), rows)


def _agreement(double_labels: Sequence[DoubleLabel]) -> str:
    rows = []
    for label in LABEL_NAMES:
        cells, found = agreement(double_labels, label)
        beyond_chance = (
            "–"
            if found is None or found.value is None or found.interval is None
            else "{:.2f} ({:.2f} to {:.2f})".format(found.value, *found.interval)
        )
        rows.append((f"`{label}`", *(f"{count:,}" for count in cells), beyond_chance))
    differed = sum(post.first != post.second for post in double_labels)
    head = ("label", "both", "only the first", "only the second", "neither", "alpha")
    return (
        f"A second, blind labelling gave {len(double_labels):,} posts labels from the guide alone. "
        f"The two labellings differ on {differed:,}; each of these was settled by the guide, and the corpus carries "
        f"what was settled (`second_labels.jsonl`, with the reason). Krippendorff's alpha with its 95 % interval:"
        f"\n\n{_table(head, rows)}"
    )


if __name__ == "__main__":
    Path("docs/data-card.md").write_text(data_card(read_corpus(), read_second_labels()), encoding="utf-8")
