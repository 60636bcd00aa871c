"""Models: candidates, and the one in use."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from classifiers.data.datasets import read_corpus
from classifiers.evaluation.comparison import Comparison, PairedCount
from classifiers.persistence import MANIFEST_FILE
from monitor.app.application import Application
from monitor.cli.commands import new_group
from monitor.cli.context import AsJson, application, out, progress_bar, say, show_json
from monitor.errors import UsageError
from monitor.learning.promotion import ActiveModelChange
from monitor.settings.settings import DEFAULT_MODEL
from storage.scoring import registry


def build() -> typer.Typer:
    """Put the commands together."""
    return new_group(__doc__, list=list_models, learn=learn, promote=promote, rollback=rollback)


def list_models(context: typer.Context, as_json: AsJson = False) -> None:
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
                "scored": registry.count_scored(session, model.id),
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
    say(f"New posts are scored with {app.scoring_model()}.")


def promote(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name or version of the model to put into use.")],
    force: Annotated[bool, typer.Option(help="Use it although it is worse; needs --reason.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for the audit trail.")] = "",
) -> None:
    """Put a model into use, unless its flags are worse on posts of the place or on the challenge set.

    Example: `kiemtin models promote learnt-20261120`
    """
    if force != bool(reason.strip()):
        raise UsageError("--force and --reason go together: say why a worse model is to be used")
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


def _require_free_choice(app: Application) -> None:
    if app.settings.model != DEFAULT_MODEL:
        raise UsageError(
            f"`model` is set to {app.settings.model} and wins: take it out of kiemtin.toml (or KIEMTIN_MODEL) first"
        )


def _say(changed: ActiveModelChange) -> None:
    before = f" in place of {changed.before}" if changed.before else ""
    say(f"{changed.version} is in use{before}. `kiemtin score` scores with it.")


def learn(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Name of the candidate; made from today's date if not given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Learn from all decisions of the desk, and compare the candidate with the model in use. Nothing else changes.

    One decided post in five is never learnt from: both models are judged by it, and by the challenge set.

    Example: `kiemtin models learn && kiemtin models list`
    """
    app = application(context)
    learner = app.learner()  # asked first: a missing database is told before anything is read
    with progress_bar() as bar:
        active = app.models.load(app.scoring_model(), bar.update)
        base = app.models.load(DEFAULT_MODEL, bar.update)
        learnt = learner.run(base, active, name or None, bar.update, known=read_corpus())
    if as_json:
        show_json(
            {
                "name": learnt.name,
                "version": learnt.version,
                "local": learnt.local,
                "against": active.version,
                "labels": [asdict(figures) for figures in learnt.labels],
                **learnt.comparison.as_dict(),
            }
        )
        return
    say(f"Taught {learnt.version} by {learnt.local} posts.")
    say(*(label_line(asdict(figures)) for figures in learnt.labels))
    show_comparison(learnt.comparison, learnt.version, active.version)
    say(f"Next: `kiemtin models promote {learnt.name}`")


def label_line(figures: Mapping[str, Any]) -> str:
    """Say what the flags of a label are worth; from `LabelFigures`, as data."""
    taught = f"{figures['label']}: {figures['yes']} yes and {figures['no']} no"
    if not figures["changed"]:
        return f"{taught}: too few to teach it, so that its model stays as it is"
    if figures["right"] is None:
        return f"{taught}: too few flags to say how many are right"
    right, low, high = (round(100 * figures[key]) for key in ("right", "low", "high"))
    return f"{taught}: of 100 flags about {right} ({low} to {high}) right, {figures['found']} of {figures['yes']} found"


def show_comparison(comparison: Comparison, new: str, old: str) -> None:
    """Print what both models did on the same texts, and where the new one is worse."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "new", "old", "of"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for where, by_label in (("posts of the place", comparison.flags), ("challenge set", comparison.challenge)):
        for label, flags in by_label.items():
            for what, counted in (("right", flags.right), ("wrong", flags.wrong), ("missed", flags.missed)):
                _row(table, f"{where}, {label}: {what}", counted)
    _row(table, "challenge set, criticism flagged", comparison.criticism)
    _row(table, "challenge set, clean posts flagged", comparison.clean)
    say(f"New: {new}; old: {old}")
    out().print(table)
    faults = [fault.said for fault in comparison.found_worse()]
    say(f"Worse: {'; '.join(faults)}" if faults else "The new one is nowhere worse.")


def _row(table: Table, what: str, pair: PairedCount) -> None:
    table.add_row(what, str(pair.new), str(pair.old), str(pair.of))
