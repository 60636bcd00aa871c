"""`kiemtin report`: the weekly summary."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import application, out, show_json
from monitor.errors import UsageError
from monitor.reports.iso_week import current_week, parse_week
from monitor.reports.write_report import FORMATS, write_weekly_report


def report(
    context: typer.Context,
    week: Annotated[str, typer.Option(help="ISO week, as 2026-W47; the present week if not given.")] = "",
    formats: Annotated[list[str] | None, typer.Option("--format", help="xlsx or html; may be repeated.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where to write; the home's reports folder if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the files' names as JSON.")] = False,
) -> None:
    """Write the summary of one week.

    Example: `kiemtin report --week 2026-W47`
    """
    unknown = set(formats or []) - set(FORMATS)
    if unknown:
        message = f"--format {min(unknown)}: choose from {', '.join(FORMATS)}"
        raise UsageError(message)
    app = application(context)
    database = app.ready_database
    present = current_week(app.clock.now())
    chosen = parse_week(week) if week else present
    if chosen > present:
        message = f"week {chosen} has not begun: this is week {present}, and it is the last one there is to report on"
        raise UsageError(message)
    files = write_weekly_report(
        database,
        chosen,
        folder or app.settings.reports_dir,
        clock=app.clock,
        formats=tuple(formats or FORMATS),
        top=app.settings.report_top,
    )
    if as_json:
        show_json({"week": str(chosen), "files": [str(file) for file in files]})
        return
    for file in files:
        out().print(f"Wrote {file}", markup=False)
