"""`kiemtin db`: create, upgrade and check the database's tables."""

from typing import Annotated

import typer

from monitor.cli.context import application, out
from monitor.clock import VIETNAM
from monitor.pipeline.clock_check import confirm_clock as trust_clock
from storage.errors import SchemaMismatch


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(help="The database's tables.", no_args_is_help=True)
    group.command("upgrade")(upgrade)
    group.command("check")(check)
    group.command("confirm-clock")(confirm_clock)
    return group


def upgrade(context: typer.Context) -> None:
    """Upgrade the tables to this version.

    Example: `kiemtin db upgrade`
    """
    database = application(context).database
    before = database.current_revision()
    database.upgrade()
    out().print(f"{database.place}: {before or 'empty'} → {database.current_revision()}", markup=False)


def check(context: typer.Context) -> None:
    """Check that the tables are those of this version.

    Example: `kiemtin db check`
    """
    database = application(context).ready_database
    if differences := database.differences():
        message = (
            f"{database.place} differs from what this version expects in {len(differences)} places: restore a backup"
        )
        raise SchemaMismatch(message)
    out().print(f"{database.place}: up to date ({database.current_revision()})", markup=False)


def confirm_clock(
    context: typer.Context, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Say that the machine's clock is right after it jumped; until then nothing is deleted by it.

    Example: `kiemtin db confirm-clock`
    """
    app = application(context)
    database = app.ready_database
    now = f"{app.clock.now().astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    if not yes:
        typer.confirm(f"Is it {now} in Việt Nam now? Posts are deleted by that time.", abort=True)
    before = trust_clock(database, app.clock).astimezone(VIETNAM)
    out().print(f"The clock is trusted from now on: {now} (before: {before:%d/%m/%Y %H:%M}).", markup=False)
