"""`kiemtin keys`: replace the key of the installation, and forget those before it."""

from typing import Annotated

import typer

from monitor.cli.context import application, out
from monitor.pipeline.key_rotation import unused_since
from monitor.secret_key import read_former, write_former


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(help="The key of the installation.", no_args_is_help=True)
    group.command("rotate")(rotate)
    group.command("forget")(forget)
    return group


def rotate(context: typer.Context, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Make a new key. Stop the other programs first: they go on with the old one until they are started again.

    Pseudonyms are made anew where the handle is still known; the rest stays under the old key until its retention ends.
    Everybody signs in anew and sets up another second factor.

    Example: `kiemtin keys rotate`
    """
    app = application(context)
    if not yes:
        typer.confirm("Replace the key? Everybody signs in anew.", abort=True)
    done = app.rotate_key()
    out().print(
        f"Made a new key {app.secret_path}; the old one lies in {app.former_path}. {done.renewed} posts have a new "
        f"pseudonym, {done.left} keep the old one until they are read again or deleted. Make a backup now.",
        markup=False,
    )


def forget(context: typer.Context) -> None:
    """Forget former keys from whose time no post and no erased author is left.

    Example: `kiemtin keys forget`
    """
    app = application(context)
    former = read_former(app.former_path)
    kept = [each for each in former if not unused_since(app.ready_database, each.until)]
    if len(kept) < len(former):
        write_former(app.former_path, kept)
    out().print(f"Former keys: {len(former) - len(kept)} forgotten, {len(kept)} still needed.")
