"""`kiemtin db`: create, upgrade and check the database's tables."""

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
