"""`kiemtin tip`: store a post that somebody reports; it is scored like any other."""

import asyncio
import re
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from monitor.app.application import Application
from monitor.cli.context import application, out, show_json
from monitor.crawl.imports import TIPS
from monitor.crawl.tipline import Tip, Tipline
from monitor.errors import UsageError

FROM_STANDARD_INPUT = "-"


def tip(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="The text; the address of a public page; or - to read a text.")],
    title: Annotated[str, typer.Option(help="Heading of the text.")] = "",
    url: Annotated[str, typer.Option(help="Where the text stood; it is not read.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was kept as JSON.")] = False,
) -> None:
    """Take a post that somebody reports: a text, or a public page, which is read once.

    Example: `kiemtin tip "Nghe nói mai cắt điện cả khu" --url https://example.org/1`
    """
    app = application(context)
    tipline = Tipline(app.ready_database, app.pseudonymiser, app.clock, retention_days=app.settings.retention_days)
    given = sys.stdin.read() if what == FROM_STANDARD_INPUT else what
    if re.fullmatch(r"\s*https?://\S+\s*", given, re.IGNORECASE):
        if title or url:
            message = "--title and --url go with a text: a page has its own"
            raise UsageError(message)
        taken = asyncio.run(_read(app, tipline, given))
    else:
        taken = tipline.add_text(given, title=title, url=url)
    if as_json:
        show_json({"source": TIPS, **asdict(taken)})
    else:
        out().print(_told(taken), markup=False)


async def _read(app: Application, tipline: Tipline, url: str) -> Tip:
    async with app.client() as client:
        return await tipline.add_page(url, client)


def _told(taken: Tip) -> str:
    if taken.outcome == "duplicate":
        return "This is known already; nothing was added."
    begins = " ".join((taken.title or taken.text or "").split())[:100]
    return f"Kept as a tip, to be scored with the next `kiemtin score`: {begins}"
