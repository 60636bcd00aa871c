"""`kiemtin crawl`: read the sources and store what is new."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from monitor.bootstrap import Application
from monitor.cli.context import Bar, application, out, progress_bar, show_json
from monitor.errors import CollectError, NotReady
from monitor.pipeline.collect import SourceResult
from storage import sources


def crawl(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Only these sources.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only what was read longer ago than its interval.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the account as JSON.")] = False,
) -> None:
    """Read all enabled sources once.

    Example: `kiemtin crawl --due` (for cron and systemd)
    """
    app = application(context)
    require_sources(app)
    with progress_bar() as bar:
        results = asyncio.run(crawl_once(app, names or [], due=due, bar=bar))
    if as_json:
        show_json({"sources": [as_data(result) for result in results]})
    for result in results:
        if not as_json:
            out().print(as_line(result), markup=False)
    if not results and not as_json:
        out().print("Nothing is due; sources that another program is reading now are left to it.")
    failed = [result for result in results if result.outcome == "failed"]
    if results and len(failed) == len(results):
        message = f"no source could be read ({len(failed)} failed): the lines above say why"
        raise CollectError(message)


def require_sources(app: Application) -> None:
    """Refuse to crawl when there is nothing that could be read."""
    with app.ready_database.work() as session:
        readable = [source for source in sources.every(session) if source.enabled and source.kind != "import"]
    if not readable:
        message = "there is no enabled source: add one with `kiemtin sources add`, or see `kiemtin sources list`"
        raise NotReady(message)


async def crawl_once(app: Application, names: Sequence[str], *, due: bool, bar: Bar) -> list[SourceResult]:
    """Read the sources once with a client of its own."""
    done, total = 0, 0

    def leased(taken: Sequence[str]) -> None:
        nonlocal total
        total = len(taken)
        bar.update("reading sources", 0, total)

    def finished(_: SourceResult) -> None:
        nonlocal done
        done += 1
        bar.update("reading sources", done, total)

    async with app.client() as client:
        return await app.crawler(client).crawl(only_due=due, names=names, on_lease=leased, on_result=finished)


def as_line(result: SourceResult) -> str:
    """Say in one line what one reading found."""
    if result.outcome == "failed":
        off = " The source was switched off." if result.disabled else ""
        kept = f" ({result.new} new posts before that were kept)" if result.new else ""
        return f"{result.source}: failed: {result.error}.{off}{kept}"
    skipped = "; ".join(f"{count} × {reason}" for reason, count in sorted(result.skipped.items()))
    parts = [
        f"{result.source}: {result.new} new, {result.changed} changed, {result.gone} gone",
        "unchanged since the last reading" if result.outcome == "unchanged" else "",
        f"skipped {skipped}" if skipped else "",
        f"GAP: {result.gap}" if result.gap else "",
    ]
    return ", ".join(part for part in parts if part)


def as_data(result: SourceResult) -> dict[str, Any]:
    """Give one result as plain data."""
    return {
        "source": result.source,
        "outcome": result.outcome,
        "seen": result.seen,
        "new": result.new,
        "changed": result.changed,
        "duplicate": result.duplicate,
        "gone": result.gone,
        "skipped": dict(result.skipped),
        "gap": result.gap,
        "error": result.error,
        "disabled": result.disabled,
    }
