"""`kiemtin models`: which models there are, which one is in use, and how it is doing."""

from typing import Annotated

import typer
from rich.table import Table

from classifiers.persistence import MANIFEST_FILE
from monitor.app.application import DEFAULT_MODEL, Application
from monitor.cli.context import application, out, progress_bar, show_json
from monitor.cli.learn import show_comparison
from monitor.cli.model_tables import show_overlap
from monitor.errors import UsageError
from monitor.learning.drift import Drift, Share, drift
from monitor.learning.promotion import ActiveModelChange
from monitor.learning.shadow import shadow_report
from storage.scoring import registry, scores


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(help="Models: candidates, the one in use, and how it is doing.", no_args_is_help=True)
    for name, function in (
        ("list", list_models),
        ("compare", compare),
        ("promote", promote),
        ("rollback", rollback),
        ("shadow", shadow),
        ("drift", show_drift),
    ):
        group.command(name)(function)
    return group


def list_models(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List the models of the register, newest first, and those that lie in the models folder only.

    Example: `kiemtin models list`
    """
    app = application(context)
    folder = app.settings.models_dir
    with app.ready_database.work() as session:
        rows = [
            {
                "name": model.name,
                "version": model.version,
                "state": model.state,
                "created_at": model.created_at.isoformat(),
                "scored": scores.count_scored(session, model.id),
                "worse": None if model.comparison is None else model.comparison.get("faults"),
                "files": (folder / model.name / MANIFEST_FILE).is_file(),
            }
            for model in registry.all_models(session)
        ]
    known = {row["name"] for row in rows}
    lying = sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST_FILE}") if path.parent.name not in known)
    if as_json:
        show_json({"in_use": app.scoring_model(), "models": rows, "not_registered": lying})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("model", "state", "posts scored", "files"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(str(row["version"]), str(row["state"]), str(row["scored"]), "" if row["files"] else "missing")
    for name in lying:
        table.add_row(name, "not registered", "0", "")
    out().print(table)
    out().print(f"New posts are scored with {app.scoring_model()}.", markup=False)


def compare(
    context: typer.Context,
    new: Annotated[str, typer.Argument(help="Name or version of a model.")],
    old: Annotated[str, typer.Argument(help="Name or version of the one to compare with.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Let two models judge the held-out decisions and the challenge set.

    Example: `kiemtin models compare learnt-20261120 default`
    """
    compared = application(context).promotion().compare(new, old)
    if as_json:
        show_json(compared.as_dict())
        return
    show_comparison(compared.comparison, compared.new, compared.old)


def promote(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name or version of the model to put into use.")],
    force: Annotated[bool, typer.Option(help="Use it although it is worse; needs --reason.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for the audit trail.")] = "",
) -> None:
    """Put a model into use, unless it is worse on held-out decisions or on the challenge set.

    Example: `kiemtin models promote learnt-20261120`
    """
    if force != bool(reason.strip()):
        message = "--force and --reason go together: say why a worse model is to be used"
        raise UsageError(message)
    app = application(context)
    _require_free_choice(app)
    _say(app.promotion().promote(name, in_use=app.scoring_model(), reason=reason.strip()))


def rollback(context: typer.Context) -> None:
    """Go back to the model whose place the present one took.

    Example: `kiemtin models rollback`
    """
    app = application(context)
    _require_free_choice(app)
    _say(app.promotion().rollback())


def shadow(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name or version of the model; empty: show what the shadow did.")] = "",
    off: Annotated[bool, typer.Option("--off", help="End the shadow.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what the shadow did as JSON.")] = False,
) -> None:
    """Let a model score new posts beside the one in use, without opening flags; or show what it would have flagged.

    Example: `kiemtin models shadow learnt-20261120`, some days later `kiemtin models shadow`
    """
    app = application(context)
    if name and off:
        message = "--off ends the shadow and takes no name"
        raise UsageError(message)
    if name or off:
        version = app.promotion().shadow(name or None)
        said = (
            f"{version} scores new posts from now on and opens no flags." if version else "No model is in the shadow."
        )
        out().print(said, markup=False)
        return
    report = shadow_report(app.ready_database)
    if as_json:
        show_json(report.as_dict() if report else None)
    elif report is None:
        out().print("No model is in the shadow: `kiemtin models shadow NAME` puts one there.")
    else:
        show_overlap(report, f"{report.posts} posts scored by both since the shadow began")


def show_drift(
    context: typer.Context,
    weeks: Annotated[int, typer.Option(min=2, max=104, help="How many weeks to look back.")] = 12,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show how scores and words change from week to week, how flags were judged, and what to do.

    Example: `kiemtin models drift`
    """
    app = application(context)
    database = app.ready_database
    with progress_bar() as bar:
        loaded = app.load_model(app.scoring_model(), bar.update)
    found = drift(database, loaded, app.clock, weeks)
    if as_json:
        show_json(found.as_dict())
        return
    _show_drift(found)


def _require_free_choice(app: Application) -> None:
    if app.settings.model != DEFAULT_MODEL:
        message = (
            f"`model` is set to {app.settings.model} and wins: take it out of kiemtin.toml (or KIEMTIN_MODEL) first"
        )
        raise UsageError(message)


def _say(changed: ActiveModelChange) -> None:
    before = f" in place of {changed.before}" if changed.before else ""
    out().print(f"{changed.version} is in use{before}. `kiemtin score` scores with it.", markup=False)


def _show_drift(found: Drift) -> None:
    console = out()
    console.print(f"{found.model}", markup=False)
    table = Table(box=None, pad_edge=False)
    for heading in ("week", "label", "posts", "mean score", "PSI", "JS"):
        table.add_column(heading)
    for row in found.scores:
        moved = (f"{row.drift.psi:.2f}", f"{row.drift.js_distance:.2f}") if row.drift else ("–", "–")
        table.add_row(row.week, row.label, str(row.posts), f"{row.mean:.3f}", *moved)
    console.print(table)
    for week in found.words:
        console.print(f"{week.week}: {week.unknown:.1%} of {week.words} words unknown", markup=False)
    for label, share in found.reviewed.items():
        console.print(f"{label}: {_share(share)} reviewed flags were right", markup=False)
    for label, estimate in found.estimates.items():
        console.print(
            f"{label}, from posts drawn at random: carried by {_share(estimate.prevalence)}, "
            f"precision {_share(estimate.precision)}, recall {_share(estimate.recall)}",
            markup=False,
        )
    for line in found.advice or ("Nothing to do.",):
        console.print(f"→ {line}", markup=False)


def _share(share: Share) -> str:
    return f"{share.hits} of {share.total} ({share.low:.0%} to {share.high:.0%})"
