"""Personal data: delete that of one author on request, say what is held, and what was done by whom."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from monitor.app.application import Application
from monitor.cli.context import AsJson, answer, application, confirm, say, show_json, show_json_lines
from monitor.cli.sources import IMPORTED
from monitor.collectors.registry import source_kinds
from monitor.errors import KiemtinError, NotErased, UsageError
from monitor.files import write_whole
from monitor.operations.erasure import Erased, Found
from monitor.operations.erasure_check import Leftover, leftovers
from monitor.operations.processing_record import gather, plain, write_privacy_record
from storage import audit as trail
from storage.posts import sources


def erase(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="Kind of source: mastodon, feed, import …")],
    author: Annotated[str, typer.Argument(help="The author's handle or address, as the person gives it.")],
    find: Annotated[bool, typer.Option("--find", help="Only show what would go.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only search the whole home folder for what is left, and say why.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete every stored post of one author with all that hangs on it. This cannot be undone.

    Example: `kiemtin erase mastodon https://example.social/users/abc --find`
    """
    if find and verify:
        raise UsageError("--find and --verify: choose one, before or after the erasure")
    app = application(context)
    _require_kind(app, kind)
    if verify:
        _verify(app, kind, author, as_json=as_json)
        return
    erasure = app.erasure(kind, author)
    found = erasure.find()
    if find:
        answer(_as_data(found), _told_found(found), as_json=as_json)
        return
    if not yes:
        if not as_json:
            say(_told_found(found))
        confirm("Delete all posts of this author for good?")
    erased = erasure.run()
    data = {"posts": erased.posts, "masked": erased.masked, "withdraw": list(erased.withdraw)}
    answer(data, *_told(erased, app.settings.reports_dir), as_json=as_json)
    if not (erased.posts or erased.masked or erased.captures or erased.files):
        tried = ", ".join(erasure.names)
        raise NotErased(f"no trace of this author was found (tried {tried}): check kind and handle with `--find`")


def _require_kind(app: Application, kind: str) -> None:
    """Refuse a kind that no post can have: a pseudonym holds its kind, so a mistyped one would find nothing."""
    with app.ready_database.work() as session:
        known = {IMPORTED, *source_kinds(), *(source.kind for source in sources.all_sources(session))}
    if kind not in known:
        raise UsageError(f"there is no kind of source named {kind!r}: use one of {', '.join(sorted(known))}")


def _as_data(found: Found) -> dict[str, object]:
    return {
        "stored_as": list(found.names),
        "posts": found.posts,
        "mentions": found.mentions,
        "captures": found.captures,
        "files": [str(path) for path in found.files],
    }


def _told_found(found: Found) -> str:
    return (
        f"{found.posts} posts, stored as {', '.join(found.names) or '–'}; {found.mentions} other places of the "
        f"database, {found.captures} captured pages and {len(found.files)} other files name this author."
    )


def _told(erased: Erased, reports: Path) -> Iterator[str]:
    yield f"Deleted {erased.posts} posts."
    if erased.masked or erased.captures or erased.files:
        yield (
            f"The name was masked in {erased.masked} other places; {erased.captures} captured pages were deleted, "
            f"{erased.files} other files cleaned."
        )
    yield from (f"Withdraw {reports / name}: it may quote a deleted post." for name in erased.withdraw)
    if not erased.scrubbed:
        yield "The database is in use: close the other programs, then run this with --verify."


def _verify(app: Application, kind: str, author: str, *, as_json: bool) -> None:
    left: list[Leftover] = list(leftovers(app.erasure(kind, author), app.ready_database, app.settings.home))
    lines = [f"{each.place}: {each.why}" for each in left] or ["Nothing of this author is left in the home folder."]
    data = [{"place": each.place, "why": each.why, "lawful": each.lawful} for each in left]
    answer(data, *lines, as_json=as_json)
    if open_ones := [each for each in left if not each.lawful]:
        raise NotErased(
            f"{len(open_ones)} traces of this author are left: run `kiemtin erase` again, or do what each line says"
        )


FOLDER = "privacy"
DAYS = 365


def privacy(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Option(help="Where to write; the home's privacy folder if not given.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days back for which the use is counted.")] = DAYS,
    as_json: Annotated[bool, typer.Option("--json", help="Print the record as JSON, and write no file.")] = False,
) -> None:
    """Say what personal data is held, since when, on which basis, for how long, who worked with it, what was erased.

    Example: `kiemtin privacy`
    """
    app = application(context)
    settings = app.settings
    folders = {
        "capture_files": settings.captures_dir,
        "report_files": settings.reports_dir,
        "model_files": settings.models_dir,
    }
    record = gather(app.ready_database, folders, now=app.clock.now(), days=days, contact=settings.contact)
    if as_json:
        show_json(plain(record))
        return
    say(*(f"Wrote {file}" for file in write_privacy_record(record, folder or settings.home / FOLDER)))


def audit(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Where to write; standard output without it.")] = None,
) -> None:
    """Write the audit trail as JSON lines, oldest event first: sign-ins, decisions, users, sources, erasures.

    Example: `kiemtin audit audit.jsonl`
    """
    with application(context).ready_database.work() as session:
        events = list(trail.as_data(session))
    if file is None:
        show_json_lines(events)
        return
    lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    try:
        write_whole(file.absolute(), lines.encode())
    except OSError as error:
        message = f"cannot write {file}: {error.strerror}: check the folder, its rights and free space"
        raise KiemtinError(message) from error
    say(f"Wrote {len(events)} events to {file}")
