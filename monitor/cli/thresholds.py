"""Show each threshold and its effect; `set` and `reset` change it."""

import getpass
import os
from typing import Annotated

import typer
from rich.table import Table

from monitor.app.application import Application
from monitor.cli.context import application, out, show_json
from monitor.collectors.registry import source_kinds
from monitor.errors import UsageError
from monitor.scoring.decision_thresholds import BUDGET, MODEL, PRECISION, PROBABILITY, DecisionThreshold
from monitor.scoring.threshold_changes import DAYS, AuditNote, ThresholdChange
from monitor.scoring.threshold_report import ThresholdReport, ThresholdRow
from storage.scoring import threshold_rules
from storage.scoring.threshold_rules import EVERY

LEAST_FLOOR = 0.5  # below it more flags are wrong than right

Days = Annotated[int, typer.Option(min=1, max=365, help="How many days of scores to look at.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]
Why = Annotated[str, typer.Option(help="The reason, for the audit trail.")]
By = Annotated[str, typer.Option(help="The user of the desk who asks for it, for the audit trail.")]


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(show)
    group.command("set")(set_thresholds)
    group.command("reset")(reset)
    return group


def show(context: typer.Context, days: Days = DAYS, as_json: AsJson = False) -> None:
    """Show each threshold and its effect; `set` and `reset` change it.

    Example: `kiemtin thresholds --days 7`
    """
    if context.invoked_subcommand is not None:
        return
    report = application(context).threshold_editor(days).report()
    if as_json:
        show_json(report.as_dict())
        return
    _show(report)


def set_thresholds(
    context: typer.Context,
    label: Annotated[str, typer.Option(help="unverified, negative or concern; all of them if not given.")] = "",
    kind: Annotated[str, typer.Option(help="A kind of source, as mastodon; all if not given.")] = "",
    precision: Annotated[
        float | None, typer.Option(min=0.01, max=0.999, help="Share of flags that shall be right.")
    ] = None,
    probability: Annotated[
        float | None, typer.Option(min=0.01, max=0.999, help="Flag from this probability on.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option(min=0.1, max=100_000, help="Flags a day, over all labels and kinds.")
    ] = None,
    floor: Annotated[
        float | None,
        typer.Option(min=LEAST_FLOOR, max=0.99, help="Precision that a budget keeps at least.", show_default="0.5"),
    ] = None,
    why: Why = "",
    by: By = "",
    days: Days = DAYS,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Set thresholds by precision, by probability, or by the number of flags that can be reviewed a day.

    They hold for posts that are scored from now on. Open flags stay open, and decided ones stay decided.

    Example: `kiemtin thresholds set --label negative --kind mastodon --precision 0.9`, or `set --budget 40 --dry-run`
    """
    given = {PRECISION: precision, PROBABILITY: probability, BUDGET: budget}
    aims = [(aim, value) for aim, value in given.items() if value is not None]
    if len(aims) != 1:
        raise UsageError("give one of --precision, --probability and --budget")
    aim, value = aims[0]
    if (aim == BUDGET and (label or kind)) or (aim != BUDGET and floor is not None):
        raise UsageError(
            "--budget is over all labels and kinds and takes no --label or --kind; --floor goes with --budget only"
        )
    app = application(context)
    _require_known(app, kind)
    threshold_editor, audit_note = app.threshold_editor(days), AuditNote(_account(), why, by or None)
    if aim == BUDGET:
        changed = threshold_editor.set_budget(value, floor or LEAST_FLOOR, audit_note, dry_run=dry_run)
    else:
        changed = threshold_editor.set_rule(label or None, kind or EVERY, aim, value, audit_note, dry_run=dry_run)
    _tell(changed, as_json=as_json)


def reset(
    context: typer.Context,
    label: Annotated[str, typer.Option(help="Only what was set for this label.")] = "",
    kind: Annotated[str, typer.Option(help="Only what was set for this kind of source.")] = "",
    why: Why = "",
    by: By = "",
    days: Days = DAYS,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Go back to the model's own thresholds: everywhere (a budget ends), or for a label, a kind or both.

    Example: `kiemtin thresholds reset --label negative`
    """
    audit_note = AuditNote(_account(), why, by or None)
    changed = (
        application(context).threshold_editor(days).reset(label or None, kind or None, audit_note, dry_run=dry_run)
    )
    _tell(changed, as_json=as_json)


def _require_known(app: Application, kind: str) -> None:
    """Refuse a kind that no source has or could have: a wish about it would never come to anything."""
    with app.ready_database.work() as session:
        known = set(source_kinds()) | set(threshold_rules.monitored_source_kinds(session))
    if kind and kind not in known:
        raise UsageError(f"--kind {kind}: no source is of that kind: use one of {', '.join(sorted(known))}")


def _account() -> str:
    """Name the account of the machine that runs the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return f"uid {os.getuid()}"


def _tell(changed: ThresholdChange, *, as_json: bool) -> None:
    if as_json:
        show_json(changed.as_dict())
        return
    before = {(row.label, row.source_kind): row.limit.threshold for row in changed.before.rows}
    console = out()
    for row in changed.after.rows:
        was = before.get((row.label, row.source_kind))
        if was != row.limit.threshold:
            old = f"{was:.3f}" if was is not None else "new"
            console.print(f"{row.label}, {_named(row.source_kind)}: {old} → {row.limit.threshold:.3f}", markup=False)
    console.print(
        f"Flags a day, on the scores of the last {_span(changed.after.days)}: {changed.before.flags_per_day:.1f} → "
        f"{changed.after.flags_per_day:.1f}",
        markup=False,
    )
    if changed.open_below:
        console.print(
            f"{changed.open_below} open flags are below their threshold: they stay in the queue, last, until decided.",
            markup=False,
        )
    for line in changed.after.advice:
        console.print(f"→ {line}", markup=False)
    if changed.before.rows == changed.after.rows:
        console.print("No threshold moves: it is set like that already, or nothing was set there.")
    elif not changed.dry_run:
        console.print("It holds for posts scored from now on.")
    if changed.dry_run:
        console.print("Nothing was changed (--dry-run).")


def _show(report: ThresholdReport) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("label", "kind", "from", "set by", "precision", "recall", "flags", "unsure", "reviewed"):
        table.add_column(heading, no_wrap=True)
    for row in report.rows:
        table.add_row(*_cells(row))
    console = out()
    console.print(
        f"{report.model}: {report.scored} posts of the last {_span(report.days)}; flags and unsure are a day.",
        markup=False,
    )
    console.print(table)
    console.print(f"{report.flags_per_day:.1f} flags a day in all.", markup=False)
    for line in report.advice:
        console.print(f"→ {line}", markup=False)


def _cells(row: ThresholdRow) -> tuple[str, ...]:
    share = row.reviewed
    return (
        row.label,
        _named(row.source_kind),
        f"{row.limit.threshold:.3f}",
        _origin(row.limit),
        f"{row.expected.precision:.2f}" if row.expected else "–",
        f"{row.expected.recall:.2f}" if row.expected else "–",
        f"{row.flags_per_day:.1f}",
        f"{row.unsure_per_day:.1f}",
        f"{share.hits}/{share.total} right" if share.total else "–",
    )


def _span(days: float) -> str:
    return "day" if round(days) == 1 else f"{days:.0f} days"


def _named(kind: str) -> str:
    return "all" if kind == EVERY else kind


def _origin(limit: DecisionThreshold) -> str:
    return "model" if limit.aim == MODEL else f"{limit.aim} {limit.value:g}"
