"""`kiemtin export`: data for other programs, with personal data masked."""

import json
from pathlib import Path
from typing import Annotated

import typer

from classifiers.labels import LABEL_NAMES
from monitor.cli.context import application, out
from monitor.errors import UsageError
from monitor.pipeline.label_studio import configuration, tasks
from monitor.private_files import write_whole
from monitor.reports.mask import mask_personal
from storage import audit

STATES = ("open", "confirmed", "rejected", "unsure", "all")


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(help="Data for other programs, with personal data masked.", no_args_is_help=True)
    group.callback()(_group)
    group.command("label-studio")(label_studio)
    return group


def _group() -> None:
    """Data for other programs, with personal data masked."""


def label_studio(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to write the tasks.")],
    state: Annotated[str, typer.Option(help=f"{', '.join(STATES)}.")] = "open",
    label: Annotated[str, typer.Option(help=f"{', '.join(LABEL_NAMES)}; all if not given.")] = "",
    config: Annotated[
        Path | None, typer.Option(help="Also write the labelling configuration of the project here.")
    ] = None,
) -> None:
    """Write flags as tasks for Label Studio; annotators are numbers. `import-decisions` takes the answers back.

    Example: `kiemtin export label-studio tasks.json --config labelling.xml`
    """
    if state not in STATES:
        raise UsageError(f"--state {state}: choose {', '.join(STATES)}")
    if label and label not in LABEL_NAMES:
        raise UsageError(f"--label {label}: choose {', '.join(LABEL_NAMES)}")
    app = application(context)
    with app.ready_database.work() as session:
        wanted = None if state == "all" else state
        found = list(tasks(session, mask_personal, state=wanted, label=label or None))
        write_whole(file, json.dumps(found, ensure_ascii=False, indent=1).encode())
        detail = {"tasks": len(found), "state": state}
        audit.record(session, at=app.clock.now(), action="export", subject="label-studio", detail=detail)
        session.commit()
    if config is not None:
        write_whole(config, configuration().encode())
    out().print(f"Wrote {len(found)} tasks to {file}. Read them before you pass them on.", markup=False)
