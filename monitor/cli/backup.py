"""`kiemtin backup`: write all of an installation into one file, while it runs."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import application, out, show_json
from monitor.operations.backup import write_backup
from storage import audit

BACKUP_ACTION = "backup.written"


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write; an older one is replaced.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the account as JSON.")] = False,
) -> None:
    """Write database, key, settings, captures, models and summaries into one file, while everything runs on.

    Example: `kiemtin backup /media/usb/kiemtin.backup`
    """
    app = application(context)
    passphrase = app.settings.passphrase
    written = write_backup(app.ready_database, app.settings.home, file, now=app.clock.now(), passphrase=passphrase)
    with app.ready_database.work() as session:
        detail = {"files": written.files, "sealed": bool(passphrase)}
        audit.record(session, at=app.clock.now(), action=BACKUP_ACTION, subject=file.name, detail=detail)
        session.commit()
    if as_json:
        show_json({"files": written.files, "bytes": written.size, "sealed": bool(passphrase)})
        return
    sealed = "sealed with your passphrase" if passphrase else "not sealed: whoever has it can read all, the key too"
    out().print(f"Wrote {file}: {written.files} files, {written.size / 1e6:.1f} MB, {sealed}.", markup=False)
