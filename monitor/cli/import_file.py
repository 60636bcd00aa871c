"""Store the posts of a file, or one that somebody reports, and count every record."""

import asyncio
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, fields
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.app.application import Application
from monitor.cli.context import AsJson, answer, application, pairs, progress_bar, say, show
from monitor.cli.terminal import translated
from monitor.clock import local_time
from monitor.collectors.base import PublicPost
from monitor.collectors.files.formats import format_names, open_file
from monitor.collectors.files.reading import ImportFile, Row
from monitor.collectors.files.refused_file import RefusedFile
from monitor.collectors.parsing.day_order import DAY_FIRST, MONTH_FIRST, DateOrder
from monitor.crawl.imports import TIPS, ImportResult
from monitor.crawl.tipline import Tip, Tipline
from monitor.errors import ImportRefused, UsageError
from monitor.settings.settings import Role, Settings
from storage.posts.sources import SourceDraft

SHOWN_REFUSALS = 10
SHOWN_SAMPLES = 3
SHOWN_COLUMNS = 40
SHOWN_ID, SHOWN_TEXT = 20, 100  # characters
DEFAULT_BASIS = "Imported by the operator, who vouches for its lawful origin."


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file, gzipped or not.")],
    source: Annotated[str, typer.Option(help="Name of the source; the file's name if not given.")] = "",
    format_name: Annotated[
        str, typer.Option("--format", help=f"{', '.join(format_names())}; found out if not given.", metavar="NAME")
    ] = "",
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN where the guess is wrong; may be repeated.")
    ] = None,
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook; the one with the posts if not given.")] = "",
    dates: Annotated[
        str, typer.Option(help="day-first or month-first, where a file's dates do not show it.", metavar="ORDER")
    ] = "",
    role: Annotated[Role, typer.Option(help="monitored (flagged) or reference (evidence).")] = "monitored",
    legal_basis: Annotated[
        str, typer.Option(help="Why these posts may be kept; if not given, you vouch for it.", show_default=False)
    ] = DEFAULT_BASIS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; keep nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import a file of posts. Importing it again adds nothing.

    Example: `kiemtin import comments.csv --map text="Nội dung" --dry-run`
    """
    app = application(context)
    importer = app.importer()
    name = source or _source_name(file)
    opened = open_file(
        file,
        mapping=dict(pairs("--map", mapping or [], "FIELD=COLUMN, for example text=message")),
        format_name=format_name,
        sheet=sheet,
        dates=_order(dates),
        former_dates=importer.former_dates(name),
    )
    draft = _source_draft(app.settings, file, name, role, legal_basis)
    if not as_json:
        _show_recognised(opened, preview=dry_run)
    refused = None if dry_run else RefusedFile(file)
    with ExitStack() as stack:
        bar = stack.enter_context(progress_bar())
        result = importer.run(
            opened,
            draft,
            dry_run=dry_run,
            on_progress=lambda share: bar.update("importing, percent", int(share * 100), 100),
            on_refusal=stack.enter_context(refused).add if refused else lambda _: None,
        )
    refused_file = refused.path if refused else None
    answer(_as_data(opened, result, refused_file), *_lines(result, refused_file), as_json=as_json)
    if result.records == result.refused:
        reason = next(iter(result.reasons), "the file holds no record")
        raise ImportRefused(f"{file.name}: no record could be imported: {reason}")


def _order(written: str) -> DateOrder:
    if written not in ("", DAY_FIRST, MONTH_FIRST):
        raise UsageError(f"--dates {written}: choose {DAY_FIRST} or {MONTH_FIRST}")
    return next((order for order in (DAY_FIRST, MONTH_FIRST) if order == written), "")


def _source_draft(settings: Settings, file: Path, name: str, role: Role, legal_basis: str) -> SourceDraft:
    return SourceDraft(
        name=name,
        kind="import",
        address=file.name,
        role=role,
        legal_basis=legal_basis,
        retention_days=settings.retention_days,
        interval_seconds=settings.interval_minutes * 60,
    )


def _source_name(file: Path) -> str:
    name = file.name.removesuffix(".gz")
    return name.rpartition(".")[0] or name


def _show_recognised(file: ImportFile, *, preview: bool) -> None:
    separator = file.sniffed.reader.delimiter if file.sniffed.reader else None
    delimiter = translated(f", separated by {separator!r}") if separator else ""
    say(f"{file.sniffed.path.name}: {file.format}, {file.sniffed.encoding}{delimiter}")
    say(*(f"  {field} ← {column}" for field, column in file.mapping.columns.items()))
    unused = file.unused
    if unused:
        more = f" (+{len(unused) - SHOWN_COLUMNS})" if len(unused) > SHOWN_COLUMNS else ""
        say(f"  not used: {', '.join(unused[:SHOWN_COLUMNS])}{more}")
    say(*(f"  note: {note}" for note in file.notes))
    if preview:
        show(*_preview(islice(file.rows(), SHOWN_SAMPLES)))


def _preview(rows: Iterable[Row]) -> Iterator[str]:
    """Show the first records as they would be stored, without authors."""
    for number, row in enumerate(rows, start=1):
        if isinstance(row, PublicPost):
            when = local_time(row.published_at) if row.published_at else translated("no date")
            text = " ".join((f"{row.title}: {row.text}" if row.title else row.text).split())
            yield f"  {number}. {row.external_id[:SHOWN_ID]}  {when}  {text[:SHOWN_TEXT]}"
        else:
            yield translated(f"  {number}. refused: {row.reason}")


def _lines(result: ImportResult, refused_file: Path | None) -> Iterator[str]:
    if result.records > result.refused:  # else the command ends with the reason
        yield (
            f"{translated('Would import' if result.dry_run else 'Imported')} {result.file} as source {result.source}: "
            f"{result.new} new, {result.changed} changed, {result.known} known, {result.repeated} repeated, "
            f"{result.refused} refused, {result.records} rows in all."
        )
    if result.undated:
        yield f"  rows without a date that could be read: {result.undated}"
    yield from (f"  refused {count} × {reason}" for reason, count in result.reasons.most_common())
    yield from (f"  line {refusal.line}: {refusal.reason}" for refusal in result.refusals[:SHOWN_REFUSALS])
    if refused_file:
        yield f"  all refused records are in {refused_file}"


def _as_data(file: ImportFile, result: ImportResult, refused_file: Path | None) -> dict[str, Any]:
    return {
        **{each.name: getattr(result, each.name) for each in fields(result)},
        "refusals": [{"line": refusal.line, "reason": refusal.reason} for refusal in result.refusals],
        "records": result.records,
        "format": file.format,
        "encoding": file.sniffed.encoding,
        "mapping": dict(file.mapping.columns),
        "notes": list(file.notes),
        "dates": file.dates,
        "refused_file": str(refused_file) if refused_file else None,
    }


FROM_STANDARD_INPUT = "-"


def tip(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="The text; the address of a public page; or - to read a text.")],
    title: Annotated[str, typer.Option(help="Heading of the text.")] = "",
    url: Annotated[str, typer.Option(help="Where the text stood; it is not read.")] = "",
    as_json: AsJson = False,
) -> None:
    """Take a post that somebody reports: a text, or a public page, which is read once.

    Example: `kiemtin tip "Nghe nói mai cắt điện cả khu" --url https://example.org/1`
    """
    app = application(context)
    tipline = Tipline(app.ready_database, app.pseudonymiser, app.clock, retention_days=app.settings.retention_days)
    given = sys.stdin.read() if what == FROM_STANDARD_INPUT else what
    if re.fullmatch(r"\s*https?://\S+\s*", given, re.IGNORECASE):
        if title or url:
            raise UsageError("--title and --url go with a text: a page has its own")
        taken = asyncio.run(_read(app, tipline, given))
    else:
        taken = tipline.add_text(given, title=title, url=url)
    answer({"source": TIPS, **asdict(taken)}, _told(taken), as_json=as_json)


async def _read(app: Application, tipline: Tipline, url: str) -> Tip:
    async with app.client() as client:
        return await tipline.add_page(url, client)


def _told(taken: Tip) -> str:
    if taken.outcome == "duplicate":
        return "This is known already; nothing was added."
    begins = " ".join((taken.title or taken.text or "").split())[:100]
    return f"Kept as a tip, to be scored with the next `kiemtin score`: {begins}"
