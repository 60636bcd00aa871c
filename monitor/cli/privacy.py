"""`kiemtin privacy`: the record of personal data."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import application, out, show_json
from monitor.operations.processing_record import gather, write_privacy_record

FOLDER = "privacy"
DAYS = 365


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(help="The record of personal data.", no_args_is_help=True)
    group.callback()(lambda: None)  # one command alone would take the place of the group
    group.command("report")(report)
    return group


def report(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Option(help="Where to write; the home's privacy folder if not given.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days back for which the use is counted.")] = DAYS,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON, and write no file.")] = False,
) -> None:
    """Say what personal data is held, since when, on which basis, for how long, who worked with it, what was erased.

    Example: `kiemtin privacy report`
    """
    app = application(context)
    settings = app.settings
    folders = {
        "capture_files": settings.captures_dir,
        "report_files": settings.reports_dir,
        "model_files": settings.models_dir,
    }
    record = gather(app.ready_database, folders, now=app.clock.now(), days=days, contact=settings.contact)
    if as_json:
        show_json(record.as_dict())
        return
    for file in write_privacy_record(record, folder or settings.home / FOLDER):
        out().print(f"Wrote {file}", markup=False)
