"""`kiemtin export`: data for other programs, with personal data masked."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from monitor.cli.context import application, out, progress_bar, show_json
from monitor.cli.period import listed, past_period
from monitor.collectors.files.row_files import ROW_FORMATS
from monitor.errors import UsageError
from monitor.reports.exports import export

LINES: Final = {
    "posts": "Write the posts that were published in a week, month or quarter, or all; without their authors.",
    "flags": "Write the flags on the posts of a week, month or quarter, or all.",
    "decisions": "Write the decisions that were taken in a week, month or quarter, or all; not who took them.",
    "sources": "Write the sources, with how many posts of a week, month or quarter they have, or of all time.",
}


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(help="Data for other programs, with personal data masked.", no_args_is_help=True)
    group.callback()(_group)
    for table, line in LINES.items():
        example = f"Example: `kiemtin export {table} --month 2026-11 --format csv,parquet --out figures`"
        group.command(table, help=f"{line}\n\n{example}")(_exporting(table))
    return group


def _group() -> None:
    """Data for other programs, with personal data masked."""


def _exporting(table: str) -> Callable[..., None]:
    def command(
        context: typer.Context,
        week: Annotated[str, typer.Option(help="ISO week, as 2026-W47; everything if nothing is given.")] = "",
        month: Annotated[str, typer.Option(help="Month, as 2026-11.")] = "",
        quarter: Annotated[str, typer.Option(help="Quarter, as 2026-Q4.")] = "",
        formats: Annotated[
            list[str] | None,
            typer.Option("--format", help=f"{', '.join(ROW_FORMATS)}; with commas, or repeated. csv if not given."),
        ] = None,
        to: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path(),
        as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
    ) -> None:
        app = application(context)
        period = past_period(app.clock.now(), week=week, month=month, quarter=quarter)
        name = f"{table}-{period}" if period else table
        files = {each: to / f"{name}.{each}" for each in _known(listed(formats) or ["csv"])}
        if not to.is_dir():
            raise UsageError(f"there is no folder {to}: make it first, or name another one by --out")
        database = app.ready_database
        with progress_bar() as bar:
            span = period.span if period else None
            count = export(database, app.clock, table, files, span, lambda done: bar.update(table, done, None))
        if as_json:
            show_json({"table": table, "rows": count, "files": [str(file) for file in files.values()]})
            return
        for file in files.values():
            out().print(f"Wrote {count} rows to {file}. Read them before you pass them on.", markup=False)

    return command


def _known(formats: list[str]) -> list[str]:
    for name in formats:
        if name not in ROW_FORMATS:
            raise UsageError(f"there is no format {name!r}: choose from {', '.join(ROW_FORMATS)}")
    return formats
