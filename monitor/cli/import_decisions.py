"""`kiemtin import-decisions`: decisions that people took in Label Studio."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import application, out, show_json
from monitor.errors import UsageError
from monitor.learning.label_studio import DecisionImport, read_tasks
from monitor.review.roles import Right, may
from storage.accounts import users


def import_decisions(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The export `JSON` of Label Studio.")],
    person: Annotated[str, typer.Option("--as", help="The account whose decisions they are.", metavar="NAME")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would be decided; keep nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the account as JSON.")] = False,
) -> None:
    """Take annotations of Label Studio as decisions of one account, on flags that are still open.

    Example: `kiemtin import-decisions annotated.json --as lan --dry-run`
    """
    app = application(context)
    found = read_tasks(file.read_bytes())
    with app.ready_database.work() as session:
        user = users.by_name(session, person)
    if not user.active or not may(user.role, Right.DECIDE):
        raise UsageError(f"--as {person}: this account may not decide")
    done = DecisionImport(app.ready_database, app.clock, user.id).run(found, dry_run=dry_run)
    if as_json:
        show_json({"tasks": len(found), "decided": done.decided, "skipped": dict(done.skipped)})
        return
    words = "would be decided" if dry_run else "decided"
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(done.skipped.items()))
    out().print(f"{done.decided} of {len(found)} flags {words}." + (f" Left out: {reasons}." if reasons else ""))
