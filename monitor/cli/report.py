"""`kiemtin report`: the report of a week, month or quarter."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.app.application import Application
from monitor.cli.context import application, out, show_json
from monitor.cli.period import listed, past_period
from monitor.errors import UsageError
from monitor.outbox.issue import Wish
from monitor.reports.periods import CalendarPeriod, Unit, current_period
from monitor.settings.reports import FORMATS


def report(
    context: typer.Context,
    week: Annotated[str, typer.Option(help="ISO week, as 2026-W47; the present week if nothing is given.")] = "",
    month: Annotated[str, typer.Option(help="Month, as 2026-11.")] = "",
    quarter: Annotated[str, typer.Option(help="Quarter, as 2026-Q4.")] = "",
    formats: Annotated[
        list[str] | None, typer.Option("--format", help=f"{', '.join(FORMATS)}; with commas, or repeated.")
    ] = None,
    lang: Annotated[str, typer.Option(help="vi or en; that of the settings if not given.")] = "",
    to: Annotated[Path | None, typer.Option("--out", help="Where to write; else the home's reports folder.")] = None,
    number: Annotated[int | None, typer.Option(min=1, help="The number that the office registered it under.")] = None,
    withdraw: Annotated[str, typer.Option(help="Withdraw what was issued, and say why.")] = "",
    replace: Annotated[str, typer.Option(help="Withdraw what was issued, write it anew, and say what changed.")] = "",
    send: Annotated[bool, typer.Option("--send", help="Send what was issued, also where that failed before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the files' names as JSON.")] = False,
) -> None:
    """Write the report of a week, month or quarter; withdraw, replace or send one.

    Example: `kiemtin report --week 2026-W47 --format docx,xlsx`
    """
    if sum(map(bool, (withdraw, replace, send))) > 1:
        message = "--withdraw, --replace and --send: choose one"
        raise UsageError(message)
    app = application(context)
    present = current_period(Unit.WEEK, app.clock.now())
    period = past_period(app.clock.now(), week=week, month=month, quarter=quarter) or present
    if send:
        _send(app, period, as_json=as_json)
        return
    if withdraw:
        files = [app.reports.withdraw(period, withdraw)]
    else:
        wish = Wish(
            period=period,
            formats=listed(formats),
            language=lang,
            number=number,
            folder=to,
            changed=replace or None,
        )
        files = app.reports.issue(wish)
    if as_json:
        show_json({"period": str(period), "files": [str(file) for file in files]})
        return
    for file in files:
        out().print(f"Wrote {file}", markup=False)


def _send(app: Application, period: CalendarPeriod, *, as_json: bool) -> None:
    if not app.settings.report.places:
        message = "the settings name no place to send reports to: set [report.mail], `webhook` or `folder` in [report]"
        raise UsageError(message)
    if not app.reports.delivery.send_again(str(period)):
        message = f"there is no report of {period} to send: write it first"
        raise UsageError(message)
    outcomes = app.reports.delivery.send_due()
    if as_json:
        show_json([{"channel": each.channel, "state": each.state, "error": each.error} for each in outcomes])
        return
    for each in outcomes:
        out().print(
            f"{each.period} by {each.channel}: {each.state}{f': {each.error}' * bool(each.error)}", markup=False
        )
