"""Send reports, alerts and decisions, and show how it goes."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import typer

from monitor.app.application import Application
from monitor.catalogues import language_of_screens
from monitor.cli.context import AsJson, answer, application, say
from monitor.cli.terminal import spoken, translated
from monitor.clock import VIETNAM
from monitor.desk.views.searching import SearchForm
from monitor.errors import SendFailed, UsageError
from monitor.outbox.alert_wording import alert_line
from monitor.outbox.outbox import summary
from monitor.outbox.watch import AlertWatch
from storage.models import Alert
from storage.outbox import alerts, deliveries
from storage.search.search_filters import Filters
from storage.search.search_words import Query


def list_deliveries(context: typer.Context, as_json: AsJson = False) -> None:
    """List the channels with their deliveries, those that failed, and the alerts that nobody has settled.

    Example: `kiemtin outbox list`
    """
    app = application(context)
    with app.ready_database.work() as session:
        counts, stuck = deliveries.counts(session), deliveries.stuck(session)
        told = alerts.listed(session, 0)
    channels: list[dict[str, object]] = [
        {"name": each.name, "what": each.what, "to": each.target, "deliveries": counts.get(each.name, {})}
        for each in app.settings.channels
    ]
    failed = [
        {"kind": row.kind, "subject": row.subject_id, "channel": row.channel, "state": row.state, "error": row.error}
        for row in stuck
    ]
    lines = []
    for each in app.settings.channels:
        told_of = ", ".join(f"{count} {translated(state)}" for state, count in counts.get(each.name, {}).items())
        lines.append(f"{each.name} ({', '.join(each.what)}): {told_of or translated('nothing yet')}")
    lines += [
        f"{row.kind} {row.subject_id} → {row.channel}: {translated(row.state)} {translated(row.error)}" for row in stuck
    ]
    lines += [
        f"{alert.raised_at.astimezone(VIETNAM):%d/%m %H:%M} {line}"
        for alert, line in zip(told, lines_of(told), strict=True)
    ]
    nothing = "There are no channels: a [[channels]] table in kiemtin.toml makes one."
    data = {"channels": channels, "not_delivered": failed, "alerts": [_data(alert) for alert in told]}
    answer(data, *(lines or [nothing]), as_json=as_json)


def send(context: typer.Context, as_json: AsJson = False) -> None:
    """Look for what is out of its usual range, and send all that is due, once. `kiemtin run` does it by itself.

    Example: `kiemtin outbox send`
    """
    app = application(context)
    raised = watch(app).look()
    outcomes = asyncio.run(app.outbox.send_due())
    sent = [{"kind": each.kind, "subject": each.subject_id, "channel": each.channel, "state": each.state,
             "error": each.error} for each in outcomes]  # fmt: skip
    data = {"alerts": [_data(alert) for alert in raised], "deliveries": sent}
    answer(data, *lines_of(raised), summary(outcomes) or "Nothing was due.", as_json=as_json)


def test(context: typer.Context) -> None:
    """Send a test to every channel of kiemtin.toml, also in quiet hours.

    Example: `kiemtin outbox test`
    """
    app = application(context)
    if not app.settings.channels:
        raise UsageError("there is no channel: a [[channels]] table in kiemtin.toml makes one")
    outcomes = asyncio.run(app.outbox.test())
    say(*(f"{name}: {error or translated('sent')}" for name, error in outcomes.items()))
    if bad := [name for name, error in outcomes.items() if error]:
        raise SendFailed(f"no test arrived by {', '.join(bad)}")


def watch(app: Application, passed_over: Collection[str] | None = None) -> AlertWatch:
    """Make what looks for alerts.

    Args:
        app: The application.
        passed_over: The weeks whose report was late already when its job had its turn: no other is told of, for a
            program that was not running when it was due writes it now. None: reports are another program's.

    """

    def read_search(fields: Mapping[str, str]) -> tuple[Query | None, Filters]:
        form = SearchForm.model_validate(fields)
        return form.query(app.segmenter), form.filters()

    def late_week() -> str:
        late = app.reports.late_week()
        return late if passed_over is None or late in passed_over else ""

    return AlertWatch(app.ready_database, app.clock, app.outbox, read_search=read_search, late_report=late_week)


def lines_of(told: Sequence[Alert]) -> list[str]:
    """Say alerts in the language of the command."""
    if not told:
        return []  # and read no catalogue for it
    language = language_of_screens(spoken())
    return [alert_line(alert.kind, alert.facts, language) for alert in told]


def _data(alert: Alert) -> dict[str, object]:
    return {"id": alert.id, "kind": alert.kind, "raised_at": alert.raised_at.isoformat(), **alert.facts}


COMMANDS = {"list": list_deliveries, "send": send, "test": test}
