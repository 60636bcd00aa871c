"""`kiemtin demo`: run all steps on sample posts, offline."""

import asyncio
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.context import progress_bar, say
from monitor.demo.show import USER, Demo, play
from monitor.desk.web.server import serving


def demo(
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
            asyncio.run(_desk(shown))


async def _desk(shown: Demo) -> None:
    settings = shown.app.settings
    async with serving(shown.app.desk(), settings) as served:
        say("", f"The desk is open at {settings.desk_address}")
        say(f"Sign in as {USER} with the one-time password {shown.password}")
        say("Ctrl-C stops it.")
        await served
