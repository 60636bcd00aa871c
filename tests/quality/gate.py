"""What the default model has to reach: measured figures, and the floors and ceilings that are derived from them.

Figures of the project's posts are those of posts that the model of these posts alone did not see. The challenge set, on
which nobody trains, is scored by the default model of the distribution.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from classifiers.data.datasets import data_hash, read_challenge_set
from classifiers.evaluation.predictions import ScoredExamples, score_examples
from classifiers.labels import LABEL_NAMES
from classifiers.persistence import Loaded
from classifiers.training.train import Trained

FLOORS: Final = Path(__file__).parent / "floors.toml"
MEASURE_ANEW: Final = "run `make quality`"

# What another machine or another version of a library may cost without anybody having changed the model.
MARGINS: Final = {"auc": 0.005, "average_precision": 0.015, "precision": 0.02, "recall": 0.02}
CHALLENGE_SET_MARGIN: Final = 0.03  # of a label's recall: two posts of sixty
GUARD_POSTS: Final = 1  # more wrong flags of one kind than were measured
EXACT: Final = 1e-9


@dataclass(frozen=True)
class Measured:
    """What was found out.

    Args:
        hashes: What it was measured on: the hashes of the corpus, of the default model, and of the challenge set.
        unseen: By label, the figures of MARGINS on posts of the corpus that were not seen.
        recall: By label, the share of the challenge set's posts with it that are flagged for it.
        flagged: By kind, how many of the challenge set's posts without any label are flagged all the same.
        clean: By kind, how many such posts there are.

    """

    hashes: Mapping[str, str]
    unseen: Mapping[str, Mapping[str, float]]
    recall: Mapping[str, float]
    flagged: Mapping[str, int]
    clean: Mapping[str, int]


@dataclass(frozen=True)
class Limits:
    """What must hold: least figures (`unseen`, `recall`) and most wrong flags (`flagged`)."""

    hashes: Mapping[str, str]
    unseen: Mapping[str, Mapping[str, float]]
    recall: Mapping[str, float]
    flagged: Mapping[str, int]


def measured(own: Trained, default: Loaded, challenge_set: ScoredExamples) -> Measured:
    """Measure a model of the project's posts, and the default model, which has scored the challenge set."""
    clean = [row for row, example in enumerate(challenge_set.examples) if not any(example.labels.values())]
    kinds = Counter(challenge_set.examples[row].facts["kind"] for row in clean)
    flagged = Counter(challenge_set.examples[row].facts["kind"] for row in clean if challenge_set.flagged[row].any())
    columns = {label: challenge_set.column(label) for label in LABEL_NAMES}
    return Measured(
        hashes={
            "corpus": own.data_hash,
            "default_model": default.manifest["data_hash"],
            "challenge_set": data_hash(challenge_set.examples),
        },
        unseen={label: {name: getattr(own.metrics[label], name) for name in MARGINS} for label in LABEL_NAMES},
        recall={label: float(column.flagged[column.answers].mean()) for label, column in columns.items()},
        flagged={kind: flagged[kind] for kind in kinds},
        clean=dict(kinds),
    )


def score_challenge_set(loaded: Loaded) -> ScoredExamples:
    """Let a model judge the challenge set."""
    return score_examples(loaded.classifier, read_challenge_set())


def limits_of(found: Measured) -> Limits:
    """Set each limit a stated margin beside what was measured."""
    return Limits(
        hashes=found.hashes,
        unseen={
            label: {name: value - MARGINS[name] for name, value in figures.items()}
            for label, figures in found.unseen.items()
        },
        recall={label: value - CHALLENGE_SET_MARGIN for label, value in found.recall.items()},
        flagged={kind: count + GUARD_POSTS for kind, count in found.flagged.items()},
    )


def breaches(found: Measured, limits: Limits) -> Iterator[str]:
    """Say, one line each, what was measured and is worse than its limit."""
    for label, floors in limits.unseen.items():
        for name, floor in floors.items():
            value = found.unseen[label][name]
            if value < floor - EXACT:
                yield f"{name} of {label} on unseen posts is {value:.4f}, the floor {floor:.4f}"
    for label, floor in limits.recall.items():
        if found.recall[label] < floor - EXACT:
            yield f"recall of {label} on the challenge set is {found.recall[label]:.4f}, the floor {floor:.4f}"
    for kind, most in limits.flagged.items():
        count = found.flagged.get(kind, 0)
        if count > most:
            yield f"{count} of {found.clean[kind]} posts of kind {kind} are flagged, at most {most} may be"


def strange(found: Measured, limits: Limits) -> list[str]:
    """Name the data on which the limits were not measured."""
    return [name for name, value in found.hashes.items() if limits.hashes[name] != value]


def without_foreign_challenge_set(limits: Limits, found: Measured) -> Limits:
    """Leave out the challenge set's limits where the challenge set is another one: they say nothing of it."""
    if limits.hashes["challenge_set"] == found.hashes["challenge_set"]:
        return limits
    return Limits(limits.hashes, limits.unseen, recall={}, flagged={})


def ratcheted(found: Measured, old: Limits) -> Limits:
    """Set new limits of which none is more lenient than the old one."""
    new = limits_of(found)
    return Limits(
        hashes=new.hashes,
        unseen={
            label: {name: max(floor, old.unseen.get(label, {}).get(name, floor)) for name, floor in floors.items()}
            for label, floors in new.unseen.items()
        },
        recall={label: max(floor, old.recall.get(label, floor)) for label, floor in new.recall.items()},
        flagged={kind: min(most, old.flagged.get(kind, most)) for kind, most in new.flagged.items()},
    )


def read_limits(path: Path) -> Limits:
    """Read what `write_limits` wrote."""
    stored = tomllib.loads(path.read_text(encoding="utf-8"))
    return Limits(
        stored["hashes"], stored["unseen"], stored["challenge_set"]["recall"], stored["challenge_set"]["flagged"]
    )


def write_limits(limits: Limits, clean: Mapping[str, int], path: Path) -> None:
    """Write the limits as TOML; the file is written aside and then put in place."""
    margins = ", ".join(f"{name} {margin}" for name, margin in MARGINS.items())
    lines = [
        "# What the models have to reach; written by `make quality`, never by hand.",
        "# `unseen`: a model of the project's posts alone; `challenge_set`: the default model.",
        "# A limit is what was measured, less a margin for other machines and versions:",
        f"# {margins}; recall on the challenge set {CHALLENGE_SET_MARGIN}; one wrong flag a kind.",
        "# It only ever becomes stricter, unless `make quality LOWER=1` is asked for.",
        *_section("hashes", limits.hashes),
    ]
    for label, floors in limits.unseen.items():
        lines += _section(f"unseen.{label}", floors)
    lines += _section("challenge_set.recall", limits.recall)
    lines += _section("challenge_set.flagged", limits.flagged, {kind: f"of {count}" for kind, count in clean.items()})
    aside = path.with_suffix(".new")
    aside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    aside.replace(path)


def _section(name: str, values: Mapping[str, Any], remarks: Mapping[str, str] | None = None) -> Sequence[str]:
    remarks = remarks or {}
    return [
        "",
        f"[{name}]",
        *(f"{key} = {_toml(value)}{f'  # {remarks[key]}' if key in remarks else ''}" for key, value in values.items()),
    ]


def _toml(value: str | float) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:.4f}" if isinstance(value, float) else str(value)
