"""The database's tables."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from monitor.app.application import Application
from monitor.cli.context import AsJson, State, answer, application, confirm, listed_deletions, progress_bar, say
from monitor.cli.terminal import translated
from monitor.clock import SystemClock, local_time
from monitor.operations.backup import back_up, require_target
from monitor.operations.clock_check import confirm_clock as trust_clock
from monitor.operations.restore import restore as put_back
from monitor.operations.retain import retain
from monitor.settings.home import home_folder
from monitor.settings.settings import load_settings
from storage.database import Database
from storage.errors import SchemaMismatch
from storage.transfer.copying import copy_database


def upgrade(context: typer.Context) -> None:
    """Upgrade the tables to this version.

    Example: `kiemtin db upgrade`
    """
    app = application(context)
    database = app.database
    before = database.current_revision()
    app.upgrade()
    say(f"{database.place}: {before or translated('empty')} → {database.current_revision()}")


def check(context: typer.Context) -> None:
    """Check that the tables are those of this version.

    Example: `kiemtin db check`
    """
    database = application(context).ready_database
    if differences := database.differences():
        raise SchemaMismatch(
            f"{database.place} differs from what this version expects in {len(differences)} places: restore a backup"
        )
    say(f"{database.place}: up to date ({database.current_revision()})")


def copy(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Option(
            help="Address of the empty database, as postgresql+psycopg://user@host/name.", envvar="KIEMTIN_TO"
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Copy everything into another database and compare both; one that was stopped leaves it empty.

    Example: `kiemtin db copy --to postgresql+psycopg://kiemtin@db.example.vn/kiemtin`
    """
    database = application(context).ready_database
    with progress_bar() as bar, Database(to) as target:
        copied = copy_database(database, target, bar.update)
        place = target.place
    rows = sum(table.rows for table in copied)
    said = f"{rows} rows of {len(copied)} tables are in {place}, with the same hashes as here."
    line = f"{said} Set `database_url` in kiemtin.toml to use it."
    answer([asdict(table) for table in copied], line, as_json=as_json)


def confirm_clock(
    context: typer.Context, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Say that the machine's clock is right after it jumped; until then nothing is deleted by it.

    Example: `kiemtin db confirm-clock`
    """
    app = application(context)
    database = app.ready_database
    now = local_time(app.clock.now())
    if not yes:
        confirm(f"Is it {now} in Viet Nam now? Posts are deleted by that time.")
    before = local_time(trust_clock(database, app.clock))
    say(f"The clock is trusted from now on: {now} (before: {before}).")


def backup(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="The backup to write, outside the home folder; an older backup is replaced.")
    ],
    as_json: AsJson = False,
) -> None:
    """Write database, key, settings, captures, models and summaries into one file, while everything runs on.

    Example: `kiemtin backup /media/usb/kiemtin.backup`
    """
    app = application(context)
    passphrase = app.settings.passphrase
    target = require_target(file, app.settings)
    written = back_up(app.ready_database, app.settings, target, app.clock.now())
    sealed = "sealed with your passphrase" if passphrase else "not sealed: whoever has it can read all, the key too"
    data = {"files": written.files, "bytes": written.size, "sealed": bool(passphrase)}
    line = f"Wrote {file}: {written.files} files, {written.size / 1e6:.1f} MB, {sealed}."
    answer(data, line, as_json=as_json)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `kiemtin backup` wrote.", exists=True, dir_okay=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Move what is in the home folder aside. Stop all programs on it first.")
    ] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="Do not ask, and delete nothing when the clock is a week or more ahead of the backup."
        ),
    ] = False,
) -> None:
    """Put a backup back into the home folder, then delete what has passed its retention since.

    Example: `kiemtin restore /media/usb/kiemtin.backup --replace`
    """
    state: State = context.obj
    clock = SystemClock()
    home = home_folder(state.home)
    now = local_time(clock.now())
    if not yes:
        confirm(f"It is {now}, and posts past their retention at that time are deleted. Put {file} back into {home}?")
    passphrase = load_settings(state.home).passphrase
    done = put_back(file, home, clock, passphrase=passphrase, replace=replace, clock_is_right=not yes)
    say(f"Put back {done.files} files of {local_time(done.made_at)} into {home}.")
    if not done.knew_erased:
        say("The database that was replaced could not be read: erase again who asked for it since the backup.")
    if done.erased_again:
        say(f"Erased again: {done.erased_again} posts of authors who asked for it since.")
    if done.replaced:
        say(f"What was there before lies in {done.replaced}: delete it when all is well.")
    with Application(load_settings(state.home), clock) as app:
        app.tidy_home()
        if deleted := retain(app.ready_database, clock, app.captures):
            say(f"Past their retention: {listed_deletions(deleted)}")


COMMANDS = {"upgrade": upgrade, "check": check, "copy": copy, "confirm-clock": confirm_clock}
