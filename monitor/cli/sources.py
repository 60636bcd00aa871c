"""Places that are read."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.table import Column, Table
from rich.text import Text

from monitor.app.application import Application
from monitor.catalogues import N_
from monitor.cli.context import AsJson, application, confirm, minute, out, pairs, say, show, show_json
from monitor.cli.terminal import translated
from monitor.clock import local_time
from monitor.collectors.base import Batch
from monitor.collectors.http.urls import require_source_address
from monitor.collectors.parsing.day_order import OPEN
from monitor.collectors.registry import collector_for
from monitor.crawl.sources import SHOWN_POSTS, register_source, switch_source
from monitor.errors import UsageError
from monitor.settings.settings import (
    LONGEST_INTERVAL_MINUTES,
    LONGEST_RETENTION_DAYS,
    SHORTEST_LEGAL_BASIS,
    DeclaredSource,
    Role,
)
from storage.models import Source
from storage.posts import pictures, sources

_DATES = {None: "", OPEN: "its dates may have the day or the month first: set `date_order`"}
IMPORTED = "import"  # such a source is never read: its posts came from files and tips


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A short name of your choice.")],
    kind: Annotated[
        str,
        typer.Argument(
            help="feed, webpage, mastodon, bluesky, discourse, xenforo, youtube, facebook, threads, telegram, factcheck"
        ),
    ],
    address: Annotated[str, typer.Argument(help="The feed's address, or the server's.")],
    legal_basis: Annotated[str, typer.Option(help="Why this may be read and kept; required.")],
    role: Annotated[Role, typer.Option(help="monitored (flagged) or reference (evidence).")] = "monitored",
    interval_minutes: Annotated[
        int | None, typer.Option(min=5, max=LONGEST_INTERVAL_MINUTES, help="Minutes between two readings.")
    ] = None,
    retention_days: Annotated[
        int | None, typer.Option(min=1, max=LONGEST_RETENTION_DAYS, help="Days after which its posts are deleted.")
    ] = None,
    setting: Annotated[list[str] | None, typer.Option(help="KEY=VALUE for this kind, e.g. timeline=local.")] = None,
) -> None:
    """Register a source, or change the one of that name.

    Example: `kiemtin sources add forum feed https://example.org/rss --legal-basis "Public feed for readers"`
    """
    app = application(context)
    collector_for(kind)
    if len(legal_basis.strip()) < SHORTEST_LEGAL_BASIS:
        raise UsageError(
            f"--legal-basis {legal_basis!r} is too short: say why this may be read and kept, "
            f"in at least {SHORTEST_LEGAL_BASIS} characters"
        )
    require_source_address(address)
    # Not validated anew: the rules of kiemtin.toml hold, and were said in the words of options.
    declared = DeclaredSource.model_construct(
        name=name,
        kind=kind,
        address=address,
        role=role,
        legal_basis=legal_basis,
        retention_days=retention_days,
        interval_minutes=interval_minutes,
        settings=_settings(setting or []),
    )
    with app.ready_database.changes() as session:
        _, created = register_source(session, declared, app.settings, app.clock.now())
    say(f"{translated('Added' if created else 'Changed')} {name}. Look at it with `kiemtin sources check {name}`.")


def _settings(items: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs("--setting", items):
        try:
            values[key] = json.loads(value)
        except ValueError:
            values[key] = value
    return values


def list_sources(context: typer.Context, as_json: AsJson = False) -> None:
    """List all sources and how they are doing.

    Example: `kiemtin sources list`
    """
    with application(context).ready_database.work() as session:
        counts = sources.post_counts(session)
        gaps = sources.latest_gaps(session)
        rows = [
            _as_data(source, counts.get(source.id, 0), gaps.get(source.id)) for source in sources.all_sources(session)
        ]
    if as_json:
        show_json(rows)
        return
    read_and_due = (Column(translated(heading), no_wrap=True) for heading in (N_("last read"), N_("next due")))
    first, last = (N_("name"), N_("kind"), N_("role"), N_("posts")), translated("state")
    more = []  # below the table, whose columns are narrow
    table = Table(*map(translated, first), *read_and_due, last, box=None)
    for row in rows:
        told = [
            row["why"],
            f"GAP: {row['gap']}" if row["gap"] else "",
            _DATES.get(row["date_order"], f"dates: {row['date_order']}"),
            f"robots.txt is not asked: {row['robots_leave']}" if row["robots_leave"] else "",
            "the words in its pictures are read" if row["pictures"] else "",
        ]
        more += [f"{row['name']}: {translated(line)}" for line in told if line]
        due = row["next_due"] or translated("now" if row["enabled"] and row["kind"] != IMPORTED else "never")
        read, state = row["last_success"] or translated("never"), translated(row["state"])
        table.add_row(row["name"], row["kind"], translated(row["role"]), str(row["posts"]), read, due, Text(state))
    if rows:
        out().print(table)
        show(*more)
    else:
        say("No source yet: `kiemtin sources add --help` shows how to add one.")


def _as_data(source: Source, posts: int, gap: str | None) -> dict[str, Any]:
    state, why = "ok", None
    if not source.enabled:
        state, why = "off", source.why_disabled
    elif source.failures:
        state, why = f"failed {source.failures} × in a row", source.last_error
    due = source.next_due_at if source.enabled and source.kind != IMPORTED else None
    return {
        "name": source.name,
        "kind": source.kind,
        "address": source.address,
        "role": source.role,
        "posts": posts,
        "last_success": minute(source.last_success_at) if source.last_success_at else None,
        "next_due": minute(due) if due else None,
        "gap": gap,
        "enabled": source.enabled,
        "state": state,
        "why": why,
        "legal_basis": source.legal_basis,
        "robots_leave": source.settings.get("robots_leave"),
        "pictures": source.settings.get(pictures.OPTION) is True,
        "date_order": source.settings.get("date_order") or source.cursor.get("date_order"),
        "retention_days": source.retention_days,
        "interval_minutes": source.interval_seconds // 60,
    }


def check(context: typer.Context, name: Annotated[str, typer.Argument(help="The source's name.")]) -> None:
    """Read a source until it gives some posts, and show them. Nothing is stored.

    Example: `kiemtin sources check vnexpress`
    """
    app = application(context)
    with app.ready_database.work() as session:
        source = sources.by_name(session, name)
    batches = asyncio.run(app.look_at(source))
    if not batches:
        say(f"{name}: the server answered and had nothing to give.")
        return
    pause = f"  pause between two requests to this host: {batches[-1].fetched.pause:g} s"
    say(*(line for batch in batches for line in _seen(name, batch)), pause)
    show(*_samples(batches))


def _seen(name: str, batch: Batch) -> Iterator[str]:
    """Describe an answer, and what is known to be missing from it."""
    fetched = batch.fetched
    yield (
        f"{name}: status {fetched.status}, {len(fetched.body)} bytes, {fetched.content_type or '–'}, "
        f"{len(batch.posts)} posts"
    )
    for reason, count in sorted(batch.skipped.items()):
        yield f"  left out: {count} × {reason}"
    if batch.gap:
        yield f"  GAP: {batch.gap}"
    if order := (batch.cursor or {}).get("date_order"):
        yield f"  dates: {order}"
    if fetched.permanent_url:
        yield f"  moved for good to {fetched.permanent_url}: the next crawl takes the new address"
    kept = [f"{header} {value}" for pair in (batch.validators or {}).values() for header, value in pair.items()]
    said = ", ".join(kept) or translated("no, it names neither ETag nor date")
    yield f"  asked again it can answer 'unchanged': {said}"


def _samples(batches: Sequence[Batch]) -> Iterator[str]:
    posts = [post for batch in batches for post in batch.posts]
    for post in posts[:SHOWN_POSTS]:
        when = local_time(post.published_at) if post.published_at else translated("no date")
        yield f"  · {when}  {' '.join((post.title or post.text).split())[:100]}"


def enable(context: typer.Context, name: Annotated[str, typer.Argument(help="The source's name.")]) -> None:
    """Switch a source on again.

    Example: `kiemtin sources enable forum`
    """
    _switch(application(context), name, enabled=True, why=None)


def disable(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The source's name.")],
    why: Annotated[
        str, typer.Option(help="The reason, for those who ask later.", show_default=False)
    ] = "switched off by the operator",
) -> None:
    """Switch a source off; its posts stay until their retention ends.

    Example: `kiemtin sources disable forum --why "asked to stop"`
    """
    _switch(application(context), name, enabled=False, why=why)


def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The source's name.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a source with all its posts, their flags and decisions. This cannot be undone.

    Example: `kiemtin sources remove forum`
    """
    from monitor.operations.retain import remove_source  # noqa: PLC0415  listing sources needs no captures

    app = application(context)
    with app.ready_database.work() as session:
        posts = sources.post_counts(session).get(sources.by_name(session, name).id, 0)
    if not yes:
        confirm(f"Delete {name} and its {posts} posts for good?")
    deleted = remove_source(app.ready_database, app.clock, app.captures, name)
    declared = any(each.name == name for each in app.settings.sources)
    say(f"Removed {name} and its {deleted} posts.")
    if declared:
        say("It stands in kiemtin.toml: take it out there, or `kiemtin init` adds it again.")


def _switch(app: Application, name: str, *, enabled: bool, why: str | None) -> None:
    with app.ready_database.changes() as session:
        switch_source(session, sources.by_name(session, name), app.clock.now(), enabled=enabled, why=why)
    say(f"{name} is {translated('on' if enabled else 'off')}.")


COMMANDS = {"add": add, "list": list_sources, "check": check, "enable": enable, "disable": disable, "remove": remove}
