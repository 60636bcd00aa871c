"""Threshold report: expected precision and recall, flags a day on recent scores, and precision by reviews."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from classifiers.evaluation.bootstrap import wilson
from classifiers.evaluation.pr_curve import Point
from monitor.errors import NotReady
from monitor.scoring.decision_thresholds import PRECISION, DecisionThreshold, DecisionThresholds, GroupedProbabilities
from storage.models import Model
from storage.scoring import registry, threshold_rules
from storage.scoring.threshold_rules import EVERY, Scored


@dataclass(frozen=True, slots=True)
class Share:
    """A share `hits / total` with its 95 % Wilson interval."""

    hits: int
    total: int
    low: float
    high: float

    @classmethod
    def from_counts(cls, hits: int, total: int) -> "Share":
        """Compute the interval."""
        return cls(hits, total, *wilson(hits, total))


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRow:
    """One label on one kind of source. EVERY stands for all kinds, with the threshold of kinds without their own rule.

    Args:
        label: The label.
        source_kind: The kind of source.
        limit: The threshold, and the lower end of the unsure band.
        expected: Precision and recall on held-out labelled texts; None when the model has no precision-recall curve.
        flags_per_day: Recent scores above the threshold, per day.
        unsure_per_day: Recent scores in the unsure band, per day.
        reviewed: Of the confirmed and rejected flags above the threshold, the confirmed ones.

    """

    label: str
    source_kind: str
    limit: DecisionThreshold
    expected: Point | None
    flags_per_day: float
    unsure_per_day: float
    reviewed: Share

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain data, for JSON."""
        return {
            "label": self.label,
            "kind": self.source_kind,
            **asdict(self.limit),
            "expected_precision": self.expected.precision if self.expected else None,
            "expected_recall": self.expected.recall if self.expected else None,
            "flags_per_day": self.flags_per_day,
            "unsure_per_day": self.unsure_per_day,
            "reviewed": asdict(self.reviewed),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdReport:
    """All thresholds of the active model.

    Args:
        model: Its version.
        days: How many days the scores cover; fewer than requested when there are no more.
        scored: How many posts of those days the model has scored.
        rows: Label by label, EVERY first.
        advice: What to do, one line each.

    """

    model: str
    days: float
    scored: int
    rows: tuple[ThresholdRow, ...]
    advice: tuple[str, ...]

    @property
    def flags_per_day(self) -> float:
        """How many flags a day these thresholds give in all."""
        return sum(row.flags_per_day for row in self.rows if row.source_kind == EVERY)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data, for JSON."""
        return {
            "model": self.model,
            "days": self.days,
            "scored": self.scored,
            "flags_per_day": self.flags_per_day,
            "rows": [row.as_dict() for row in self.rows],
            "advice": list(self.advice),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdData:
    """The data from which a report is computed; it does not depend on the thresholds.

    Args:
        model: The model.
        kinds: The kinds of monitored sources.
        days: How many days the scores cover.
        recent: Scores of those days.
        right: Confirmed flags.
        wrong: Rejected flags.
        waiting: Open flags.

    """

    model: Model
    source_kinds: tuple[str, ...]
    days: float
    recent: GroupedProbabilities
    right: GroupedProbabilities
    wrong: GroupedProbabilities
    waiting: GroupedProbabilities


def read_data(session: Session, now: datetime, days: int) -> ThresholdData:
    """Read the data for a report.

    Args:
        session: The unit of work.
        now: The present time, UTC.
        days: How many days of scores to read.

    Raises:
        NotReady: When no model has scored anything yet.

    """
    model = registry.active_model(session)
    if model is None:
        message = "no model has scored a post yet: run `kiemtin score` first"
        raise NotReady(message)
    since = now - timedelta(days=days)
    first = threshold_rules.first_scored_post(session, model.id, since)
    return ThresholdData(
        model=model,
        source_kinds=tuple(threshold_rules.monitored_source_kinds(session)),
        # A new installation has fewer days of scores than requested; dividing by all of them would understate.
        days=1.0 if first is None else min(float(days), max(1.0, (now - first) / timedelta(days=1))),
        recent=_grouped(threshold_rules.recent_scores(session, model.id, since)),
        right=_grouped(threshold_rules.flag_scores(session, model.id, "confirmed")),
        wrong=_grouped(threshold_rules.flag_scores(session, model.id, "rejected")),
        waiting=_grouped(threshold_rules.flag_scores(session, model.id, "open")),
    )


def build_report(known: DecisionThresholds, data: ThresholdData) -> ThresholdReport:
    """Compute the report of the given thresholds."""
    source_kinds = sorted({*data.source_kinds, *(rule.source_kind for rule in known.rules)} - {EVERY})
    counts = [sum(len(values) for (name, _), values in data.recent.items() if name == label) for label in known.labels]
    return ThresholdReport(
        model=data.model.version,
        days=data.days,
        scored=max(counts, default=0),
        rows=tuple(_row(known, data, label, kind) for label in known.labels for kind in (EVERY, *source_kinds)),
        advice=tuple(_advice(known, data.model.version)),
    )


def count_below_threshold(known: DecisionThresholds, flags: GroupedProbabilities) -> int:
    """Count the flags whose probability is below these thresholds."""
    return sum(
        int((probabilities < known.limit(label, kind).threshold).sum())
        for (label, kind), probabilities in flags.items()
        if label in known.labels
    )


def _grouped(scores: Sequence[Scored]) -> GroupedProbabilities:
    groups: dict[tuple[str, str], list[float]] = {}
    for score in scores:
        groups.setdefault((score.label, score.source_kind), []).append(score.probability)
    return {key: np.array(values) for key, values in groups.items()}


def _row(known: DecisionThresholds, data: ThresholdData, label: str, kind: str) -> ThresholdRow:
    limit = known.limit(label, kind)
    flagged, unsure = _passing(known, data.recent, label, kind), _unsure(known, data.recent, label, kind)
    right, wrong = _passing(known, data.right, label, kind), _passing(known, data.wrong, label, kind)
    return ThresholdRow(
        label=label,
        source_kind=kind,
        limit=limit,
        expected=known.curves[label].at(limit.threshold),
        flags_per_day=flagged / data.days,
        unsure_per_day=unsure / data.days,
        reviewed=Share.from_counts(right, right + wrong),
    )


def _passing(known: DecisionThresholds, scores: GroupedProbabilities, label: str, kind: str) -> int:
    return sum(
        int((values >= known.limit(label, of).threshold).sum())
        for (name, of), values in scores.items()
        if name == label and kind in (EVERY, of)
    )


def _unsure(known: DecisionThresholds, scores: GroupedProbabilities, label: str, kind: str) -> int:
    count = 0
    for (name, of), values in scores.items():
        if name == label and kind in (EVERY, of):
            limit = known.limit(label, of)
            count += int(((values >= limit.unsure_from) & (values < limit.threshold)).sum())
    return count


def _advice(known: DecisionThresholds, version: str) -> Iterator[str]:
    budget = known.budget
    if budget is not None and budget.model_version != version:
        yield (
            f"the budget was worked out for {budget.model_version}: "
            f"`kiemtin thresholds set --budget {budget.value:g}` works it out for {version}"
        )
    for rule in known.rules:
        if rule.aim == PRECISION and known.curves[rule.label].threshold_for(rule.value) is None:
            yield f"{rule.label}: {version} reaches no precision of {rule.value:g}; its highest threshold is used"
