"""The weekly report as one HTML page without external files, for the screen and for A4 paper."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from monitor.reports import charts, summary, tables, wording
from monitor.reports.figures import WeekFigures

_TEMPLATE: Final = "week.html"


def write_html(figures: WeekFigures, path: Path) -> None:
    """Write the page, UTF-8.

    Raises:
        OSError: When the file cannot be written.

    """
    path.write_text(render_html(figures), encoding="utf-8", newline="\n")


def render_html(figures: WeekFigures) -> str:
    """Return the page as text; the same figures give the same text."""
    # StrictUndefined: a misspelt name must fail here and not leave a gap in an issued report.
    environment = Environment(
        loader=PackageLoader("monitor.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"wording": wording, "shown": tables.shown}
    return environment.get_template(_TEMPLATE).render(
        figures=figures,
        title=summary.title(figures.week),
        span=summary.span(figures.week),
        subject=summary.SUBJECT,
        sentences=summary.sentences(figures),
        caution=summary.CAUTION,
        removed=summary.REMOVED,
        notes=summary.notes(figures),
        totals=tables.totals(figures),
        states=tables.states(figures),
        decisions=tables.decisions(figures),
        days=tables.days(figures),
        sources=tables.sources(figures),
        source_problems=tables.source_problems(figures),
        day_chart=Markup(charts.as_svg(charts.flags_by_day(figures))),  # noqa: S704  drawn here, from counts
        source_chart=Markup(charts.as_svg(charts.flags_by_source(figures))),  # noqa: S704  names are drawn as paths
    )
