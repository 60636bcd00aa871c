"""Look for what is out of its usual range, and send alerts; `test` tries the channels."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Final

import typer

from monitor.app.application import Application
from monitor.catalogues import language_of_screens
from monitor.cli.context import application, out, show_json
from monitor.clock import VIETNAM
from monitor.desk.views.searching import SearchForm, read_form
from monitor.errors import AlertFailed, UsageError
from monitor.outbox.alert_wording import alert_line
from monitor.outbox.issue import ISSUED_AT, due_week
from monitor.outbox.send import AlertSender, Sent, open_channels
from monitor.outbox.watch import AlertWatch
from storage.figures import report_counts
from storage.models import Alert
from storage.outbox import alerts as stored
from storage.outbox import reports
from storage.search.search_filters import Filters
from storage.search.search_words import Query

GRACE: Final = timedelta(hours=2)  # after a report is due


def build() -> typer.Typer:
    """Put the commands together."""
    group = typer.Typer(
        help="Look for what is out of its usual range, and send alerts; `test` tries the channels.",
        invoke_without_command=True,
    )
    group.callback()(alerts)
    group.command("list")(list_alerts)
    group.command("test")(test)
    return group


def alerts(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False
) -> None:
    """Look for what is out of its usual range, and send alerts; `test` tries the channels.

    Example: `kiemtin alerts`
    """
    if context.invoked_subcommand is not None:
        return
    app = application(context)
    raised = watch(app).look()
    sent = asyncio.run(send(app))
    if as_json:
        show_json({"raised": [_data(alert) for alert in raised], "sent": sent.arrived, "failed": sent.failed})
        return
    for line in lines_of(raised):
        out().print(line, markup=False, soft_wrap=True)
    out().print(f"{len(raised)} alerts raised, {_said(sent) or 'nothing to send'}.", markup=False)


def list_alerts(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False
) -> None:
    """List the alerts that nobody has settled, and the deliveries that failed.

    Example: `kiemtin alerts list`
    """
    app = application(context)
    with app.ready_database.work() as session:
        rows, lost = stored.listed(session, 0), stored.troubled(session)
    if as_json:
        failed = [{"alert": row.alert_id, "channel": row.channel, "state": row.state} for row in lost]
        show_json({"open": [_data(alert) for alert in rows], "not_delivered": failed})
        return
    if not rows:
        out().print("There are no alerts that nobody has settled.", markup=False)
    for alert, line in zip(rows, lines_of(rows), strict=True):
        out().print(f"{alert.raised_at.astimezone(VIETNAM):%d/%m %H:%M} {line}", markup=False, soft_wrap=True)
    for row in lost:
        out().print(f"alert {row.alert_id} by {row.channel}: {row.state} {row.error}", markup=False, soft_wrap=True)


def test(context: typer.Context) -> None:
    """Send a test to every channel of kiemtin.toml, also in quiet hours.

    Example: `kiemtin alerts test`
    """
    app = application(context)
    if not app.settings.alerts.channels:
        raise UsageError("there is no channel: an [[alerts.channels]] table in kiemtin.toml makes one")

    async def run() -> dict[str, str]:
        async with _sender(app) as sender:
            return await sender.test()

    outcomes = asyncio.run(run())
    for name, error in outcomes.items():
        out().print(f"{name}: {error or 'sent'}", markup=False, soft_wrap=True)
    if bad := [name for name, error in outcomes.items() if error]:
        raise AlertFailed(f"no test arrived by {', '.join(bad)}")


def watch(app: Application) -> AlertWatch:
    """Make what looks for alerts."""
    names = [channel.name for channel in app.settings.alerts.channels]

    def read_search(fields: Mapping[str, str]) -> tuple[Query | None, Filters]:
        form = read_form(**{name: value for name, value in fields.items() if name in SearchForm.__dataclass_fields__})
        return form.query(app.segmenter), form.filters()

    def late_report() -> str:
        return late_report_of(app)

    return AlertWatch(app.ready_database, app.clock, names, read_search=read_search, late_report=late_report)


async def send(app: Application) -> Sent:
    """Send what is due to the channels of the settings."""
    async with _sender(app) as sender:
        return await sender.run()


@asynccontextmanager
async def _sender(app: Application) -> AsyncIterator[AlertSender]:
    language = language_of_screens(app.settings.report.language)
    async with open_channels(app.settings, app.clock) as channels:
        yield AlertSender(app.ready_database, app.clock, app.settings, channels, language)


def lines_of(told: Sequence[Alert]) -> list[str]:
    """Say alerts in the language of the command line."""
    if not told:
        return []  # and read no catalogue for it
    english = language_of_screens("en")
    return [alert_line(alert.kind, alert.facts, english) for alert in told]


def late_report_of(app: Application) -> str:
    """Return the week whose report should have been written some hours ago and was not; empty when none is late."""
    if not app.settings.report.every_monday:
        return ""
    week = due_week(app.clock)
    with app.ready_database.work() as session:
        due = app.clock.now() - week.next.span.start
        written = reports.was_issued(session, str(week))
        has_posts = bool(report_counts.posts_by_source(session, week.span))
    return str(week) if has_posts and not written and due >= ISSUED_AT + GRACE else ""


def _said(sent: Sent) -> str:
    counts = {"sent": sent.arrived, "failed, tried again later": sent.failed, "given up": sent.given_up}
    return ", ".join(f"{count} {said}" for said, count in counts.items() if count)


def _data(alert: Alert) -> dict[str, object]:
    return {"id": alert.id, "kind": alert.kind, "raised_at": alert.raised_at.isoformat(), **alert.facts}
