"""`kiemtin db`: the shape of the tables."""

import typer

from monitor.cli.context import application, out
from storage.errors import SchemaMismatch


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(help="The database's tables.", no_args_is_help=True)
    group.command("upgrade")(upgrade)
    group.command("check")(check)
    return group


def upgrade(context: typer.Context) -> None:
    """Bring the tables to the shape that this version expects.

    Example: `kiemtin db upgrade`
    """
    database = application(context).database
    before = database.current_revision()
    database.upgrade()
    out().print(f"{database.place}: {before or 'empty'} → {database.current_revision()}", markup=False)


def check(context: typer.Context) -> None:
    """Say whether the tables have the shape that this version expects.

    Example: `kiemtin db check`
    """
    database = application(context).ready_database
    if differences := database.differences():
        message = (
            f"{database.place} differs from what this version expects in {len(differences)} places: restore a backup"
        )
        raise SchemaMismatch(message)
    out().print(f"{database.place}: up to date ({database.current_revision()})", markup=False)
