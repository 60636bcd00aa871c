"""`kiemtin publish`: released corrections as static files."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import application, out, show_json
from monitor.publish.site import publish as write_corrections


def publish(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", help="Where to write; else `folder` of the [publish] table.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Write all released corrections as static files that any web server serves.

    The folder is replaced as a whole, and only when something changed.

    Example: `kiemtin publish --to /srv/www/dinh-chinh`
    """
    app = application(context)
    count, changed = write_corrections(app.ready_database, app.settings, to)
    folder = to or app.settings.publish.folder
    if as_json:
        show_json({"corrections": count, "changed": changed, "folder": str(folder)})
        return
    said = "published" if changed else "published before, nothing changed"
    out().print(f"{count} corrections {said}: {folder}", markup=False, soft_wrap=True)
