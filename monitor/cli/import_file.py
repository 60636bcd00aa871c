"""`kiemtin import`: a file of posts becomes rows, and every record is accounted for."""

from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.context import application, out, progress_bar, show_json
from monitor.collectors.files import ImportFile, open_file
from monitor.errors import ImportRefused, UsageError
from monitor.pipeline.imports import ImportResult
from storage.sources import SourceDraft

SHOWN_REFUSALS = 10
SHOWN_SAMPLES = 3
DEFAULT_BASIS = "Imported by the operator, who vouches for its lawful origin."


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines, gzipped or not.")],
    source: Annotated[str, typer.Option(help="Name of the source; the file's name if not given.")] = "",
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN where the guess is wrong; may be repeated.")
    ] = None,
    role: Annotated[str, typer.Option(help="monitored (flagged) or reference (evidence).")] = "monitored",
    legal_basis: Annotated[str, typer.Option(help="Why these posts may be kept.")] = DEFAULT_BASIS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; keep nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the account as JSON.")] = False,
) -> None:
    """Import a file of posts. Importing it again adds nothing.

    Example: `kiemtin import comments.csv --map text="Nội dung" --dry-run`
    """
    if role not in ("monitored", "reference"):
        message = f"--role {role}: choose monitored or reference"
        raise UsageError(message)
    app = application(context)
    importer = app.importer()
    opened = open_file(file, mapping=_pairs(mapping or []))
    draft = SourceDraft(
        name=source or _source_name(file),
        kind="import",
        address=file.name,
        role=role,
        legal_basis=legal_basis,
        retention_days=app.settings.retention_days,
        interval_seconds=app.settings.interval_minutes * 60,
    )
    if not as_json:
        _show_mapping(opened, dry_run=dry_run)
    done = 0
    with progress_bar() as bar:

        def counted(count: int) -> None:
            nonlocal done
            done += count
            bar.update("importing", done, None)

        result = importer.run(opened, draft, dry_run=dry_run, on_records=counted)
    show_json(_as_data(opened, result)) if as_json else _show(result)
    if result.records == result.refused:
        reason = next(iter(result.reasons), "the file holds no record")
        message = f"{file.name}: no record could be imported: {reason}"
        raise ImportRefused(message)


def _source_name(file: Path) -> str:
    name = file.name.removesuffix(".gz")
    return name.rpartition(".")[0] or name


def _pairs(items: list[str]) -> dict[str, str]:
    pairs = {}
    for item in items:
        field, separator, column = item.partition("=")
        if not separator:
            message = f"--map {item}: write it as FIELD=COLUMN, for example text=message"
            raise UsageError(message)
        pairs[field.strip()] = column.strip()
    return pairs


def _show_mapping(file: ImportFile, *, dry_run: bool) -> None:
    console = out()
    delimiter = f", separated by {file.delimiter!r}" if file.delimiter else ""
    console.print(f"{file.path.name}: {file.format}, {file.encoding}{delimiter}", markup=False)
    for field, column in file.mapping.columns.items():
        console.print(f"  {field} ← {column}", markup=False)
    unused = [column for column in file.columns if column not in file.mapping.columns.values()]
    if unused:
        console.print(f"  not used: {', '.join(unused)}", markup=False)
    if dry_run:
        for item in file.sample(SHOWN_SAMPLES):
            console.print(f"  · {item}"[:300], markup=False)


def _show(result: ImportResult) -> None:
    console = out()
    would = "Would import" if result.dry_run else "Imported"
    console.print(
        f"{would} {result.file} as source {result.source}: {result.new} new, {result.changed} changed, "
        f"{result.duplicate} duplicate, {result.refused} refused, {result.records} records in all.",
        markup=False,
    )
    for reason, count in result.reasons.most_common():
        console.print(f"  refused {count} × {reason}", markup=False)
    for refusal in result.refusals[:SHOWN_REFUSALS]:
        console.print(f"  line {refusal.line}: {refusal.reason}", markup=False)


def _as_data(file: ImportFile, result: ImportResult) -> dict[str, Any]:
    return {
        "source": result.source,
        "file": result.file,
        "sha256": result.sha256,
        "format": file.format,
        "encoding": file.encoding,
        "mapping": dict(file.mapping.columns),
        "dry_run": result.dry_run,
        "records": result.records,
        "new": result.new,
        "changed": result.changed,
        "duplicate": result.duplicate,
        "refused": result.refused,
        "reasons": dict(result.reasons),
        "refusals": [{"line": refusal.line, "reason": refusal.reason} for refusal in result.refusals],
    }
