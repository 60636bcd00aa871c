"""`kiemtin erase`: delete every post of one author, on that person's request."""

from typing import Annotated

import typer

from monitor.cli.context import application, out
from monitor.pipeline.retain import erase as erase_posts


def erase(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="Kind of source: mastodon, feed, import …")],
    author: Annotated[str, typer.Argument(help="The author's identifier on that platform, as the person gives it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete every stored post of one author with all that hangs on it. This cannot be undone.

    Example: `kiemtin erase mastodon https://example.social/users/abc`
    """
    app = application(context)
    database, pseudonymiser = app.ready_database, app.pseudonymiser
    if not yes:
        typer.confirm("Delete all posts of this author for good?", abort=True)
    count = erase_posts(database, app.clock, pseudonymiser, kind=kind, author=author, captures=app.captures)
    out().print(f"Deleted {count} posts." if count else "No post of this author is stored (or the identifier differs).")
