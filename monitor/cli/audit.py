"""The record of decisions and actions."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.commands import new_group
from monitor.cli.context import application, out, show_json, show_json_lines
from monitor.errors import KiemtinError, TrailBroken
from monitor.files import write_whole
from storage import audit as trail
from storage import chain


def build() -> typer.Typer:
    """Put the commands together."""
    return new_group(__doc__, verify=verify, export=export)


def verify(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Check that reviews, answers and audit events are as they were written: none changed, cut out or slipped in.

    Example: `kiemtin audit verify`
    """
    with application(context).ready_database.work() as session:
        problems = chain.verify(session)
        counts = chain.counts(session)
    if as_json:
        show_json({"rows": counts, "problems": problems})
    elif problems:
        for problem in problems:
            out().print(problem, markup=False)
    else:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        out().print(f"All rows are as they were written: {listed}.", markup=False)
    if problems:
        message = f"{len(problems)} things are not as this program wrote them: compare with a backup"
        raise TrailBroken(message)


def export(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Where to write; standard output without it.")] = None,
) -> None:
    """Write the audit trail as JSON lines, oldest event first, with each event's hash and the one before it.

    Example: `kiemtin audit export audit.jsonl`
    """
    with application(context).ready_database.work() as session:
        events: list[dict[str, Any]] = list(trail.as_data(session))
    if file is None:
        show_json_lines(events)
        return
    try:
        write_whole(file.absolute(), lines_of(events))
    except OSError as error:
        message = f"cannot write {file}: {error.strerror}: check the folder, its rights and free space"
        raise KiemtinError(message) from error
    out().print(f"Wrote {len(events)} events to {file}", markup=False)


def lines_of(events: list[dict[str, Any]]) -> bytes:
    """Return events as JSON lines."""
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events).encode()
