"""What thresholds come to: expected precision and recall, flags a day on recent scores, and how people judged."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from classifiers.evaluation.pr_curve import Point
from monitor.errors import NotReady
from monitor.pipeline.drift import Share
from monitor.pipeline.thresholds import PRECISION, Grouped, Limit, Thresholds
from storage import registry, thresholds
from storage.models import Model
from storage.thresholds import EVERY, Scored


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One label on one kind of source, or on EVERY: all kinds together, with the limit of those without their own.

    Args:
        label: The label.
        kind: The kind of source.
        limit: From where on it is flagged, and from where on it is unsure.
        expected: Precision and recall on unseen labelled texts; None where the model brings no curve.
        flags_per_day: How many scores of the last days pass the threshold, a day.
        unsure_per_day: How many lie in the band below it, a day.
        reviewed: Of the flags that people are sure about and that pass the threshold, those that were right.

    """

    label: str
    kind: str
    limit: Limit
    expected: Point | None
    flags_per_day: float
    unsure_per_day: float
    reviewed: Share

    def as_dict(self) -> dict[str, Any]:
        """Give the row as plain data."""
        return {
            "label": self.label,
            "kind": self.kind,
            **asdict(self.limit),
            "expected_precision": self.expected.precision if self.expected else None,
            "expected_recall": self.expected.recall if self.expected else None,
            "flags_per_day": self.flags_per_day,
            "unsure_per_day": self.unsure_per_day,
            "reviewed": asdict(self.reviewed),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All thresholds of the model in use.

    Args:
        model: Its version.
        days: How many days of scores were looked at; fewer than asked for where there are no more.
        scored: How many posts of those days it has scored.
        rows: Label by label, EVERY first.
        advice: What to do, one line each.

    """

    model: str
    days: float
    scored: int
    rows: tuple[Row, ...]
    advice: tuple[str, ...]

    @property
    def flags_per_day(self) -> float:
        """How many flags these thresholds come to in all, a day."""
        return sum(row.flags_per_day for row in self.rows if row.kind == EVERY)

    def as_dict(self) -> dict[str, Any]:
        """Give the account as plain data."""
        return {
            "model": self.model,
            "days": self.days,
            "scored": self.scored,
            "flags_per_day": self.flags_per_day,
            "rows": [row.as_dict() for row in self.rows],
            "advice": list(self.advice),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What thresholds are weighed by, and do not change: recent scores, decisions and open flags of the model in use.

    Args:
        model: The model.
        kinds: The kinds of monitored sources.
        days: How many days the scores cover.
        recent: Scores of the last days.
        right: Flags that people confirmed.
        wrong: Flags that people rejected.
        waiting: Flags that nobody has decided.

    """

    model: Model
    kinds: tuple[str, ...]
    days: float
    recent: Grouped
    right: Grouped
    wrong: Grouped
    waiting: Grouped


def look_round(session: Session, now: datetime, days: int) -> World:
    """Read what thresholds are weighed by.

    Args:
        session: The unit of work.
        now: The present time, UTC.
        days: How many days of scores to look at.

    Raises:
        NotReady: When no model has scored anything yet.

    """
    model = registry.active_model(session)
    if model is None:
        message = "no model has scored a post yet: run `kiemtin score` first"
        raise NotReady(message)
    since = now - timedelta(days=days)
    first = thresholds.first_scored_post(session, model.id, since)
    return World(
        model=model,
        kinds=tuple(thresholds.monitored_kinds(session)),
        # A new installation has not yet seen all the days that were asked for.
        days=1.0 if first is None else min(float(days), max(1.0, (now - first) / timedelta(days=1))),
        recent=_grouped(thresholds.recent_scores(session, model.id, since)),
        right=_grouped(thresholds.flags_in(session, model.id, "confirmed")),
        wrong=_grouped(thresholds.flags_in(session, model.id, "rejected")),
        waiting=_grouped(thresholds.flags_in(session, model.id, "open")),
    )


def account_of(known: Thresholds, world: World) -> Account:
    """Say what thresholds come to."""
    kinds = sorted({*world.kinds, *(wish.source_kind for wish in known.wishes)} - {EVERY})
    counts = [sum(len(values) for (name, _), values in world.recent.items() if name == label) for label in known.labels]
    return Account(
        model=world.model.version,
        days=world.days,
        scored=max(counts, default=0),
        rows=tuple(_row(known, world, label, kind) for label in known.labels for kind in (EVERY, *kinds)),
        advice=tuple(_advice(known, world.model.version)),
    )


def count_below(known: Thresholds, flags: Grouped) -> int:
    """Count the flags that would not be opened with these thresholds."""
    return sum(
        int((probabilities < known.limit(label, kind).threshold).sum())
        for (label, kind), probabilities in flags.items()
        if label in known.labels
    )


def _grouped(scores: Sequence[Scored]) -> Grouped:
    groups: dict[tuple[str, str], list[float]] = {}
    for score in scores:
        groups.setdefault((score.label, score.source_kind), []).append(score.probability)
    return {key: np.array(values) for key, values in groups.items()}


def _row(known: Thresholds, world: World, label: str, kind: str) -> Row:
    limit = known.limit(label, kind)
    flagged, unsure = _passing(known, world.recent, label, kind), _unsure(known, world.recent, label, kind)
    right, wrong = _passing(known, world.right, label, kind), _passing(known, world.wrong, label, kind)
    return Row(
        label=label,
        kind=kind,
        limit=limit,
        expected=known.curves[label].at(limit.threshold),
        flags_per_day=flagged / world.days,
        unsure_per_day=unsure / world.days,
        reviewed=Share.of(right, right + wrong),
    )


def _passing(known: Thresholds, scores: Grouped, label: str, kind: str) -> int:
    return sum(
        int((values >= known.limit(label, of).threshold).sum())
        for (name, of), values in scores.items()
        if name == label and kind in (EVERY, of)
    )


def _unsure(known: Thresholds, scores: Grouped, label: str, kind: str) -> int:
    count = 0
    for (name, of), values in scores.items():
        if name == label and kind in (EVERY, of):
            limit = known.limit(label, of)
            count += int(((values >= limit.unsure_from) & (values < limit.threshold)).sum())
    return count


def _advice(known: Thresholds, version: str) -> Iterator[str]:
    budget = known.budget
    if budget is not None and budget.model_version != version:
        yield (
            f"the budget was worked out for {budget.model_version}: "
            f"`kiemtin thresholds set --budget {budget.value:g}` works it out for {version}"
        )
    for wish in known.wishes:
        if wish.aim == PRECISION and known.curves[wish.label].threshold_for(wish.value) is None:
            yield f"{wish.label}: {version} reaches no precision of {wish.value:g}; its highest threshold is used"
