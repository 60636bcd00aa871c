"""Change decision thresholds: set a rule, set a budget of flags, and reset.

Each change is stored in one unit of work with its entry in the audit trail. A dry run makes the same change and rolls
it back, so that it shows exactly what would happen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.errors import NotReady, UsageError
from monitor.scoring.decision_thresholds import BUDGET, PRECISION, DecisionThresholds, budget_shift, resolve_thresholds
from monitor.scoring.threshold_report import (
    ThresholdData,
    ThresholdReport,
    build_report,
    count_below_threshold,
    read_data,
)
from storage import audit
from storage.accounts import users
from storage.database import Database
from storage.scoring import threshold_rules
from storage.scoring.threshold_rules import EVERY, ThresholdRuleDraft

DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class AuditNote:
    """For the audit trail: the operator's account on this machine, the reason, and the desk user who asked."""

    account: str
    why: str = ""
    by: str | None = None


@dataclass(frozen=True, slots=True)
class ThresholdChange:
    """The reports before and after a change; `open_below` counts open flags that are below the new thresholds."""

    before: ThresholdReport
    after: ThresholdReport
    open_below: int
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """Return both reports as plain data, for JSON."""
        return {
            "dry_run": self.dry_run,
            "open_below": self.open_below,
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
        }


class ThresholdEditor:
    """Shows and changes thresholds.

    Args:
        database: Where scores, decisions and thresholds stand.
        clock: Tells the time.
        days: How many days of scores to read.

    """

    def __init__(self, database: Database, clock: Clock, days: int = DAYS) -> None:
        self._database = database
        self._clock = clock
        self._days = days

    def report(self) -> ThresholdReport:
        """Report the present thresholds and their effect.

        Raises:
            NotReady: When no model has scored anything yet.
            StorageError: When the database fails.

        """
        with self._database.work() as session:
            data = read_data(session, self._clock.now(), self._days)
            return build_report(resolve_thresholds(data.model, threshold_rules.all_rules(session)), data)

    def set_rule(
        self, label: str | None, kind: str, aim: str, value: float, audit_note: AuditNote, *, dry_run: bool = False
    ) -> ThresholdChange:
        """Set a precision or a probability as the rule for a label and a kind of source.

        Args:
            label: A label of the model; None for each of them.
            kind: A kind of source, or EVERY for kinds without a rule of their own.
            aim: PRECISION or PROBABILITY.
            value: The expected precision of flags, or the probability from which flags are opened.
            audit_note: Who asked for it and why.
            dry_run: Compute the change and roll it back.

        Raises:
            UsageError: When the model does not know the label or reaches no such precision.
            NotReady: When no model has scored anything yet.
            StorageError: When the database fails, or knows no such user.

        """

        def change(session: Session, data: ThresholdData) -> None:
            known = resolve_thresholds(data.model, ())
            for name in [label] if label else known.labels:
                _require_reachable(known, name, aim, value)
                draft = ThresholdRuleDraft(
                    label=name, source_kind=kind, aim=aim, value=value, model_version=data.model.version
                )
                threshold_rules.put(session, draft, self._clock.now())

        detail = {"label": label or EVERY, "kind": kind, "aim": aim, "value": value}
        return self._change(change, "thresholds.set", detail, audit_note, dry_run=dry_run)

    def set_budget(
        self, flags_per_day: float, floor: float, audit_note: AuditNote, *, dry_run: bool = False
    ) -> ThresholdChange:
        """Shift all thresholds by one amount in log-odds, so that about the given number of flags is opened a day.

        Args:
            flags_per_day: How many flags people can review a day.
            floor: The least expected precision of each label, even where the budget would allow more flags.
            audit_note: Who asked for it and why.
            dry_run: Compute the change and roll it back.

        Raises:
            NotReady: When the model has scored nothing in those days.
            StorageError: When the database fails, or knows no such user.

        """

        def change(session: Session, data: ThresholdData) -> None:
            if not data.recent:
                message = f"{data.model.version} has scored no post of the last {self._days} days: name more --days"
                raise NotReady(message)
            rules = [rule for rule in threshold_rules.all_rules(session) if rule.aim != BUDGET]
            base = resolve_thresholds(data.model, rules)
            draft = ThresholdRuleDraft(
                label=EVERY,
                source_kind=EVERY,
                aim=BUDGET,
                value=flags_per_day,
                floor=floor,
                shift=budget_shift(base, data.recent, flags_per_day * data.days, floor),
                model_version=data.model.version,
            )
            threshold_rules.put(session, draft, self._clock.now())

        detail = {"aim": BUDGET, "value": flags_per_day, "floor": floor}
        return self._change(change, "thresholds.set", detail, audit_note, dry_run=dry_run)

    def reset(
        self, label: str | None, kind: str | None, audit_note: AuditNote, *, dry_run: bool = False
    ) -> ThresholdChange:
        """Delete the rules for a label, a kind of source or both; for neither: all rules, the budget included.

        Raises:
            NotReady: When no model has scored anything yet.
            StorageError: When the database fails, or knows no such user.

        """

        def change(session: Session, _world: ThresholdData) -> None:
            threshold_rules.delete_rules(session, label=label, source_kind=kind)

        return self._change(change, "thresholds.reset", {"label": label, "kind": kind}, audit_note, dry_run=dry_run)

    def _change(
        self,
        change: Callable[[Session, ThresholdData], None],
        action: str,
        detail: Mapping[str, Any],
        audit_note: AuditNote,
        *,
        dry_run: bool,
    ) -> ThresholdChange:
        with self._database.work() as session:
            now = self._clock.now()
            data = read_data(session, now, self._days)
            before = build_report(resolve_thresholds(data.model, threshold_rules.all_rules(session)), data)
            change(session, data)
            known = resolve_thresholds(data.model, threshold_rules.all_rules(session))
            after = build_report(known, data)
            audit.record(
                session,
                at=now,
                action=action,
                subject=data.model.version,
                user_id=users.by_name(session, audit_note.by).id if audit_note.by else None,
                detail={**detail, "account": audit_note.account, "why": audit_note.why, "thresholds": _plain(after)},
            )
            if not dry_run:
                session.commit()
        return ThresholdChange(before, after, count_below_threshold(known, data.waiting), dry_run)


def _require_reachable(known: DecisionThresholds, label: str, aim: str, value: float) -> None:
    if label not in known.labels:
        message = f"--label {label}: the model in use knows {', '.join(known.labels)}"
        raise UsageError(message)
    curve = known.curves[label]
    if aim != PRECISION or curve.threshold_for(value) is not None:
        return
    best = curve.best_precision
    reached = f"reaches {best:.2f} at most" if best is not None else "came without a precision-recall curve"
    message = f"--precision {value:g}: for {label} the model {reached}: set less, or a --probability"
    raise UsageError(message)


def _plain(account: ThresholdReport) -> dict[str, dict[str, float]]:
    """Return the thresholds by label and kind of source."""
    plain: dict[str, dict[str, float]] = {}
    for row in account.rows:
        plain.setdefault(row.label, {})[row.source_kind] = row.limit.threshold
    return plain
