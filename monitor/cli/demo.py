"""`kiemtin demo`: run all steps on sample posts, offline."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import progress_bar, say
from monitor.demo.check import Check, check_crawls, check_desk
from monitor.demo.show import USER, Demo, play
from monitor.desk.web.server import serving
from monitor.errors import KiemtinError


def demo(
    check: Annotated[
        bool, typer.Option("--check", help="Walk through everything by itself, say what was found, and exit.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data; emptied first.")] = Path("kiemtin-demo"),
    port: Annotated[int, typer.Option(help="Where the desk listens.", min=1, max=65535)] = 8000,
) -> None:
    """Run sample platforms on this machine, crawl them over five days, score, summarise, and open the desk.

    Example: `kiemtin demo`
    """
    with ExitStack() as stack:
        with progress_bar() as bar:
            shown = stack.enter_context(play(folder.absolute(), port, say, bar.update))
        with suppress(KeyboardInterrupt):  # the usual way to stop it
            asyncio.run(_desk(shown, check=check))


async def _desk(shown: Demo, *, check: bool) -> None:
    settings = shown.app.settings
    base = settings.desk_address
    async with serving(shown.app.desk(), settings) as served:
        if check:
            checks = [*check_crawls(shown), *await asyncio.to_thread(lambda: list(check_desk(shown, base)))]
            _tell(checks)
            return
        say(f"\nThe desk is open at {base}")
        say(f"Sign in as {USER} with the one-time password {shown.password}")
        say("Ctrl-C stops it.")
        await served


def _tell(checks: Sequence[Check]) -> None:
    for found in checks:
        say(f"{'ok  ' if found.passed else 'FAIL'}  {found.subject}: {found.said}")
    missing = [found.subject for found in checks if not found.passed]
    if missing:
        raise KiemtinError(f"the demo did not show: {', '.join(missing)}")
