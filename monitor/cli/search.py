"""`kiemtin search`: find posts by their words and by filters; never by who wrote them."""

from datetime import date
from typing import Annotated, Final

import typer

from classifiers.labels import LABEL_NAMES
from monitor.cli.context import application, say, show, show_json_lines
from monitor.collectors.files.row_files import Row, plain
from monitor.desk.views.search_view import MOST_EXPORTED, exported_posts
from monitor.desk.views.searching import SearchForm
from monitor.desk.web.wording import STATES
from monitor.errors import QueryRefused, UsageError
from monitor.privacy.masks.mask import mask_personal
from storage import audit
from storage.search import search as index

SHOWN: Final = 25
SHOWN_CHARACTERS: Final = 160


def search(
    context: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(help='Words, "phrases", AND, OR, NOT and brackets.')] = None,
    label: Annotated[str, typer.Option(help=f"{', '.join(LABEL_NAMES)}.")] = "",
    state: Annotated[str, typer.Option(help="State of a flag: open, confirmed, rejected, unsure.")] = "",
    source: Annotated[str, typer.Option(help="The name of a source.")] = "",
    since: Annotated[str, typer.Option(help="First day, as 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(help="Last day, as 2026-11-30.")] = "",
    limit: Annotated[int, typer.Option(help="Most posts.", min=1, max=MOST_EXPORTED)] = SHOWN,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a post.")] = False,
) -> None:
    """Find posts by their words, and by label, state, source or date; the desk has further filters.

    Newest first, personal data masked. Nobody's posts are found by who wrote them.

    Example: `kiemtin search "nợ lương" --label concern --since 2026-11-01`
    """
    _check(label=label, state=state, since=since, until=until)
    form = SearchForm(q=" ".join(words or ()), label=label, state=state, source=source, since=since, until=until)
    if form.is_empty:
        raise UsageError("nothing to search for: write a word or choose a filter")
    app = application(context)
    with app.ready_database.changes() as session:
        try:
            query, filters = form.query(app.segmenter), form.filters()
        except QueryRefused as error:
            raise UsageError(str(error)) from error
        found = list(exported_posts(session, index.find(session, query, filters, limit=limit), mask_personal))
        detail = {"posts": len(found), "cut": len(found) == limit, "format": "terminal"}
        audit.record(session, at=app.clock.now(), action="search_export", subject="command line", detail=detail)
    if as_json:
        show_json_lines({name: plain(value) for name, value in row.items()} for row in found)
    else:
        _show(found)


def _check(*, label: str, state: str, since: str, until: str) -> None:
    """Refuse what would filter nothing.

    Raises:
        UsageError: With what may be written.

    """
    for name, given, known in (("label", label, LABEL_NAMES), ("state", state, tuple(STATES))):
        if given and given not in known:
            raise UsageError(f"--{name} {given}: choose {', '.join(known)}")
    for name, given in (("since", since), ("until", until)):
        try:
            if given:
                date.fromisoformat(given)
        except ValueError as error:
            raise UsageError(f"--{name} {given}: write a day as 2026-11-30") from error


def _show(found: list[Row]) -> None:
    for row in found:
        text = " ".join(str(row["text"]).split())
        cut = text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
        when = str(plain(row["published_at"] or row["collected_at"]))[:10]
        flags = f"  [{row['flags']}]" if row["flags"] else ""
        show(f"{row['post_id']}  {when}  {row['source']}{flags}\n  {cut}")
    say(f"{len(found)} posts." if found else "No posts found.")
