"""Draws a report as one HTML page without external files, for the screen and for A4 paper."""

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.reports import drawing
from monitor.reports.blocks import Block, shown
from monitor.reports.document import Document
from monitor.reports.figures import ReportFigures
from monitor.reports.periods import CalendarPeriod
from monitor.reports.quotes import left_standing
from monitor.reports.wording import Wording


def render_html(document: Document) -> str:
    """Return the page as text; the same document gives the same text."""
    return _render("report.html", document.words, document.title, document=document, rows=drawing.rows)


def render_masks(document: Document, figures: ReportFigures) -> str:
    """Return the page that lists what was masked in quotes and summaries, and what was left; nothing of an original."""
    lines = [matter.sentence for matter in (*figures.concerns.listed, *figures.claims.listed)]
    told = [(line, left_standing(line)) for line in lines if line]
    return _render("masks.html", document.words, document.title, quotes=figures.quotes, told=told)


def render_notice(
    words: Wording, period: CalendarPeriod, *, made_at: datetime, withdrawn_at: datetime, why: str
) -> str:
    """Return the page that says that a report was withdrawn, and why."""
    title = words.say("Thu hồi báo cáo thông tin trên mạng %(period)s", period=words.period(period))
    made, withdrawn = words.moment(made_at), words.moment(withdrawn_at)
    return _render("withdrawn.html", words, title, made=made, withdrawn=withdrawn, why=why)


def _render(template: str, words: Wording, title: str, **values: object) -> str:
    # StrictUndefined: a misspelt name must fail here and not leave a gap in an issued report.
    environment = Environment(
        loader=PackageLoader("monitor.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"say": words.say, "shown": shown, "words": words, "kind_of": _kind_of}
    return environment.get_template(template).render(title=title, **values)


def _kind_of(block: Block) -> str:
    return type(block).__name__
