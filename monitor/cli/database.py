"""The database's tables."""

from dataclasses import asdict
from typing import Annotated

import typer

from monitor.cli.commands import new_group
from monitor.cli.context import AsJson, answer, application, progress_bar, say
from monitor.clock import local_time
from monitor.operations.clock_check import confirm_clock as trust_clock
from storage.database import Database
from storage.errors import SchemaMismatch
from storage.transfer.copying import copy_database


def build() -> typer.Typer:
    """Put the commands together."""
    return new_group(__doc__, upgrade=upgrade, check=check, copy=copy, confirm_clock=confirm_clock)


def upgrade(context: typer.Context) -> None:
    """Upgrade the tables to this version.

    Example: `kiemtin db upgrade`
    """
    database = application(context).database
    before = database.current_revision()
    database.upgrade()
    say(f"{database.place}: {before or 'empty'} → {database.current_revision()}")


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
        typer.confirm(f"Is it {now} in Việt Nam now? Posts are deleted by that time.", abort=True)
    before = local_time(trust_clock(database, app.clock))
    say(f"The clock is trusted from now on: {now} (before: {before}).")
