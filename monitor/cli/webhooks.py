"""Other programs that are told of decisions."""

import asyncio
from typing import Annotated

import typer

from monitor.cli.commands import new_group
from monitor.cli.context import application, out, show_json
from storage.outbox import webhooks


def build() -> typer.Typer:
    """Put the commands together."""
    return new_group(__doc__, send=send, list=list_webhooks)


def send(context: typer.Context) -> None:
    """Send the decisions that are due to the webhooks of kiemtin.toml, once. `kiemtin run` does it every minute.

    Example: `kiemtin webhooks send`
    """
    out().print(asyncio.run(application(context).send_webhooks()) or "Nothing was due.", markup=False)


def list_webhooks(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False
) -> None:
    """List the webhooks of kiemtin.toml: how many decisions arrived, wait, and were given up.

    Example: `kiemtin webhooks list`
    """
    app = application(context)
    with app.ready_database.work() as session:
        states = {each.name: (each.url, webhooks.state_of(session, each.name)) for each in app.settings.webhooks}
    if as_json:
        show_json([
            {
                "name": name,
                "url": url,
                "delivered": state.delivered,
                "waiting": state.waiting,
                "given_up": state.given_up,
                "last_error": state.last_error,
            }
            for name, (url, state) in states.items()
        ])  # fmt: skip
        return
    if not states:
        out().print("There are no webhooks: a [[webhooks]] table in kiemtin.toml makes one.", markup=False)
    for name, (url, state) in states.items():
        said = f"; newest error: {state.last_error}" if state.last_error else ""
        counts = f"{state.delivered} delivered, {state.waiting} waiting, {state.given_up} given up"
        out().print(f"{name} ({url}): {counts}{said}", markup=False, soft_wrap=True)
