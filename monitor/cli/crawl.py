"""Read the sources, store what is new, and score it."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Annotated, Any

import typer

from monitor.app.application import Application
from monitor.cli.context import AsJson, Bar, answer, application, listed_deletions, progress_bar, say, warn
from monitor.cli.terminal import translated
from monitor.crawl.collect import SourceResult
from monitor.crawl.pictures import PicturesResult
from monitor.crawl.recheck import RecheckResult
from monitor.errors import CollectError, NotReady
from monitor.operations.clock_check import check_clock
from monitor.operations.retain import retain
from monitor.scoring.score import ScoreResult
from storage.posts import sources


def crawl(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Only these sources.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only what was read longer ago than its interval.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read all enabled sources once, and delete posts that are past their retention.

    Example: `kiemtin crawl --due` (for cron and systemd)
    """
    app = application(context)
    _require_sources(app, names or [])
    with progress_bar() as bar:
        results, looks, seen = asyncio.run(_crawl_once(app, names or [], due=due, bar=bar))
    nothing = "Nothing is due; sources that another program is reading now are left to it."
    told = filter(None, [looks_as_line(looks), pictures_as_line(seen)])
    lines = [*(map(_as_line, results) if results else [nothing]), *told]
    data = {"sources": [_as_data(result) for result in results], "rechecked": _as_data(looks)}
    data |= {"pictures": _as_data(seen)}
    answer(data, *lines, as_json=as_json)
    deleted = retain(app.ready_database, app.clock, app.captures)
    if deleted and not as_json:
        say(f"Past their retention: {listed_deletions(deleted)}")
    failed = [result for result in results if result.outcome == "failed"]
    if results and len(failed) == len(results):
        raise CollectError(f"no source could be read ({len(failed)} failed): the lines above say why")


def _require_sources(app: Application, names: Sequence[str]) -> None:
    """Refuse to crawl when there is nothing that could be read, or when a named source cannot be."""
    with app.ready_database.work() as session:
        named = [sources.by_name(session, name) for name in names]
        readable = [source for source in sources.all_sources(session) if source.enabled and source.kind != "import"]
    for source in named:
        if source.kind == "import":
            raise NotReady(f"{source.name} is a file that was imported: `kiemtin import` reads a newer one")
        if not source.enabled:
            raise NotReady(f"{source.name} is off ({source.why_disabled}): `kiemtin sources enable {source.name}`")
    if not readable:
        raise NotReady("there is no enabled source: add one with `kiemtin sources add`, or see `kiemtin sources list`")


async def _crawl_once(
    app: Application, names: Sequence[str], *, due: bool, bar: Bar
) -> tuple[list[SourceResult], RecheckResult, PicturesResult]:
    """Read the sources once with a client of its own, then flagged posts that are due for it, then new pictures."""
    warn(check_clock(app.ready_database, app.clock))
    leased, read = list[str](), list[SourceResult]()

    def show(result: SourceResult) -> None:
        read.append(result)
        bar.update("reading sources", len(read), len(leased))

    async with app.client() as client:
        results = await app.crawler(client).crawl(only_due=due, names=names, on_lease=leased.extend, on_result=show)
        return results, await app.recheck(client).run(names), await app.picture_reader(client).run(names)


def looks_as_line(looks: RecheckResult) -> str:
    """Say what became of flagged posts; nothing when none was due."""
    if not looks.checked and not looks.unclear:
        return ""
    unclear = "; ".join(f"{count} × {reason}" for reason, count in sorted(looks.unclear.items()))
    told = f"Looked again at {looks.checked} flagged posts: {looks.changed} changed, {looks.gone} gone"
    return f"{told}; unclear: {unclear}" if unclear else told


def pictures_as_line(seen: PicturesResult) -> str:
    """Say what became of pictures; nothing when there were none."""
    if not (seen.read or seen.unreadable or seen.failed):
        return ""
    failed = "; ".join(f"{count} × {reason}" for reason, count in sorted(seen.failed.items()))
    told = f"Pictures: {seen.read} read, {seen.unreadable} unreadable"
    return f"{told}; failed: {failed}" if failed else told


def _as_line(result: SourceResult) -> str:
    if result.outcome == "failed":
        told = [
            f"{result.source}: failed: {result.error}.",
            "The source was switched off." if result.disabled else "",
            f"({result.new} new posts before that were kept)" if result.new else "",
        ]
        return " ".join(translated(part) for part in told if part)
    skipped = "; ".join(f"{count} × {reason}" for reason, count in sorted(result.skipped.items()))
    parts = [
        f"{result.source}: {result.new} new, {result.changed} changed, {result.gone} gone",
        "unchanged since the last reading" if result.outcome == "unchanged" else "",
        f"skipped {skipped}" if skipped else "",
        f"GAP: {result.gap}" if result.gap else "",
        f"moved for good to {result.moved_to}" if result.moved_to else "",
    ]
    return ", ".join(translated(part) for part in parts if part)


def _as_data(result: SourceResult | RecheckResult | PicturesResult) -> dict[str, Any]:
    # `asdict` would count the items of a `Counter` anew.
    values = {each.name: getattr(result, each.name) for each in fields(result)}
    return {name: dict(value) if isinstance(value, Counter) else value for name, value in values.items()}


def score(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Look through all stored posts for those without a score of the model.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score all posts that wait, tie copies and evidence to them, and delete posts that are past their retention.

    Example: `kiemtin score`
    """
    app = application(context)
    warn(check_clock(app.ready_database, app.clock))
    with progress_bar() as bar:
        result = app.score_waiting(bar.update, everything=everything)
    answer(result.as_dict(), _told(result), as_json=as_json)
    # Last: it refuses to delete where the clock jumped, and what was scored is told all the same.
    deleted = retain(app.ready_database, app.clock, app.captures)
    if deleted and not as_json:
        say(f"Past their retention: {listed_deletions(deleted)}")


def _told(result: ScoreResult) -> str:
    matches = result.matches
    return (
        f"Scored {result.scored} posts with {result.model}. Flags opened: {_listed(result.opened)}. "
        f"Unsure, so not flagged: {_listed(result.unsure)}. "
        f"Copies found: {matches.copies}; claims with suggested evidence: {matches.claims_with_evidence}."
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{label} {count}" for label, count in counts.items()) or translated("none")
