"""`kiemtin review`: serve the desk alone, without the schedule."""

import asyncio
from contextlib import suppress

import typer

from monitor.app.application import Application
from monitor.cli.context import announce, application, warn
from monitor.desk.web.server import exposure_warning, serving


def review(context: typer.Context) -> None:
    """Open the review desk and serve it until it is stopped with Ctrl-C.

    Example: `kiemtin review`
    """
    with suppress(KeyboardInterrupt):  # the usual way to stop it
        asyncio.run(_serve(application(context)))


async def _serve(app: Application) -> None:
    settings = app.settings
    warn(exposure_warning(settings))
    async with serving(app.desk(), settings) as served:
        announce(f"The desk is open at {settings.desk_address} (Ctrl-C stops it)")
        await served
