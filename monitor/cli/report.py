"""What is written for others: reports, files of rows, and published corrections."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.app.application import Application
from monitor.cli.context import AsJson, answer, application, progress_bar
from monitor.cli.terminal import translated
from monitor.collectors.files.row_files import ROW_FORMATS
from monitor.errors import UsageError
from monitor.outbox.issue import Wish
from monitor.outbox.outbox import summary
from monitor.publish.site import publish as write_corrections
from monitor.reports.exports import TABLES
from monitor.reports.exports import export as write_rows
from monitor.reports.periods import CalendarPeriod, Unit, current_period, parse_period
from monitor.settings.reports import FORMATS
from storage.outbox.deliveries import REPORT


def _past_period(now: datetime, *, week: str, month: str, quarter: str) -> CalendarPeriod | None:
    """Return the week, month or quarter that was named and has begun; None when none was named."""
    given = [(Unit.WEEK, week), (Unit.MONTH, month), (Unit.QUARTER, quarter)]
    named = [(unit, text) for unit, text in given if text]
    if not named:
        return None
    if len(named) > 1:
        raise UsageError("--week, --month and --quarter: choose one")
    ((unit, text),) = named
    chosen, present = parse_period(text, unit), current_period(unit, now)
    if chosen > present:
        message = f"{chosen} has not begun: this is {present}, and it is the last one there is to report on"
        raise UsageError(message)
    return chosen


def _split(given: Iterable[str] | None) -> list[str]:
    """Return values that were given with commas, or one by one."""
    return [name.strip() for each in given or () for name in each.split(",") if name.strip()]


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
    as_json: AsJson = False,
) -> None:
    """Write the report of a week, month or quarter; withdraw, replace or send one.

    Example: `kiemtin report --week 2026-W47 --format docx,xlsx`
    """
    if sum(map(bool, (withdraw, replace, send))) > 1:
        raise UsageError("--withdraw, --replace and --send: choose one")
    app = application(context)
    present = current_period(Unit.WEEK, app.clock.now())
    period = _past_period(app.clock.now(), week=week, month=month, quarter=quarter) or present
    if send:
        _send(app, period, as_json=as_json)
        return
    if withdraw:
        files = [app.reports.withdraw(period, withdraw)]
    else:
        changed = replace or None
        wish = Wish(period=period, formats=_split(formats), language=lang, number=number, folder=to, changed=changed)
        files = app.reports.issue(wish)
    data = {"period": str(period), "files": [str(file) for file in files]}
    answer(data, *(f"Wrote {file}" for file in files), as_json=as_json)


def _send(app: Application, period: CalendarPeriod, *, as_json: bool) -> None:
    app.reports.send_again(period)
    outcomes = [each for each in asyncio.run(app.outbox.send_due()) if each.kind in (REPORT, "")]
    data = [{"channel": each.channel, "state": each.state, "error": each.error} for each in outcomes]
    answer(data, summary(outcomes) or "Nothing was due.", as_json=as_json)


def export(
    context: typer.Context,
    table: Annotated[str, typer.Argument(help=f"{', '.join(TABLES)}.")],
    week: Annotated[str, typer.Option(help="ISO week, as 2026-W47; everything if nothing is given.")] = "",
    month: Annotated[str, typer.Option(help="Month, as 2026-11.")] = "",
    quarter: Annotated[str, typer.Option(help="Quarter, as 2026-Q4.")] = "",
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help=f"{', '.join(ROW_FORMATS)}; with commas, or repeated. csv if not given."),
    ] = None,
    to: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write posts, flags, decisions or sources of a period, or all, for other programs; personal data is masked.

    Posts and flags are those of posts that were published in the period, decisions those that were taken in it. Authors
    of posts and who decided stand nowhere.

    Example: `kiemtin export posts --month 2026-11 --format csv,parquet --out figures`
    """
    if table not in TABLES:
        raise UsageError(f"there is no table {table!r}: choose from {', '.join(TABLES)}")
    app = application(context)
    period = _past_period(app.clock.now(), week=week, month=month, quarter=quarter)
    name = f"{table}-{period}" if period else table
    files = {each: to / f"{name}.{each}" for each in _known(_split(formats) or ["csv"])}
    if not to.is_dir():
        raise UsageError(f"there is no folder {to}: make it first, or name another one by --out")
    database = app.ready_database
    with progress_bar() as bar:
        span = period.span if period else None
        count = write_rows(database, app.clock, table, files, span, lambda done: bar.update(table, done, None))
    lines = [f"Wrote {count} rows to {file}. Read them before you pass them on." for file in files.values()]
    data = {"table": table, "rows": count, "files": [str(file) for file in files.values()]}
    answer(data, *lines, as_json=as_json)


def _known(formats: list[str]) -> list[str]:
    for name in formats:
        if name not in ROW_FORMATS:
            raise UsageError(f"there is no format {name!r}: choose from {', '.join(ROW_FORMATS)}")
    return formats


def publish(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", help="Where to write; else `folder` of the [publish] table.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write all released corrections as static files that any web server serves.

    The folder is replaced as a whole, and only when something changed.

    Example: `kiemtin publish --to /srv/www/dinh-chinh`
    """
    app = application(context)
    count, changed = write_corrections(app.ready_database, app.settings, app.clock.now(), to)
    folder = to or app.settings.publish.folder
    said = translated("published" if changed else "published before, nothing changed")
    data = {"corrections": count, "changed": changed, "folder": str(folder)}
    answer(data, f"{count} corrections {said}: {folder}", as_json=as_json)
