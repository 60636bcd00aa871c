"""Models: candidates, and the one in use."""

from typing import Annotated

import typer
from rich.table import Table

from classifiers.persistence import MANIFEST_FILE
from monitor.app.application import Application
from monitor.catalogues import N_
from monitor.cli.context import AsJson, application, out, say, show_json
from monitor.cli.terminal import translated
from monitor.errors import UsageError
from monitor.learning.promotion import ActiveModelChange
from monitor.settings.settings import DEFAULT_MODEL
from storage.scoring import registry


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
    for heading in (N_("model"), N_("state"), N_("posts scored"), N_("files")):
        table.add_column(translated(heading), overflow="fold")
    for row in rows:
        files = "" if row["files"] else translated("missing")
        table.add_row(str(row["version"]), translated(str(row["state"])), str(row["scored"]), files)
    for name in lying:
        table.add_row(name, translated("not registered"), "0", "")
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
    say(f"{changed.version} is in use; before: {changed.before or '–'}. `kiemtin score` scores with it.")


COMMANDS = {"list": list_models, "promote": promote, "rollback": rollback}
